"""The shop's parts, and who is given what: the only place where they meet.

Every part gets what it needs as an argument. Nothing here starts anything; that is `OrderSystem.start`.
To put a part of your own in the place of one of these, this is the file to change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labs.orders.domain.clock import Clock
from labs.orders.domain.ids import NewId
from labs.orders.domain.tally import Tally
from labs.orders.process.feed import FeedConsumer
from labs.orders.process.relay import Relay
from labs.orders.process.worker import Worker
from labs.orders.settings import OrderSettings
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed
from labs.orders.store.intake import Intake
from labs.orders.store.outbox import Outbox
from labs.orders.topology import FEED, topology
from labs.orders.web.account import Account, new_password
from labs.orders.web.app import create_app
from labs.orders.web.asyncapi import asyncapi_routes
from labs.orders.web.guard import Guard
from labs.orders.web.hub import Hub
from labs.orders.web.metrics import Metrics
from labs.orders.web.notification_routes import notification_routes
from labs.orders.web.ops_routes import ops_routes
from labs.orders.web.order_routes import order_routes
from labs.orders.web.page_routes import page_routes
from labs.orders.web.server import WebServer
from labs.orders.web.session_routes import session_routes
from labs.orders.web.socket_routes import socket_routes


class Parts:
    """Everything that one shop consists of, ready to be started. `url` is the broker's, with its vhost."""

    def __init__(
        self,
        url: str,
        home: Path,
        *,
        port: int,
        admin_password: str | None,
        settings: OrderSettings,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self.new_password: str | None = None
        account = self._account(home / "admin.json", admin_password)
        self.database = Database(home / "shop.sqlite")
        self.outbox = Outbox(self.database, clock=clock, new_id=new_id, lease_s=settings.lease_s)
        self.feed = Feed(self.database, clock=clock)
        self.hub = Hub(self.feed, buffer=settings.stream_buffer, status=self.status)
        self.tally = Tally()
        metrics = Metrics(self.hub, self.tally, waiting=self.outbox.waiting)

        relay = Relay(self.outbox, batch=settings.relay_batch, poll_s=settings.relay_poll_s)
        consumer = FeedConsumer(self.feed, announce=self.hub.announce, prefetch=settings.feed_prefetch)
        # A connection each: the broker may stop reading from one that publishes, not from one that consumes.
        self.workers = tuple(
            Worker(name, url=url, topology=topology((FEED,)), work=work, changed=self.hub.pulse)
            for name, work in (("orders.relay", relay.work), ("orders.feed", consumer.work))
        )

        first_id = settings.first_order_id
        intake = Intake(self.database, clock=clock, new_id=new_id, first_id=first_id, committed=relay.wake)
        guard = Guard(account, clock=clock, session_s=settings.session_s)
        write_s, ping_s = settings.stream_send_timeout_s, settings.stream_ping_s
        routers = (
            ops_routes(self.hub, metrics, status=self.status),
            order_routes(intake, guard, body_limit=settings.body_limit),
            notification_routes(self.feed, self.hub, guard, status=self.status, send_timeout_s=write_s),
            socket_routes(self.feed, self.hub, guard, send_timeout_s=write_s),
            asyncapi_routes(),
            session_routes(guard, body_limit=settings.body_limit),
            page_routes(guard),
        )
        app = create_app(routers=routers, hub=self.hub, metrics=metrics, pulse_s=ping_s)
        self.server = WebServer(app, port=port, stop_s=settings.stop_s, write_s=write_s, ping_s=ping_s)

    @property
    def connected(self) -> bool:
        """Whether relay and feed both have the broker now."""
        return all(worker.connected for worker in self.workers)

    def status(self) -> dict[str, Any]:
        """The truth for dashboards: whether the broker is there, and how many events wait for it."""
        return {"broker": self.connected, "waiting": self.outbox.waiting()}

    def _account(self, path: Path, given: str | None) -> Account:
        """The account of the given password, the one kept in the file, or a new one, kept from now on."""
        if given is not None:
            return Account.create(given)
        account = Account.load(path)
        if account is None:
            self.new_password = new_password()
            account = Account.create(self.new_password)
            account.save(path)
        return account
