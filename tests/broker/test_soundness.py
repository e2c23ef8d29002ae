"""What `Topology.validate` warns of happens on a real broker: the message is gone, and nobody was told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from labs.broker.address import Broker
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.topology import Topology

#: In milliseconds; twice that and a little is enough for two hops.
TTL_MS = 100
ORDERS = Exchange(name="orders")
TO_WORK = Binding(source="orders", destination="work", key="order.*")


def shop(*queues: Queue) -> Topology:
    """The exchange, the queue `work` bound to it, and others."""
    return Topology(exchanges=(ORDERS,), queues=queues, bindings=(TO_WORK,))


#: Each loses a message that merely waits.
LOSING = {
    "expires-into-nothing": shop(Queue(name="work", message_ttl_ms=TTL_MS)),
    "dlx-not-declared": shop(Queue(name="work", message_ttl_ms=TTL_MS, dead_letter_exchange="graveyard")),
    "dead-letters-lost": shop(Queue(name="work", message_ttl_ms=TTL_MS, dead_letter_exchange="")),
    "cycle-dropped": shop(
        Queue(name="work", message_ttl_ms=TTL_MS, dead_letter_exchange="", dead_letter_routing_key="late"),
        Queue(name="late", message_ttl_ms=TTL_MS, dead_letter_exchange="", dead_letter_routing_key="work"),
    ),
}


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to the test's own vhost."""
    with connect(broker.url(vhost), name="test of soundness") as connection:
        yield connection


def waiting(connection: Connection, topology: Topology) -> int:
    """How many messages are in all queues together."""
    return sum(count(connection, queue.name) for queue in topology.queues)


@pytest.mark.parametrize(("fault", "topology"), LOSING.items(), ids=LOSING)
def test_a_topology_with_this_finding_loses_a_confirmed_message(
    connection: Connection, fault: str, topology: Topology
) -> None:
    """The publish was confirmed; a moment later the message is in no queue, and in none it comes back to."""
    assert [finding.fault for finding in topology.validate()] == [fault]
    declare(connection, topology)
    Producer(connection, "orders").publish(Message(body=b"42"), "order.created")
    deadline = time.monotonic() + 10
    while waiting(connection, topology):
        assert time.monotonic() < deadline, "the message is still there"
        time.sleep(0.05)
    connection.raw.sleep(5 * TTL_MS / 1000)
    assert waiting(connection, topology) == 0


def test_a_full_queue_that_rejects_drops_dead_letters_silently(connection: Connection) -> None:
    """Five were confirmed in the delay queue; one fits, and nobody hears of the other four."""
    topology = shop(
        Queue(name="work", max_length=1, overflow="reject-publish"),
        Queue(name="wait", message_ttl_ms=TTL_MS, dead_letter_exchange="", dead_letter_routing_key="work"),
    )
    assert [finding.fault for finding in topology.validate()] == ["dead-letters-refused"]
    declare(connection, topology)
    producer = Producer(connection, "")
    for number in range(5):
        producer.publish(Message(body=b"%d" % number), "wait")
    deadline = time.monotonic() + 10
    while count(connection, "wait") or not count(connection, "work"):
        assert time.monotonic() < deadline, "the dead letters never moved"
        time.sleep(0.05)
    assert count(connection, "work") == 1


def test_a_circle_with_a_rejection_goes_round_until_somebody_counts(connection: Connection) -> None:
    """Four times here; it would go on for ever."""
    topology = shop(
        Queue(name="work", dead_letter_exchange="", dead_letter_routing_key="wait"),
        Queue(name="wait", message_ttl_ms=TTL_MS, dead_letter_exchange="", dead_letter_routing_key="work"),
    )
    assert [finding.fault for finding in topology.validate()] == ["cycle-endless"]
    declare(connection, topology)
    Producer(connection, "orders").publish(Message(body=b"42"), "order.created")
    seen: list[Delivery] = []

    def handler(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        return Ack() if len(seen) == 4 else Dead(reason="again")

    Consumer(connection, "work", prefetch=1).run(handler, until=lambda: len(seen) == 4, idle_s=10)
    assert len(seen) == 4
