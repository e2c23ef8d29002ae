"""The parking lot on a real broker: looked at without a change, emptied without a loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from labs.broker.address import Broker
from labs.errors import NotFound, Unroutable
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome
from labs.queue import Queue
from labs.retry import CAUSE, Backoff, Ladder
from labs.routing import Binding
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare, delete
from labs.sync.parking import Parked, parked_messages, redrive
from labs.sync.producer import Producer
from labs.topology import Topology

LADDER = Ladder(queue="work", backoff=Backoff(delays_ms=(200,)))
#: Two queues hear each order; only one of them has trouble with it.
ORDERS = Topology(
    exchanges=(Exchange(name="orders"),),
    queues=(Queue(name="work"), Queue(name="audit")),
    bindings=tuple(Binding(source="orders", destination=name, key="order.*") for name in ("work", "audit")),
)
ORDER = Message(
    body=b"1",
    message_id="m-1",
    expiration_ms=60_000,
    timestamp=datetime(2026, 5, 1, tzinfo=UTC),
    headers={"n": 1},
)


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection, everything declared, and three orders parked; the causes are `odd`, `even`, `odd`."""
    with connect(broker.url(vhost), name="test of the parking lot") as connection:
        declare(connection, ORDERS | LADDER.topology)
        producer = Producer(connection, "orders")
        for message in (ORDER, Message(body=b"2"), Message(body=b"3")):
            producer.publish(message, "order.created")
        assert len(handled(connection, dead=True)) == 3
        yield connection


def handled(connection: Connection, *, dead: bool = False) -> list[Delivery]:
    """What the consumer saw until nothing came any more."""
    seen: list[Delivery] = []

    def handler(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        odd = int(delivery.message.body) % 2
        return Dead(reason="odd" if odd else "even") if dead else Ack()

    consumer = Consumer(connection, "work", prefetch=5, ladder=LADDER)
    consumer.run(handler, idle_s=0.3)
    consumer.close()
    return seen


def test_looking_tells_why_how_often_and_from_where_and_changes_nothing(connection: Connection) -> None:
    """Twice the same answer, in order; the message is shown as it was published."""
    for _ in range(2):
        lies = parked_messages(connection, LADDER)
        assert [(each.cause, each.attempts) for each in lies] == [("odd", 1), ("even", 1), ("odd", 1)]
        assert lies[0] == Parked(
            cause="odd", attempts=1, exchange="orders", routing_key="order.created", message=ORDER
        )
    assert parked_messages(connection, LADDER, limit=1) == lies[:1]
    assert count(connection, LADDER.parking_lot) == 3


def test_what_is_redriven_is_handled_as_if_for_the_first_time(connection: Connection) -> None:
    """In order, equal to what was published, without an attempt; and the lot is empty."""
    assert redrive(connection, LADDER) == 3
    seen = handled(connection)
    assert [delivery.message.body for delivery in seen] == [b"1", b"2", b"3"]
    assert (seen[0].message, seen[0].exchange, seen[0].routing_key) == (ORDER, "orders", "order.created")
    assert count(connection, LADDER.parking_lot) == 0


def test_only_the_queue_that_had_trouble_gets_it_again(connection: Connection) -> None:
    """Unless the redrive goes through the exchange: then the other queue hears it twice."""
    assert count(connection, "audit") == 3
    assert redrive(connection, LADDER, limit=1) == 1
    assert (count(connection, "work"), count(connection, "audit")) == (1, 3)
    assert redrive(connection, LADDER, limit=1, through_exchange=True) == 1
    assert (count(connection, "work"), count(connection, "audit")) == (2, 4)


def test_a_redrive_can_choose_by_cause_and_what_stays_keeps_its_order(connection: Connection) -> None:
    """Only one bug is mended yet."""
    assert redrive(connection, LADDER, keep=lambda message: message.headers[CAUSE] == "even") == 1
    assert [delivery.message.body for delivery in handled(connection)] == [b"2"]
    assert [each.message.body for each in parked_messages(connection, LADDER)] == [b"1", b"3"]


def test_a_redrive_stops_at_its_limit_oldest_first(connection: Connection) -> None:
    """One as a trial, before the other thousand."""
    assert redrive(connection, LADDER, limit=0) == 0
    assert redrive(connection, LADDER, limit=2) == 2
    assert [each.message.body for each in parked_messages(connection, LADDER)] == [b"3"]


def test_what_is_parked_again_counts_from_one(connection: Connection) -> None:
    """The bug was not mended; the cause is the new one."""
    redrive(connection, LADDER)
    handled(connection, dead=True)
    assert [each.attempts for each in parked_messages(connection, LADDER)] == [1, 1, 1]


def test_a_refused_redrive_loses_nothing(connection: Connection) -> None:
    """The working queue is gone: the error names it, and all three lie where they lay."""
    delete(connection, Topology(queues=(Queue(name="work"),)))
    with pytest.raises(Unroutable, match="work"):
        redrive(connection, LADDER)
    assert [each.message.body for each in parked_messages(connection, LADDER)] == [b"1", b"2", b"3"]


def test_an_interrupted_redrive_loses_nothing(connection: Connection) -> None:
    """What was confirmed is in the working queue, the rest in the lot."""

    def interrupt(message: Message) -> bool:
        if message.body == b"2":
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        redrive(connection, LADDER, keep=interrupt)
    assert [delivery.message.body for delivery in handled(connection)] == [b"1"]
    assert [each.message.body for each in parked_messages(connection, LADDER)] == [b"2", b"3"]


def test_what_somebody_else_parked_goes_to_the_working_queue(connection: Connection) -> None:
    """There is no header of ours on it, so no cause and no first exchange; it is not lost for that."""
    redrive(connection, LADDER)
    handled(connection)
    Producer(connection, "").publish(Message(body=b"9"), LADDER.parking_lot)
    (lies,) = parked_messages(connection, LADDER)
    assert (lies.cause, lies.attempts, lies.message) == ("", 0, Message(body=b"9"))
    assert redrive(connection, LADDER, through_exchange=True) == 1
    assert [delivery.message.body for delivery in handled(connection)] == [b"9"]


def test_a_ladder_that_was_never_declared_has_no_parking_lot(connection: Connection) -> None:
    """And says so by its name."""
    with pytest.raises(NotFound, match=r"other\.parked"):
        parked_messages(connection, Ladder(queue="other"))
