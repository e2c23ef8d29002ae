"""The shop's parts, and who is given what: the only place where they meet.

Every part gets what it needs as an argument. Nothing here starts anything; that is `OrderSystem.start`.
To put a part of your own in the place of one of these, give it to `OrderSystem(parts=…)`: see `own_parts.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from labs.orders.domain.clock import Clock
from labs.orders.domain.ids import NewId
from labs.orders.domain.own_part import ARCHIVE
from labs.orders.domain.tally import Tally
from labs.orders.hosting import calling, reading
from labs.orders.outside import Outside
from labs.orders.own_parts import OwnParts
from labs.orders.process.aio_worker import AioWorker
from labs.orders.process.broadcast import NEWS, Broadcaster, Listener
from labs.orders.process.doorbell import Doorbell
from labs.orders.process.worker import Work, Worker
from labs.orders.services import IN_DATABASE, OUTSIDE, SERVICES, Means
from labs.orders.settings import OrderSettings
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed
from labs.orders.store.intake import Intake
from labs.orders.store.outbox import Outbox
from labs.orders.storefront import admin_account, place_of_database, storefront
from labs.orders.topology import FEED, SAGA, Reader, topology
from labs.orders.web.hub import Hub
from labs.orders.web.server import WebServer
from labs.topology import Topology

#: The two parts that are not readers.
WEB, RELAY = "web", "relay"


class Parts:
    """Everything that one process of the shop consists of, ready to be started. `url` is the broker's, with its vhost.

    `readers` are all that the shop has, in whatever process: their queues are declared before anything is
    published. `runs` says what runs here: `web`, `relay`, and readers by name.
    """

    def __init__(
        self,
        url: str,
        home: Path,
        *,
        readers: Sequence[Reader],
        runs: Collection[str],
        own: OwnParts,
        port: int,
        admin_password: str | None,
        settings: OrderSettings,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._url = url
        self.new_password: str | None = None
        here = [reader for reader in readers if reader.name in runs]
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # what stand-ins keep is as private as orders
        self.database = Database.open(place_of_database(settings, home))
        self.outbox = Outbox(self.database, clock=clock, new_id=new_id, lease_s=settings.lease_s)
        self.feed = Feed(self.database, clock=clock)
        self.hub = Hub(self.feed, buffer=settings.stream_buffer, status=self.status)
        self.tally = Tally()
        self.outside = Outside(settings, home=home, readers=here)
        relay = own.relay(self.outbox, settings, self.tally)
        self.bell = Doorbell(home)
        committed = self.bell.answered_by(relay.wake) if RELAY in runs else self.bell.ring
        self.intake = Intake(
            self.database, clock=clock, new_id=new_id, first_id=settings.first_order_id, committed=committed,
            carrier=relay.express, capacity=settings.intake_capacity, group=settings.intake_group,
            paid_first=any(reader.name == SAGA.name for reader in readers),
        )  # fmt: skip
        broadcaster = Broadcaster()
        means = Means(
            settings=settings, database=self.database, clock=clock, new_id=new_id, feed=self.feed,
            outside=self.outside, committed=committed,
            announce=self.hub.announce if WEB in runs else broadcaster.announce,
        )  # fmt: skip

        declared = partial(topology, queue_type=settings.queue_type)
        everything = declared(readers) | own.topology
        relays = [self._worker(RELAY, everything, own.before(partial(relay.work, url)))]
        self.relays = relays if RELAY in runs else []
        self.readers: list[Worker | AioWorker] = [
            self._worker(
                reader.name,
                declared((reader,)),
                reading(reader, means, url=url, tally=self.tally).work,
            )
            for reader in here
            if SERVICES[reader.name] in IN_DATABASE
        ]
        if calls := [calling(reader, means, tally=self.tally) for reader in here if SERVICES[reader.name] in OUTSIDE]:
            called = declared([each.reader for each in calls])
            self.readers.append(
                AioWorker(
                    "orders.channels",
                    calls,
                    url=url,
                    topology=called,
                    closing=(self.outside.payments.close,),
                    changed=self.hub.pulse,
                )
            )
        if archive := own.archive(home) if RELAY in runs else None:
            self.readers.append(self._worker(ARCHIVE, everything, archive.work))
        # The feed's news must reach dashboards of other processes, too, when there are any.
        if FEED.name in runs and WEB not in runs:
            self.readers.append(self._worker("news", Topology(exchanges=(NEWS,)), broadcaster.work))
        if WEB in runs and FEED.name not in runs:
            listener = Listener(f"orders.web.{new_id()}", announce=self.hub.announce)
            self.readers.append(self._worker("web", Topology(exchanges=(NEWS,)), listener.work))

        self.server: WebServer | None = None
        if WEB in runs:
            account, self.new_password = admin_account(home / "admin.json", admin_password)
            app = storefront(
                means, account=account, intake=self.intake, hub=self.hub, tally=self.tally,
                waiting=self.outbox.waiting, status=self.status, condition=self.condition,
            )  # fmt: skip
            write_s, ping_s = settings.stream_send_timeout_s, settings.stream_ping_s
            self.server = WebServer(
                app, host=settings.host, port=port, stop_s=settings.stop_s, write_s=write_s, ping_s=ping_s
            )

    @property
    def workers(self) -> list[Worker | AioWorker]:
        """Everything that holds a connection to the broker."""
        return [*self.relays, *self.readers]

    def status(self) -> dict[str, Any]:
        """The truth for dashboards: whether the broker is there, and how many events wait for it."""
        connected = all(worker.connected for worker in self.workers)
        return {"broker": connected, "waiting": self.outbox.waiting()}

    def condition(self) -> dict[str, Any]:
        """The same for machines: each worker by name, and the queues that nobody reads."""
        workers = {worker.name: worker.connected for worker in self.workers}
        alarms = [alarm for worker in self.readers for alarm in getattr(worker, "alarms", ())]
        return {**self.status(), "workers": workers, "alarms": alarms}

    def _worker(self, name: str, declared: Topology, work: Work) -> Worker:
        return Worker(f"orders.{name}", url=self._url, topology=declared, work=work, changed=self.hub.pulse)
