"""The confirm window against a real broker: every message has its own answer, whatever happens to the line."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import suppress

import pytest

from labs.broker.address import Broker
from labs.broker.faults import Proxy, close_connections
from labs.broker.management import Management
from labs.errors import (
    AccessRefused,
    BrokerUnavailable,
    ConfirmTimeout,
    ConnectionLost,
    InvalidValue,
    LabsError,
    Nacked,
    NotFound,
    Unroutable,
    WaitTimeout,
)
from labs.exchange import Exchange
from labs.message import Message
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.connection import Connection, connect
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.sync.window import ConfirmWindow
from labs.topology import Topology

PATIENCE_S = 30.0
ORDERS = Topology(
    exchanges=(Exchange(name="orders"),),
    queues=(Queue(name="order_notifications"), Queue(name="small", max_length=1, overflow="reject-publish")),
    bindings=(
        Binding(source="orders", destination="order_notifications", key="order.*"),
        Binding(source="orders", destination="small", key="small"),
    ),
)


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to the test's vhost, in which the orders are declared."""
    with connect(broker.url(vhost)) as connection:
        declare(connection, ORDERS)
        yield connection


@pytest.fixture
def url(broker: Broker, vhost: str, connection: Connection) -> str:
    """The URL of that vhost."""
    return broker.url(vhost)


def order(number: int) -> Message:
    """Order `number`."""
    return Message(body=f"{number}".encode(), message_id=f"order-{number}")


def ended(futures: list[Future[None]]) -> list[str]:
    """What became of each: `stored`, or the error's name."""
    assert not wait(futures, timeout=PATIENCE_S).not_done
    return [type(error).__name__ if (error := future.exception()) else "stored" for future in futures]


def stored(connection: Connection, queue: str = "order_notifications") -> list[str]:
    """The bodies in the queue, oldest first; it is empty afterwards."""
    channel, found = connection.channel(prefetch=500), []
    for method, _, body in channel.consume(queue, auto_ack=True, inactivity_timeout=0.3):
        if method is None:
            break
        found.append(body.decode())
    channel.cancel()
    channel.close()
    return found


def test_of_five_thousand_each_future_tells_what_became_of_its_own_message(
    url: str, connection: Connection
) -> None:
    """Every seventh goes nowhere; many look alike; the broker answers in bundles, and none is mixed up."""
    with ConfirmWindow(url, "orders", size=300) as window:
        futures = [
            window.publish(
                Message(body=b"same") if n % 3 else order(n), "lost" if n % 7 == 0 else "order.new"
            )
            for n in range(5_000)
        ]
    assert ended(futures) == ["Unroutable" if n % 7 == 0 else "stored" for n in range(5_000)]
    expected = ["same" if n % 3 else f"{n}" for n in range(5_000) if n % 7]
    assert stored(connection) == expected
    assert (window.confirmed, len(window.failed)) == (len(expected), 5_000 - len(expected))
    assert {(each.routing_key, type(each.error)) for each in window.failed} == {("lost", Unroutable)}


def test_an_unroutable_message_says_where_it_wanted_to_go(url: str) -> None:
    """The same error as from the producer that waits."""
    with ConfirmWindow(url, "orders", size=10) as window, pytest.raises(Unroutable) as told:
        window.publish(order(1), "nowhere").result(PATIENCE_S)
    assert (told.value.exchange, told.value.routing_key) == ("orders", "nowhere")
    with (
        ConfirmWindow(url, "", size=10) as window,
        pytest.raises(Unroutable, match="no queue named 'ordres'"),
    ):
        window.publish(order(1), "ordres").result(PATIENCE_S)


