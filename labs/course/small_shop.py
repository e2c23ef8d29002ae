"""The shop without its web: intake, outbox, relay and feed on one database file, one step at a time.

The parts are those of `labs.orders`, in the caller's thread, so that a lesson may stop between any two of them,
or let a relay be killed. The whole shop, with threads and a web server, is `labs.orders.running`.
"""

from __future__ import annotations

import shutil
import signal
from datetime import datetime, timedelta
from typing import Any

from labs.course.child import Child
from labs.course.looking import Looking
from labs.course.programs import courier
from labs.errors import WaitTimeout
from labs.message import Delivery
from labs.orders.domain.clock import system_clock
from labs.orders.domain.ids import random_id
from labs.orders.domain.order import OrderRequest
from labs.orders.domain.validation import read_order
from labs.orders.process.effects import Effects
from labs.orders.process.feed import FeedReader
from labs.orders.process.relay import Relay
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed
from labs.orders.store.intake import Intake
from labs.orders.store.outbox import Outbox
from labs.orders.topology import EVENTS, SHORT_FEED, topology
from labs.outcome import Outcome
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import declare
from labs.sync.window import ConfirmWindow

#: How long a relay may take to start, to carry and to die, in seconds.
PATIENCE_S = 30.0


class SmallShop:
    """A new database in the lesson's folder; exchange and queue are declared, and the queue is empty."""

    def __init__(self, lesson: Looking, *, customer: str) -> None:
        self._lesson = lesson
        shutil.rmtree(lesson.folder / "small_shop", ignore_errors=True)
        self.file = lesson.folder / "small_shop" / "shop.sqlite"
        self.database = Database(self.file)
        self.commits = 0
        self.intake = Intake(
            self.database, clock=system_clock, new_id=random_id, first_id=42, committed=self._committed
        )
        self._ahead = timedelta()  # how far the relay's clock has been put forward
        self.outbox = Outbox(
            self.database, clock=self._relays_clock, new_id=random_id, lease_s=courier.LEASE_S
        )
        self.feed = Feed(self.database, clock=system_clock)
        apply = FeedReader(self.feed, announce=lambda *_: None).apply
        self.reader = Effects(self.database, name="feed", apply=apply, clock=system_clock)
        form = {"customerName": customer, "productName": "iPhone 15 Pro", "totalPrice": 329000}
        self.form: OrderRequest = read_order(form | {"wilaya": "Algiers", "phone": "+213 555 123 456"})
        with connect(lesson.url, name="small shop") as connection:
            declare(connection, topology((SHORT_FEED,)))
            connection.channel().queue_purge(SHORT_FEED.queue)

    def carry(self, *, name: str = "relay 2") -> None:
        """Be the relay until nothing waits."""
        relay = Relay(self.outbox, batch=50, poll_s=1)
        with ConfirmWindow(self._lesson.url, EVENTS.name, size=50, name=name) as window:
            self._lesson.wait_for("the outbox to be empty", lambda: self._carried(relay, window))

    def kill_relays(self, *steps: str) -> list[tuple[str, int, int]]:
        """Take an order for each step, kill a relay after it; carry what is unsent, when the leases are over; read.

        For each step: how often the order's event was delivered, and how often the dashboard was told.
        The leases need not be waited for: the clock of the second relay is put forward.
        Raises WaitTimeout when a relay was not killed.
        """
        orders = [self.intake.place(self.form).id for _ in steps]
        with Child(courier, self._lesson.url, str(self.file), *steps) as relays:
            relays.end(within_s=PATIENCE_S)
        if not {f"{step} {-signal.SIGKILL}" for step in steps} <= {*relays.lines}:
            raise WaitTimeout(awaited="each relay to be killed", seen="; ".join(relays.lines[-3:]))
        self._ahead += timedelta(seconds=courier.LEASE_S)
        self.carry()
        delivered = self.read(self._lesson.depth(SHORT_FEED.queue) or 0)
        told = [notice.payload["orderId"] for notice in self.feed.newest(1000)]
        return [
            (step, delivered.count(id_), told.count(id_)) for step, id_ in zip(steps, orders, strict=True)
        ]

    def read(self, wanted: int) -> list[int]:
        """Be the feed's reader for so many deliveries, or until none came for 10 s; of which orders they were."""
        read: list[int] = []

        def handle(delivery: Delivery) -> Outcome:
            about: Any = delivery.message.json()
            read.append(about["data"]["orderId"])
            return self.reader.handle(delivery)

        with connect(self._lesson.url, name="feed") as connection:
            consumer = Consumer(connection, SHORT_FEED.queue, prefetch=10)
            consumer.run(handle, until=lambda: len(read) == wanted, idle_s=10)
        return read

    def _carried(self, relay: Relay, window: ConfirmWindow) -> bool:
        relay.carry(window)
        return self.outbox.waiting() == 0

    def _relays_clock(self) -> datetime:
        return system_clock() + self._ahead

    def _committed(self) -> None:
        self.commits += 1
