"""The line between a client and the broker, broken in every way that a lesson wants; the broker is not touched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pika
import pytest

from labs.broker.address import Broker
from labs.broker.faults import Proxy, close_connections
from labs.broker.management import Management
from labs.errors import BrokerUnavailable, ConfirmTimeout, ConnectionLost, LabsError, WaitTimeout
from labs.message import Message
from labs.queue import Queue
from labs.sync.connection import Connection, connect
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.topology import Topology

PATIENCE_S = 10.0


@pytest.fixture
def proxy(broker: Broker) -> Iterator[Proxy]:
    """A proxy in front of the run's broker."""
    with Proxy(broker) as proxy:
        yield proxy


@pytest.fixture
def line(proxy: Proxy, vhost: str) -> Iterator[Connection]:
    """A connection through it, with a queue `orders`."""
    with connect(proxy.broker.url(vhost), name="through") as connection:
        declare(connection, Topology(queues=(Queue(name="orders"),)))
        yield connection
        proxy.resume()  # a goodbye over a stalled line is not answered


def eventually(ask: Callable[[], object], *, within_s: float = PATIENCE_S) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + within_s
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(answer)


def ready(broker: Broker, vhost: str) -> int:
    """How many orders the broker has, asked past the proxy."""
    with connect(broker.url(vhost)) as connection:
        return count(connection, "orders")


def test_messages_pass_through_the_proxy_and_its_lines_are_counted(
    proxy: Proxy, line: Connection, broker: Broker, vhost: str
) -> None:
    """A proxy that is left alone is not noticed, whatever the message's size."""
    big = bytes(range(256)) * 8_000
    Producer(line, "").publish(Message(body=big), "orders")
    assert line.channel().basic_get("orders", auto_ack=True)[2] == big
    assert proxy.connections == 1
    line.close()
    assert eventually(lambda: proxy.connections == 0)
    with pika.BlockingConnection(proxy.broker.parameters(vhost)) as plain:
        assert plain.is_open
    assert proxy.broker.management_url == broker.management_url
    assert broker.password not in repr(proxy)


def test_a_cut_ends_every_line_at_once_and_the_next_connection_gets_through(
    proxy: Proxy, line: Connection, vhost: str
) -> None:
    """The cable was pulled and is back."""
    producer = Producer(line, "")
    assert proxy.cut() == 1
    with pytest.raises(ConnectionLost):
        producer.publish(Message(body=b"x"), "orders")
    assert proxy.connections == 0
    with connect(proxy.broker.url(vhost)) as again:
        assert count(again, "orders") == 0


def test_a_delivery_that_was_not_acknowledged_comes_back_after_a_cut(
    proxy: Proxy, line: Connection, vhost: str
) -> None:
    """The broker gives it to the next one, marked as redelivered."""
    Producer(line, "").publish(Message(body=b"42"), "orders")
    assert line.channel().basic_get("orders")[2] == b"42"
    proxy.cut()
    with connect(proxy.broker.url(vhost)) as again:
        channel = again.channel()
        got: list[tuple[bool, bytes]] = []

        def take() -> bool:
            method, _, body = channel.basic_get("orders")
            if method is not None:
                got.append((method.redelivered, body))
            return bool(got)

        assert eventually(take)
        assert got == [(True, b"42")]


def test_nothing_passes_a_stalled_line_until_it_is_resumed(
    proxy: Proxy, line: Connection, broker: Broker, vhost: str
) -> None:
    """The publisher waits, the broker has nothing; then everything arrives, in order."""
    producer = Producer(line, "", confirm_within_s=0.5)
    producer.publish(Message(body=b"before"), "orders")
    proxy.stall()
    with pytest.raises(ConfirmTimeout):
        producer.publish(Message(body=b"held"), "orders")
    assert ready(broker, vhost) == 1
    proxy.resume()
    assert eventually(lambda: ready(broker, vhost) == 2)
    assert line.is_open


def test_the_answers_alone_can_be_stalled_so_that_a_stored_message_looks_lost(
    proxy: Proxy, line: Connection, broker: Broker, vhost: str
) -> None:
    """No confirm does not mean that the message was not stored."""
    producer = Producer(line, "", confirm_within_s=0.5)
    producer.publish(Message(body=b"opens the channel"), "orders")
    proxy.stall(only="from_broker")
    with pytest.raises(ConfirmTimeout):
        producer.publish(Message(body=b"stored all the same"), "orders")
    assert eventually(lambda: ready(broker, vhost) == 2)


def test_a_new_connection_over_a_stalled_line_gives_up_at_its_deadline(proxy: Proxy, vhost: str) -> None:
    """The proxy takes the call, nobody answers."""
    proxy.stall()
    with pytest.raises(BrokerUnavailable):
        connect(proxy.broker.url(vhost), timeout_s=0.5)
    assert proxy.cut() == 1