def test_several_threads_share_one_window(url: str, connection: Connection) -> None:
    """Each thread's messages keep their order; nothing is lost and the window is never overfull."""
    most: list[int] = []
    futures: list[Future[None]] = []
    with ConfirmWindow(url, "orders", size=20) as window:

        def work(first: int) -> None:
            for n in range(first, first + 500):
                futures.append(window.publish(order(n), "order.new"))
                most.append(window.in_flight)

        threads = [threading.Thread(target=work, args=(1_000 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert set(ended(futures)) == {"stored"}
    numbers = [int(body) for body in stored(connection)]
    assert len(numbers) == 2_000
    for thread in range(4):
        mine = [number for number in numbers if number // 1_000 == thread]
        assert mine == sorted(mine)
    assert max(most) <= 20 + 4  # a thread counts itself in before another one has counted itself out


def test_a_full_queue_that_rejects_is_told_to_its_message_alone(url: str) -> None:
    """basic.nack: the first has room, the second not, the third goes elsewhere."""
    with ConfirmWindow(url, "orders", size=10) as window:
        futures = []
        for number, key in ((1, "small"), (2, "small"), (3, "order.new")):
            futures.append(window.publish(order(number), key))
            wait(futures, timeout=PATIENCE_S)
    assert ended(futures) == ["stored", "Nacked", "stored"]
    with pytest.raises(Nacked):
        futures[1].result()


def test_a_missing_exchange_takes_what_is_on_its_way_along_and_the_window_goes_on(
    url: str, connection: Connection
) -> None:
    """404 closes the channel; the next publish finds a new one, and the exchange once it is declared."""
    with ConfirmWindow(url, "later", size=10) as window:
        assert ended([window.publish(order(n), "order.new") for n in range(3)]) == ["NotFound"] * 3
        with pytest.raises(NotFound, match="later"):
            window.publish(order(3), "order.new").result(PATIENCE_S)
        declare(
            connection,
            Topology(
                exchanges=(Exchange(name="later"),),
                queues=ORDERS.queues[:1],
                bindings=(Binding(source="later", destination="order_notifications", key="#"),),
            ),
        )
        assert ended([window.publish(order(4), "order.new")]) == ["stored"]
    assert stored(connection) == ["4"]


def test_a_cut_ends_everything_on_its_way_with_connection_lost_and_some_of_it_is_stored(
    broker: Broker, vhost: str, connection: Connection
) -> None:
    """The outcome is unknown, and the error says so: it is not the error of a message that is surely lost."""
    with Proxy(broker) as proxy, ConfirmWindow(proxy.broker.url(vhost), "orders", size=50) as window:
        assert ended([window.publish(order(0), "order.new")]) == ["stored"]
        proxy.stall(only="from_broker")
        futures = [window.publish(order(n), "order.new") for n in range(1, 11)]
        deadline = time.monotonic() + PATIENCE_S
        while count(connection, "order_notifications") < 11 and time.monotonic() < deadline:
            time.sleep(0.01)
        proxy.cut()
        assert ended(futures) == ["ConnectionLost"] * 10
        with pytest.raises(ConnectionLost):
            window.publish(order(11), "order.new")
    assert len(stored(connection)) == 11


def test_a_forced_close_is_told_with_the_operators_words(
    url: str, vhost: str, management: Management
) -> None:
    """Whoever publishes next hears it on that line."""
    with ConfirmWindow(url, "orders", size=50, name="relay") as window:
        close_connections(management, vhost=vhost, name="relay", reason="moving house")
        window._sender._line._thread.join(PATIENCE_S)
        with pytest.raises(ConnectionLost, match="moving house"):
            window.publish(order(1), "order.new")


def test_no_answer_in_time_is_a_confirm_timeout_and_a_full_window_does_not_wait_for_ever(
    broker: Broker, vhost: str, connection: Connection
) -> None:
    """Three are on their way, the fourth finds no room; a late answer then is nobody's."""
    with Proxy(broker) as proxy:
        url = proxy.broker.url(vhost)
        with ConfirmWindow(url, "orders", size=3, confirm_within_s=0.6) as window:
            proxy.stall(only="from_broker")
            futures = [window.publish(order(n), "order.new") for n in range(3)]
            with pytest.raises(WaitTimeout, match="3 still missing"):
                window.flush(0.05)
            began = time.monotonic()
            with suppress(ConfirmTimeout):  # or room comes just as the three are given up
                window.publish(order(3), "order.new")
            assert time.monotonic() - began < 5.0
            assert ended(futures) == ["ConfirmTimeout"] * 3
            proxy.resume()
            again = window.publish(order(4), "order.new")
            assert ended([again]) == ["stored"]
    assert {"0", "1", "2", "4"} <= set(stored(connection))


def test_leaving_the_block_waits_for_the_answers_and_an_exception_does_not(
    broker: Broker, vhost: str, connection: Connection
) -> None:
    """A clean end flushes; ■ hangs up, and what was unanswered says so."""
    with ConfirmWindow(broker.url(vhost), "orders", size=500) as window:
        futures = [window.publish(order(n), "order.new") for n in range(400)]
    assert all(future.done() for future in futures)
    assert set(ended(futures)) == {"stored"}
    with Proxy(broker) as proxy:
        began = time.monotonic()
        with (  # noqa: PT012 - the block is the subject
            pytest.raises(KeyboardInterrupt),
            ConfirmWindow(proxy.broker.url(vhost), "orders", size=9) as window,
        ):
            proxy.stall()
            held = window.publish(order(1), "order.new")
            raise KeyboardInterrupt
        assert time.monotonic() - began < 8.0
        assert ended([held]) == ["ConnectionLost"]
    window.close()
    with pytest.raises(ConnectionLost, match="closed"):
        window.publish(order(2), "order.new")


def test_what_amqp_cannot_carry_is_told_and_costs_no_room(url: str) -> None:
    """A mistake on the line that made it; the window stays usable to its last place."""
    with ConfirmWindow(url, "orders", size=2) as window:
        for _ in range(5):
            with pytest.raises(InvalidValue):
                window.publish(order(1), "k" * 256)
        assert ended([window.publish(order(n), "order.new") for n in range(4)]) == ["stored"] * 4
    with pytest.raises(InvalidValue):
        ConfirmWindow(url, "orders", size=0)


def test_a_window_that_cannot_connect_says_why(broker: Broker, url: str) -> None:
    """The same errors as from `connect`."""
    cases: list[tuple[str, type[LabsError]]] = [
        (broker.url("no such vhost"), NotFound),
        (url.replace(broker.password, "wrong"), AccessRefused),
        ("amqp://a:b@127.0.0.1:1/", BrokerUnavailable),
    ]
    for wrong, error in cases:
        with pytest.raises(error):
            ConfirmWindow(wrong, "orders", size=1)
    assert not [thread for thread in threading.enumerate() if thread.name == "labs-line"]


def test_a_window_is_more_than_twice_as_fast_as_waiting_for_each_confirm(
    url: str, connection: Connection
) -> None:
    """The same 2 000 persistent messages to the same durable queue."""
    orders = [order(n) for n in range(2_000)]
    producer = Producer(connection, "orders")
    producer.publish(orders[0], "order.new")
    began = time.monotonic()
    for message in orders:
        producer.publish(message, "order.new")
    one_by_one_s = time.monotonic() - began
    with ConfirmWindow(url, "orders", size=200) as window:
        began = time.monotonic()
        futures = [window.publish(message, "order.new") for message in orders]
        window.flush(PATIENCE_S)
        window_s = time.monotonic() - began
    assert set(ended(futures)) == {"stored"}
    assert one_by_one_s > 2 * window_s
