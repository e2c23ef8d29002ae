"""A producer that outlives its connection: nothing is missing, whatever happens to the line."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from labs.broker.address import Broker
from labs.broker.faults import Proxy, close_connections
from labs.broker.management import Management
from labs.errors import (
    BrokerUnavailable,
    ConfirmTimeout,
    ConnectionLost,
    InvalidValue,
    LabsError,
    NotFound,
    Unroutable,
)
from labs.message import Message
from labs.queue import Queue
from labs.sync.connection import Connection, connect
from labs.sync.declare import count, declare
from labs.sync.recovering import RecoveringProducer
from labs.topology import Topology

PATIENCE_S = 30.0


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to the test's vhost, past every proxy, with a queue `orders`."""
    with connect(broker.url(vhost)) as connection:
        declare(connection, Topology(queues=(Queue(name="orders"),)))
        yield connection


@pytest.fixture
def proxy(broker: Broker, connection: Connection) -> Iterator[Proxy]:
    """A proxy in front of that broker."""
    with Proxy(broker) as proxy:
        yield proxy


def order(number: int) -> Message:
    """Order `number`."""
    return Message(body=f"{number}".encode(), message_id=f"order-{number}")


def ids(connection: Connection) -> Counter[str]:
    """How often each message is in the queue; it is empty afterwards."""
    channel, found = connection.channel(prefetch=500), Counter[str]()
    for method, properties, _ in channel.consume("orders", auto_ack=True, inactivity_timeout=0.5):
        if method is None:
            break
        found[properties.message_id] += 1
    channel.cancel()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_of_two_thousand_messages_over_two_cuts_none_is_missing(
    proxy: Proxy, vhost: str, connection: Connection, seed: int
) -> None:
    """Cut at random moments; what is there twice was published twice."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    cuts = sorted(chance.sample(range(1, 2_000), 2))

    def cut_at() -> None:
        for place in cuts:
            deadline = time.monotonic() + PATIENCE_S
            while done[0] < place and time.monotonic() < deadline:
                time.sleep(0.0005)
            proxy.cut()

    done = [0]
    cutting = threading.Thread(target=cut_at)
    cutting.start()
    with RecoveringProducer(proxy.broker.url(vhost), "", confirm_within_s=5, give_up_after_s=30) as producer:
        for n in range(2_000):
            producer.publish(order(n), "orders")
            done[0] = n
    cutting.join(PATIENCE_S)
    found = ids(connection)
    assert len(found) == 2_000
    assert 1 <= producer.reconnects <= 2  # two cuts may hit the same connection's end
    assert found.total() - 2_000 <= producer.republished <= 2


def test_a_lost_confirm_makes_a_duplicate_and_not_a_loss(
    broker: Broker, proxy: Proxy, vhost: str, connection: Connection
) -> None:
    """The message is stored, its confirm is held back, the line is cut: it is published a second time."""
    with RecoveringProducer(proxy.broker.url(vhost), "", confirm_within_s=10, give_up_after_s=30) as producer:
        producer.publish(order(1), "orders")
        proxy.stall(only="from_broker")

        def cut_when_stored() -> None:
            with connect(broker.url(vhost)) as own:
                deadline = time.monotonic() + PATIENCE_S
                while count(own, "orders") < 2 and time.monotonic() < deadline:
                    time.sleep(0.01)
            proxy.cut()
            proxy.resume()

        helper = threading.Thread(target=cut_when_stored)
        helper.start()
        producer.publish(order(2), "orders")
        helper.join(PATIENCE_S)
        assert (producer.reconnects, producer.republished) == (1, 1)
    assert ids(connection) == {"order-1": 1, "order-2": 2}


def test_a_forced_close_is_survived(
    broker: Broker, vhost: str, connection: Connection, management: Management
) -> None:
    """320 CONNECTION_FORCED, as in an upgrade: the next publish connects again."""
    with RecoveringProducer(broker.url(vhost), "", give_up_after_s=30, name="relay") as producer:
        for n in range(3):
            producer.publish(order(n), "orders")
            close_connections(management, vhost=vhost, name="relay")
        producer.publish(order(3), "orders")
        assert producer.reconnects == 3
    assert set(ids(connection)) == {f"order-{n}" for n in range(4)}


def test_a_broker_that_is_away_is_waited_for(proxy: Proxy, vhost: str, connection: Connection) -> None:
    """Nobody is there at first; the message arrives once when somebody is."""
    proxy.refuse()
    back = threading.Timer(1.0, proxy.accept)
    back.start()
    with RecoveringProducer(proxy.broker.url(vhost), "", give_up_after_s=30) as producer:
        producer.publish(order(1), "orders")
        assert (producer.reconnects, producer.republished) == (0, 0)
    back.join(PATIENCE_S)
    assert ids(connection) == {"order-1": 1}


def test_giving_up_says_whether_the_message_may_be_stored(proxy: Proxy, vhost: str) -> None:
    """Never sent: BrokerUnavailable. Sent and unanswered: another error, because it may be there."""
    url = proxy.broker.url(vhost)
    proxy.refuse()
    with RecoveringProducer(url, "", give_up_after_s=1.0) as producer:
        began = time.monotonic()
        with pytest.raises(BrokerUnavailable, match="never sent"):
            producer.publish(order(1), "orders")
        assert time.monotonic() - began < 10.0
        proxy.accept()
        producer.publish(order(2), "orders")
        proxy.cut()
        proxy.refuse()
        with pytest.raises(ConnectionLost, match="may be stored"):
            producer.publish(order(3), "orders")
        proxy.accept()
        producer.publish(order(4), "orders")
        proxy.stall()
        with pytest.raises((ConfirmTimeout, ConnectionLost), match="may be stored"):
            producer.publish(order(5), "orders")


def test_what_no_new_connection_mends_is_raised_at_once(
    broker: Broker, vhost: str, connection: Connection
) -> None:
    """A wrong key, a missing exchange, a missing vhost, a message without a name."""
    producers: list[tuple[RecoveringProducer, type[LabsError]]] = [
        (RecoveringProducer(broker.url(vhost), ""), Unroutable),
        (RecoveringProducer(broker.url(vhost), "nowhere"), NotFound),
        (RecoveringProducer(broker.url("no such vhost"), ""), NotFound),
    ]
    began = time.monotonic()
    for producer, error in producers:
        with producer, pytest.raises(error):
            producer.publish(order(1), "no such queue")
        assert producer.republished == 0
    with pytest.raises(InvalidValue, match="message_id"):
        producers[0][0].publish(Message(body=b"who am I"), "orders")
    assert time.monotonic() - began < 10.0