def test_a_throttled_line_carries_so_many_bytes_per_second(proxy: Proxy, line: Connection) -> None:
    """Twenty thousand bytes at twenty thousand a second are no faster than a second, and fast again after."""
    producer = Producer(line, "")
    producer.publish(Message(body=b"opens the channel"), "orders")
    proxy.throttle(20_000)
    began = time.monotonic()
    producer.publish(Message(body=bytes(20_000)), "orders")
    slow_s = time.monotonic() - began
    proxy.throttle(None)
    began = time.monotonic()
    producer.publish(Message(body=bytes(20_000)), "orders")
    assert slow_s >= 1.0
    assert time.monotonic() - began < slow_s / 2
    with pytest.raises(ValueError, match="stall"):
        proxy.throttle(0)


def test_a_refusing_proxy_looks_like_no_broker_and_keeps_the_lines_it_has(
    proxy: Proxy, line: Connection, vhost: str
) -> None:
    """Nobody gets in until it accepts again, on the same port; refusing or accepting twice changes nothing."""
    for _ in range(2):
        proxy.refuse()
        with pytest.raises(BrokerUnavailable):
            connect(proxy.broker.url(vhost))
    assert count(line, "orders") == 0
    for _ in range(2):
        proxy.accept()
        with connect(proxy.broker.url(vhost)) as again:
            assert count(again, "orders") == 0


def test_hanging_up_over_a_stalled_line_is_bounded(proxy: Proxy, line: Connection) -> None:
    """The broker's goodbye never comes, and nobody waits for heartbeats to notice."""
    proxy.stall()
    began = time.monotonic()
    line.close()
    assert time.monotonic() - began < PATIENCE_S
    assert not line.is_open


@pytest.mark.parametrize("state", ["open", "stalled", "throttled", "refusing"])
def test_closing_is_quick_whatever_the_line_is_like(proxy: Proxy, vhost: str, state: str) -> None:
    """The end of the block cuts what is left, frees the port and ends the thread."""
    connection = connect(proxy.broker.url(vhost))
    {"stalled": proxy.stall, "throttled": lambda: proxy.throttle(10), "refusing": proxy.refuse}.get(
        state, lambda: None
    )()
    began = time.monotonic()
    proxy.close()
    proxy.close()
    assert time.monotonic() - began < 5.0
    assert proxy.connections == 0
    with pytest.raises(ConnectionLost):
        count(connection, "orders")
    with pytest.raises(BrokerUnavailable):
        connect(proxy.broker.url(vhost))
    with pytest.raises(LabsError, match="closed"):
        proxy.cut()


def test_a_proxy_in_front_of_a_broker_that_is_down_hangs_up(broker: Broker, proxy: Proxy, vhost: str) -> None:
    """The line beyond the proxy cannot be made, so the line to it ends."""
    proxy.refuse()
    with Proxy(proxy.broker) as outer:
        with pytest.raises((BrokerUnavailable, ConnectionLost)):
            connect(outer.broker.url(vhost))
        assert eventually(lambda: outer.connections == 0)


def test_many_threads_may_break_one_proxy(proxy: Proxy, vhost: str) -> None:
    """Cutting, stalling and resuming from several threads at once leaves a proxy that works."""

    def shake() -> None:
        for _ in range(50):
            proxy.stall()
            proxy.cut()
            proxy.resume()

    threads = [threading.Thread(target=shake) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    with connect(proxy.broker.url(vhost)) as connection:
        assert connection.is_open


def test_a_connection_is_closed_by_name_and_its_client_hears_why(
    management: Management, broker: Broker, vhost: str
) -> None:
    """320 CONNECTION_FORCED with our reason, right after it was opened; the other one stays."""
    with connect(broker.url(vhost), name="relay") as relay, connect(broker.url(vhost), name="desk") as desk:
        declare(desk, Topology(queues=(Queue(name="orders"),)))
        assert close_connections(management, vhost=vhost, name="relay", reason="moving house") == 1
        with pytest.raises(ConnectionLost, match="moving house"):
            count(relay, "orders")
        assert count(desk, "orders") == 0


def test_all_connections_of_a_vhost_are_closed_except_the_live_views(
    management: Management, broker: Broker, vhost: str
) -> None:
    """As many as were opened, waited for until they are listed."""
    names = ["one", "two", "labs-tap"]
    opened = [connect(broker.url(vhost), name=name) for name in names]
    assert close_connections(management, vhost=vhost, at_least=2) == 2
    for connection in opened[:2]:
        with pytest.raises(ConnectionLost):
            connection.channel()
    assert opened[2].channel().is_open
    opened[2].close()


def test_closing_what_is_not_there_says_what_was_awaited(management: Management, vhost: str) -> None:
    """A slip in the name is readable."""
    with pytest.raises(WaitTimeout, match="'rely'"):
        close_connections(management, vhost=vhost, name="rely", within_s=0.3)
