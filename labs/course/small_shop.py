"""The shop without its web: intake, outbox, relay and feed on one database file, one step at a time.

The parts are those of `labs.orders`, in the caller's thread, so that a lesson may stop between any two of them,
or let a relay be killed. The whole shop, with threads and a web server, is `labs.orders.running`.
"""

from __future__ import annotations

import shutil
import signal

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
        self.outbox = Outbox(self.database, clock=system_clock, new_id=random_id, lease_s=courier.LEASE_S)
        self.feed = Feed(self.database, clock=system_clock)
        apply = FeedReader(self.feed, announce=lambda _: None).apply
        self.reader = Effects(self.database, name="feed", apply=apply, clock=system_clock)
        form = {"customerName": customer, "productName": "iPhone 15 Pro", "totalPrice": 329000}
        self.form: OrderRequest = read_order(form | {"wilaya": "Algiers", "phone": "+213 555 123 456"})
        with connect(lesson.url, name="small shop") as connection:
            declare(connection, topology((SHORT_FEED,)))
            connection.channel().queue_purge(SHORT_FEED.queue)

    def carry(self, *, name: str = "relay 2") -> None:
        """Be the relay until nothing waits, and wait for other people's leases to run out."""
        relay = Relay(self.outbox, batch=50, poll_s=1)
        with ConfirmWindow(self._lesson.url, EVENTS.name, size=50, name=name) as window:
            self._lesson.wait_for("the outbox to be empty", lambda: self._carried(relay, window))

    def kill_relay(self, *, after: str) -> list[int]:
        """Take one order, kill a relay after a step, carry the rest, read. Copies in the queue, notifications."""
        order = self.intake.place(self.form)
        with Child(courier, self._lesson.url, str(self.file), after) as relay:
            if relay.end(within_s=PATIENCE_S) != -signal.SIGKILL:
                raise WaitTimeout(awaited="the relay to be killed", seen="; ".join(relay.lines[-2:]))
        self.carry()
        copies = self._lesson.depth(SHORT_FEED.queue) or 0
        self.read(copies)
        told = [notice.payload["orderId"] for notice in self.feed.newest(1000)]
        return [copies, told.count(order.id)]

    def read(self, wanted: int) -> None:
        """Be the feed's reader until so many deliveries are settled, or none came for 10 s."""
        read: list[Outcome] = []

        def handle(delivery: Delivery) -> Outcome:
            read.append(self.reader.handle(delivery))
            return read[-1]

        with connect(self._lesson.url, name="feed") as connection:
            consumer = Consumer(connection, SHORT_FEED.queue, prefetch=10)
            consumer.run(handle, until=lambda: len(read) == wanted, idle_s=10)

    def _carried(self, relay: Relay, window: ConfirmWindow) -> bool:
        relay.carry(window)
        return self.outbox.waiting() == 0

    def _committed(self) -> None:
        self.commits += 1
