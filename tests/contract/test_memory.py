"""What only the broker in memory offers: time that passes when a test says so, and errors without a wait."""

from __future__ import annotations

import pytest

from labs.errors import ConnectionLost, InvalidValue, NotFound, PreconditionFailed
from labs.memory.broker import Broker
from labs.memory.connection import Connection
from labs.memory.consumer import Consumer
from labs.memory.producer import Producer
from labs.message import Delivery, Message
from labs.outcome import Ack, Outcome, Retry
from labs.queue import Queue
from labs.retry import Ladder, attempts
from labs.topology import Topology

LADDER = Ladder(queue="mail")
MAIL = Topology(queues=(Queue(name="mail"),))


def filled(*names: str, topology: Topology = MAIL) -> Broker:
    """A broker with one message per name in `mail`."""
    broker = Broker(topology)
    producer = Producer(Connection(broker), "")
    for name in names:
        producer.publish(Message(body=name.encode()), "mail")
    return broker


def test_a_ladder_of_more_than_a_minute_takes_a_test_no_time():
    """Which is what the fake is for: 1 s, 10 s and 60 s, and the test says when."""
    broker, seen = filled("a", topology=MAIL | LADDER.topology), []

    def handle(delivery: Delivery) -> Outcome:
        seen.append((broker.clock.now_ms, attempts(delivery.message)))
        return Retry()

    with Connection(broker) as connection:
        consumer = Consumer(connection, "mail", prefetch=1, ladder=LADDER)
        for wait_ms in (0, 1_000, 10_000, 60_000):
            broker.clock.advance(wait_ms)
            assert consumer.run(handle) == 1
    assert seen == [(0, 0), (1_000, 1), (11_000, 2), (71_000, 3)]
    assert broker.count(LADDER.parking_lot) == 1


def test_closing_a_channel_gives_back_in_the_old_order():
    """Before what was never delivered, and marked."""
    broker = filled("a", "b", "c")
    with Connection(broker) as connection:
        taken = Consumer(connection, "mail", prefetch=10).take(2)
        assert [each.message.body for each in taken] == [b"a", b"b"]
        assert (broker.count("mail"), broker.unacked("mail")) == (1, 2)
    with Connection(broker) as connection:
        again = Consumer(connection, "mail", prefetch=10).take(3)
    assert [(each.message.body, each.redelivered) for each in again] == [
        (b"a", True),
        (b"b", True),
        (b"c", False),
    ]


def test_a_second_ack_costs_the_channel_and_returns_the_rest():
    """406, as the real one answers."""
    broker = filled("a", "b")
    with Connection(broker) as connection:
        consumer = Consumer(connection, "mail", prefetch=2)
        first, _second = consumer.take(2)
        consumer.settle(first, Ack())
        with pytest.raises(PreconditionFailed):
            consumer.settle(first, Ack())
        assert (broker.count("mail"), broker.unacked("mail")) == (1, 0)
        with pytest.raises(ConnectionLost):
            consumer.take(1)


def test_what_is_not_there_and_what_is_declared_twice_is_refused():
    """404 for a queue that nobody declared; two declarations of one name never become one."""
    broker = filled("a")
    with Connection(broker) as connection, pytest.raises(NotFound):
        Consumer(connection, "mial", prefetch=1).take(1)
    with pytest.raises(InvalidValue):
        broker.declare(Topology(queues=(Queue(name="mail", max_length=1),)))
    assert broker.count("mail") == 1


def test_two_consumers_share_a_queue():
    """Each holds its prefetch, and what one gives back comes to the other."""
    broker = filled("a", "b", "c")
    with Connection(broker) as left, Connection(broker) as right:
        one, other = left.channel(), right.channel()
        one.consume("mail", prefetch=2)
        other.consume("mail", prefetch=2)
        assert (one.held, other.held) == (2, 1)
        one.close()
        assert other.held == 2
        assert broker.count("mail") == 1
