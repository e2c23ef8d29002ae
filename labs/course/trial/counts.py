"""What can be counted beside a shop, without asking any of its parts: queues, outbox, and a tap.

The tap is a queue that is bound like any reader's and that nobody reads: its depth is the number of messages which
the exchange has got. Poison goes the other way: a message in an event's place that no reader can digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import func, select

from labs.broker.address import Broker
from labs.broker.faults.undone import Errand
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost
from labs.message import Message
from labs.orders.domain.event import ORDER_CREATED
from labs.orders.services import SERVICES
from labs.orders.store.database import Database
from labs.orders.store.tables import outbox
from labs.orders.topology import EVENTS, topology
from labs.queue import Queue
from labs.routing import Binding, topic_matches
from labs.sync.connection import connect
from labs.sync.declare import count, declare, delete
from labs.sync.producer import Producer
from labs.sync.translate import translated
from labs.topology import Topology

T = TypeVar("T")

TAP = Queue(name="tap")
_TO_TAP = Binding(source=EVENTS.name, destination=TAP.name, key="#")
EVERY_QUEUE = topology() | Topology(exchanges=(EVENTS,), queues=(TAP,), bindings=(_TO_TAP,))
QUEUES = tuple(queue.name for queue in topology().queues)
#: Where each reader parks what it cannot digest; and of those, who gets an order's first event.
LOTS = frozenset(reader.parking_lot for reader in SERVICES.values())
POISONED = frozenset(
    reader.parking_lot
    for reader in SERVICES.values()
    if any(topic_matches(key, ORDER_CREATED) for key in reader.keys)
)


def new_queues(broker: Broker, vhost: str) -> None:
    """Every queue of the shop, and the tap, empty; the virtual host is made when there is none."""

    def make() -> None:
        with Management(broker) as management:
            if vhost not in management.vhosts():
                clean_vhost(management, vhost)
        with connect(broker.url(vhost), name="trial") as connection:
            delete(connection, EVERY_QUEUE)
            declare(connection, EVERY_QUEUE)

    apart(make)


class Counts:
    """Every number is of this moment, and exact. `broker`: straight to it, past every proxy."""

    def __init__(self, broker: Broker, vhost: str, database: Database) -> None:
        self._broker, self._vhost, self._database = broker, vhost, database
        #: How many poisoned messages there were.
        self.poisons = 0

    def waiting(self) -> int:
        """Events of the outbox that nobody has marked as sent."""
        return self._rows(outbox.c.sent_at.is_(None))

    def claimed(self) -> int:
        """Of those, how many some relay has claimed, be it dead or alive."""
        return self._rows(outbox.c.claimed_by.is_not(None))

    def ready(self) -> dict[str, int]:
        """How many messages are ready in each queue that has some; on one channel, for there are many queues."""
        with connect(self._broker.url(self._vhost), name="trial") as connection:
            channel = connection.channel()
            with translated(channel):
                counts = {
                    name: channel.queue_declare(name, passive=True).method.message_count for name in QUEUES
                }
        return {name: int(number) for name, number in counts.items() if number}

    def parked(self) -> dict[str, int]:
        """How many messages each parking lot holds, where there are some."""
        return {name: number for name, number in self.ready().items() if name in LOTS}

    def wrongly_parked(self, ready: Mapping[str, int]) -> dict[str, int]:
        """Of those that are `ready`, what is parked and is not the poison, which belongs there."""
        return {lot: ready.get(lot, 0) - (self.poisons if lot in POISONED else 0) for lot in LOTS}

    def left(self, ready: Mapping[str, int]) -> int:
        """What is on its way and in nobody's hands: rows of the outbox, messages that are `ready` in a queue."""
        return self.waiting() + sum(number for name, number in ready.items() if name not in LOTS)

    def published(self) -> int:
        """How many messages the exchange has got, poison left out."""
        return apart(self._tapped) - self.poisons

    def poison(self) -> None:
        """Publish one message that calls itself `order.created` and is not JSON."""
        apart(self._poison)
        self.poisons += 1

    def _ready(self) -> dict[str, int]:
        with connect(self._broker.url(self._vhost), name="trial") as connection:
            channel = connection.channel()
            with translated(channel):
                counts = {
                    name: channel.queue_declare(name, passive=True).method.message_count for name in QUEUES
                }
        return {name: int(number) for name, number in counts.items() if number}

    def _tapped(self) -> int:
        with connect(self._broker.url(self._vhost), name="trial") as connection:
            return count(connection, TAP.name)

    def _poison(self) -> None:
        with connect(self._broker.url(self._vhost), name="trial") as connection:
            Producer(connection, EVENTS.name).publish(Message(body=b"\x00 not an event"), ORDER_CREATED)

    def _rows(self, condition: object) -> int:
        query = select(func.count()).select_from(outbox).where(condition)  # type: ignore[arg-type]
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())


def apart(job: Callable[[], T]) -> T:
    """In a thread of its own, which no ■ reaches: one in the middle of pika leaves a line that never closes."""
    result: list[T] = []
    Errand(lambda: result.append(job())).do()
    return result[0]
