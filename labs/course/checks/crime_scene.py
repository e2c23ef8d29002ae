"""A small shop of three orders in which one part may have failed: intake, relay or reader.

What is well runs through the shop's own modules; the fault is then put in by hand, as a crash or a bug leaves it. A
queue `tap` has a copy of everything that was ever published. One thread: the check's.
"""

from __future__ import annotations

import json

from sqlalchemy import delete, insert, update

from labs.orders.domain.clock import milliseconds, system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import random_id
from labs.orders.domain.validation import read_order
from labs.orders.process.effects import Effects
from labs.orders.process.feed import FeedReader
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed
from labs.orders.store.inbox import is_new
from labs.orders.store.intake import Intake
from labs.orders.store.outbox import Outbox
from labs.orders.store.tables import feed, inbox, orders, outbox
from labs.sync.connection import Connection
from labs.sync.consumer import Consumer
from labs.sync.producer import Producer

QUEUE, TAP, KEY = "order_notifications", "tap", "order.created"
ORDERS = (42, 43, 44)
FORM = {
    "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329_000,
    "wilaya": "Algiers", "phone": "+213 555 123 456",
}  # fmt: skip


class Scene:
    """The shop's three parts on one connection. `database`: a new one; `connection`: to the check's virtual host."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self.database, self._connection = database, connection
        self._outbox = Outbox(database, clock=system_clock, new_id=random_id, lease_s=60)
        self._intake = Intake(database, clock=system_clock, new_id=random_id, first_id=ORDERS[0])
        self._feed = Feed(database, clock=system_clock)
        apply = FeedReader(self._feed, announce=lambda *_: None).apply
        self._reader = Effects(database, name="feed", apply=apply, clock=system_clock)
        self.events: dict[int, OrderEvent] = {}

    def clear(self) -> None:
        """Before the first order."""
        with self.database.write() as connection:
            for table in (orders, outbox, inbox, feed):
                connection.execute(delete(table))
        channel = self._connection.channel()
        for queue in (QUEUE, TAP):
            channel.queue_delete(queue)
            channel.queue_declare(queue, durable=True)
            channel.queue_bind(queue, "orders", "order.*")
        channel.close()

    def take_orders(self) -> None:
        """Three orders, each with its event in the outbox."""
        for _ in ORDERS:
            self._intake.place(read_order(FORM))
        claim = self._outbox.claim(10)
        self.events = {event.order_id: event for event in claim.events}
        self._outbox.release(claim.token, [event.id for event in claim.events])

    def carry(self, *but: int, mark: bool = True) -> None:
        """Publish the events of all orders `but` these, and mark them."""
        claim = self._outbox.claim(10)
        chosen = [event for event in claim.events if event.order_id not in but]
        for event in chosen:
            self.publish(event)
        if mark:
            self._outbox.mark_sent(claim.token, [event.id for event in chosen])
        self._outbox.release(claim.token, [event.id for event in claim.events])

    def publish(self, event: OrderEvent) -> None:
        """Once, with a confirm."""
        Producer(self._connection, "orders").publish(to_message(event), event.name)

    def read(self, number: int = len(ORDERS), *, but: int = 0) -> None:
        """The reader takes so many deliveries; what is about the order `but` is acknowledged and forgotten."""
        reader = Consumer(self._connection, QUEUE, prefetch=10)
        for delivery in reader.take(number):
            if json.loads(delivery.message.body)["data"]["orderId"] != but:
                self._reader.handle(delivery)
            reader.ack(delivery)
        reader.close()

    def note(self, order: int) -> None:
        """Only the inbox, without the effect."""
        with self.database.write() as connection:
            is_new(connection, consumer="feed", message_id=self.events[order].id, now=system_clock())

    def tell(self, order: int) -> None:
        """Only the effect, without the inbox."""
        with self.database.write() as connection:
            self._feed.add(connection, self.events[order])

    def unwrite(self, order: int) -> None:
        """Take its event out of the outbox, as if nobody had written it down."""
        with self.database.write() as connection:
            connection.execute(delete(outbox).where(outbox.c.order_id == order))

    def write_again(self, order: int) -> None:
        """A second event about the same order, with an id of its own."""
        event = self.events[order]
        values = {
            "event_id": random_id(), "order_id": order, "name": event.name,
            "payload": json.dumps(dict(event.payload)), "created_at": milliseconds(event.created_at),
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(insert(outbox).values(values))

    def mark(self, order: int) -> None:
        """Its event counts as sent."""
        with self.database.write() as connection:
            now = milliseconds(system_clock())
            connection.execute(update(outbox).where(outbox.c.order_id == order).values(sent_at=now))
