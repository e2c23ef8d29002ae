"""The pika lane against a real broker: what is sent comes back equal; what goes wrong says so, at once."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.errors import (
    AccessRefused,
    BrokerUnavailable,
    ConfirmTimeout,
    ConnectionLost,
    InvalidValue,
    Nacked,
    NotFound,
    PreconditionFailed,
    ResourceLocked,
    Unroutable,
)
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare, delete
from labs.sync.producer import Producer
from labs.sync.properties import to_message
from labs.topology import Topology
from tests.unit.strategies import messages

ORDERS = Topology(
    exchanges=(Exchange(name="orders"),),
    queues=(Queue(name="order_notifications"),),
    bindings=(Binding(source="orders", destination="order_notifications", key="order.*"),),
)


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """A connection to it."""
    with connect(url, name="test of the sync lane") as connection:
        yield connection


@pytest.fixture
def orders(connection: Connection) -> Connection:
    """The same connection, with `orders` and `order_notifications` declared."""
    declare(connection, ORDERS)
    return connection


def _publish(connection: Connection, *bodies: bytes, key: str = "order.created") -> None:
    producer = Producer(connection, "orders")
    for body in bodies:
        producer.publish(Message(body=body), key)


def _bodies(deliveries: list[Delivery]) -> list[bytes]:
    return [delivery.message.body for delivery in deliveries]


def _left(connection: Connection, queue: str = "order_notifications") -> list[bytes]:
    """Everything that is ready in the queue, oldest first; it is taken out."""
    channel, found = connection.channel(), []
    while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
        found.append(got[2])
    channel.close()
    return found


class Wire:
    """A TCP line to the broker that a test can freeze or cut, like a network."""

    def __init__(self, broker: Broker) -> None:
        self._target = (broker.host, broker.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._silent, self._cut = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def silence_the_broker(self) -> None:
        """From now on its answers get lost, and nobody is told; what we send still arrives."""
        self._silent.set()

    def cut(self) -> None:
        """Close the line."""
        self._cut.set()
        self._thread.join(5)

    def _carry(self) -> None:
        near, _ = self._listener.accept()
        with near, socket.create_connection(self._target) as far, self._listener:
            while not self._cut.is_set():
                ends = [near] if self._silent.is_set() else [near, far]
                for end in select.select(ends, [], [], 0.02)[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)


@contextmanager
def _through_wire(broker: Broker, vhost: str) -> Iterator[tuple[Connection, Wire]]:
    wire = Wire(broker)
    url = broker.url(vhost).replace(f":{broker.port}/", f":{wire.port}/")
    connection = connect(url, name="through a wire", timeout_s=5)
    try:
        yield connection, wire
    finally:
        wire.cut()
        connection.close()


# --- connecting -------------------------------------------------------------------------------------------


def test_nobody_listening_is_one_sentence(url: str, broker: Broker) -> None:
    """No traceback of sockets: no broker answers, and where."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(BrokerUnavailable, match=f"No broker answers at 127.0.0.1:{port}"):
        connect(url.replace(f":{broker.port}/", f":{port}/"))


def test_somebody_who_does_not_speak_amqp_is_given_up_in_time() -> None:
    """A listener that says nothing must not hang a notebook."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        with pytest.raises(BrokerUnavailable, match="spoke AMQP within 1 s"):
            connect(f"amqp://a:b@127.0.0.1:{listener.getsockname()[1]}/", timeout_s=1)
        assert time.monotonic() - began < 5


def test_a_wrong_password_is_403_and_not_no_broker(broker: Broker) -> None:
    """The broker is there; it said no."""
    with pytest.raises(AccessRefused, match="403 ACCESS_REFUSED"):
        connect(broker.url("/").replace(f":{broker.password}@", ":wrong@"))


def test_a_vhost_that_does_not_exist_is_not_found(broker: Broker) -> None:
    """By its name."""
    with pytest.raises(NotFound, match=r"vhost no\.such\.vhost not found"):
        connect(broker.url("no.such.vhost"))


def test_what_is_no_url_is_refused_without_showing_it() -> None:
    """It may hold a password."""
    with pytest.raises(InvalidValue) as seen:
        connect("amqp://me:secret@host:port/")
    assert "secret" not in str(seen.value)


def test_closing_twice_is_fine(url: str) -> None:
    """Tear-down cells are run twice."""
    with connect(url) as connection:
        assert connection.is_open
        connection.close()
    connection.close()
    assert repr(connection) == "Connection('labs', closed)"
    with pytest.raises(ConnectionLost):
        connection.channel()


def test_a_cut_line_is_connection_lost_and_closing_is_still_fine(broker: Broker, vhost: str) -> None:
    """On the next call, in a sentence."""
    with _through_wire(broker, vhost) as (connection, wire):
        wire.cut()
        with pytest.raises(ConnectionLost, match="broke"):
            connection.channel()
        connection.close()


def test_an_operator_who_closes_the_connection_is_quoted(
    url: str, management: Management, vhost: str
) -> None:
    """The reason they typed arrives here."""
    with connect(url, name="to be closed") as connection:
        deadline = time.monotonic() + 15
        while not (mine := management.connections(vhost)):
            assert time.monotonic() < deadline, "the management API never listed the connection"
            connection.raw.sleep(0.2)
        management.close_connection(mine[0]["name"], "lesson over")
        time.sleep(0.5)
        with pytest.raises(ConnectionLost, match="lesson over"):
            connection.channel()


# --- producing --------------------------------------------------------------------------------------------


def test_every_property_comes_back_equal_from_the_broker(orders: Connection) -> None:
    """Any message: published, received, equal."""
    producer, channel = Producer(orders, "orders"), orders.channel()

    @settings(max_examples=50)
    @given(messages(user_id=False))
    def check(message: Message) -> None:
        producer.publish(message, "order.created")
        method, properties, body = channel.basic_get("order_notifications", auto_ack=True)
        assert method is not None
        assert to_message(properties, body) == message

    check()


def test_a_publish_that_nobody_wants_raises_on_its_line(orders: Connection) -> None:
    """And the producer goes on working."""
    producer = Producer(orders, "orders")
    with pytest.raises(Unroutable, match=r"payment\.received") as seen:
        producer.publish(Message(body=b"1"), "payment.received")
    assert (seen.value.exchange, seen.value.routing_key) == ("orders", "payment.received")
    producer.publish(Message(body=b"2"), "order.created")
    assert _left(orders) == [b"2"]


def test_a_publish_to_a_missing_exchange_raises_on_its_line(orders: Connection) -> None:
    """And the producer can be used again once the exchange is there."""
    producer = Producer(orders, "ordres")
    with pytest.raises(NotFound, match="no exchange 'ordres'"):
        producer.publish(Message(body=b"1"), "order.created")
    declare(orders, Topology(exchanges=(Exchange(name="ordres", alternate_exchange="orders"),)))
    producer.publish(Message(body=b"2"), "order.created")
    assert _left(orders) == [b"2"]


def test_the_default_exchange_takes_names_of_queues(orders: Connection) -> None:
    """And says so when there is no such queue."""
    producer = Producer(orders, "")
    producer.publish(Message(body=b"1"), "order_notifications")
    with pytest.raises(Unroutable, match="default exchange knows no queue named 'nobody'"):
        producer.publish(Message(body=b"2"), "nobody")
    assert _left(orders) == [b"1"]


def test_a_full_queue_that_rejects_answers_nack(connection: Connection) -> None:
    """The message is not stored, and the producer knows."""
    full = Queue(name="small", max_length=1, overflow="reject-publish")
    declare(connection, Topology(queues=(full,)))
    producer = Producer(connection, "")
    producer.publish(Message(body=b"1"), "small")
    with pytest.raises(Nacked, match=r"basic\.nack"):
        producer.publish(Message(body=b"2"), "small")
    assert _left(connection, "small") == [b"1"]


def test_somebody_elses_name_as_user_id_is_refused(orders: Connection) -> None:
    """The broker checks it; the next publish works."""
    producer = Producer(orders, "orders")
    with pytest.raises(PreconditionFailed, match="user_id"):
        producer.publish(Message(body=b"", user_id="somebody"), "order.created")
    producer.publish(Message(body=b"ok"), "order.created")
    assert _left(orders) == [b"ok"]


def test_an_internal_exchange_takes_nothing_from_a_producer(connection: Connection) -> None:
    """403, on the line."""
    declare(connection, Topology(exchanges=(Exchange(name="inner", internal=True),)))
    with pytest.raises(AccessRefused, match="internal exchange"):
        Producer(connection, "inner").publish(Message(body=b""), "k")


def test_a_routing_key_that_is_too_long_never_leaves(orders: Connection) -> None:
    """255 bytes fit, 256 do not, and nothing was sent."""
    producer = Producer(orders, "orders")
    producer.publish(Message(body=b"fits"), "order." + "x" * 249)
    with pytest.raises(InvalidValue, match="routing key has 256 bytes"):
        producer.publish(Message(body=b"too long"), "order." + "x" * 250)
    with pytest.raises(InvalidValue, match="a type that pika cannot send"):
        producer.publish(Message(body=b"float", headers={"price": 1.5}), "order.created")
    producer.publish(Message(body=b"after"), "order.created")
    assert _left(orders) == [b"fits", b"after"]


def test_a_lost_confirm_ends_the_wait_in_time(broker: Broker, vhost: str, orders: Connection) -> None:
    """Not for ever; and it is no rejection: the message is there."""
    with _through_wire(broker, vhost) as (connection, wire):
        producer = Producer(connection, "orders", confirm_within_s=0.5)
        producer.publish(Message(body=b"confirmed"), "order.created")
        wire.silence_the_broker()
        began = time.monotonic()
        with pytest.raises(ConfirmTimeout, match=r"no confirm within 0\.5 s"):
            producer.publish(Message(body=b"who knows"), "order.created")
        assert 0.4 < time.monotonic() - began < 3
    assert _left(orders) == [b"confirmed", b"who knows"]


def test_a_timed_out_producer_starts_again_on_a_fresh_channel(orders: Connection) -> None:
    """Its connection may be well; the channel that owes a confirm is not used again."""
    producer = Producer(orders, "orders", confirm_within_s=0.0)
    with pytest.raises(ConfirmTimeout):
        producer.publish(Message(body=b"hurry"), "order.created")
    producer.confirm_within_s = 10.0
    with pytest.raises(Unroutable):
        producer.publish(Message(body=b"x"), "nobody.wants.this")
    producer.publish(Message(body=b"calm"), "order.created")
    assert _left(orders)[-1] == b"calm"


# --- consuming --------------------------------------------------------------------------------------------


def test_take_returns_the_oldest_first_and_holds_no_more_than_it_returned(orders: Connection) -> None:
    """Two in hand, three ready for anybody else, in their order."""
    _publish(orders, b"1", b"2", b"3", b"4", b"5")
    consumer = Consumer(orders, "order_notifications", prefetch=50)
    taken = consumer.take(2)
    assert _bodies(taken) == [b"1", b"2"]
    assert (taken[0].exchange, taken[0].routing_key, taken[0].redelivered) == (
        "orders",
        "order.created",
        False,
    )
    assert count(orders, "order_notifications") == 3
    assert _bodies(consumer.take(3)) == [b"3", b"4", b"5"]


def test_take_gives_up_at_its_deadline_with_what_there_is(orders: Connection) -> None:
    """Not sooner, and not much later; what comes afterwards stays in the queue."""
    _publish(orders, b"1")
    consumer = Consumer(orders, "order_notifications", prefetch=9)
    began = time.monotonic()
    taken = consumer.take(5, within_s=0.5)
    assert 0.5 <= time.monotonic() - began < 2
    assert _bodies(taken) == [b"1"]
    _publish(orders, b"2")
    assert count(orders, "order_notifications") == 1


def test_take_returns_at_once_when_it_has_them(orders: Connection) -> None:
    """A deadline is not a pause."""
    _publish(orders, b"1", b"2")
    began = time.monotonic()
    assert len(Consumer(orders, "order_notifications", prefetch=2).take(2, within_s=30)) == 2
    assert time.monotonic() - began < 5


def test_take_waits_for_what_is_published_meanwhile(orders: Connection, url: str) -> None:
    """The broker pushes as soon as there is something."""

    def later() -> None:
        with connect(url) as other:
            _publish(other, b"late")

    timer = threading.Timer(0.3, later)
    timer.start()
    assert _bodies(Consumer(orders, "order_notifications", prefetch=1).take(1, within_s=10)) == [b"late"]
    timer.join()


def test_more_than_the_prefetch_can_never_be_taken(orders: Connection) -> None:
    """It says so at once, instead of waiting for ever."""
    consumer = Consumer(orders, "order_notifications", prefetch=2)
    for impossible in (3, 0):
        with pytest.raises(InvalidValue, match="prefetch=2"):
            consumer.take(impossible)
    with pytest.raises(InvalidValue, match="prefetch"):
        Consumer(orders, "order_notifications", prefetch=0)


def test_an_interrupted_take_gives_everything_back_in_order(orders: Connection) -> None:
    """Ctrl-C in a notebook must not leave messages in nobody's hands."""
    _publish(orders, b"1", b"2", b"3")
    consumer = Consumer(orders, "order_notifications", prefetch=9)
    wait = consumer._subscription.wait

    def interrupted(seconds: float) -> None:
        wait(0.3)
        raise KeyboardInterrupt

    consumer._subscription.wait = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        consumer.take(9)
    assert count(orders, "order_notifications") == 3
    assert _left(orders) == [b"1", b"2", b"3"]


def test_ack_forgets_give_back_returns_and_dead_moves_on(orders: Connection) -> None:
    """Three ways to settle, three fates."""
    graves = Topology(
        exchanges=(Exchange(name="dlx", type="fanout"),),
        queues=(Queue(name="work", dead_letter_exchange="dlx"), Queue(name="graves")),
        bindings=(
            Binding(source="orders", destination="work", key="work"),
            Binding(source="dlx", destination="graves"),
        ),
    )
    declare(orders, graves)
    _publish(orders, b"done", b"again", b"never", key="work")
    consumer = Consumer(orders, "work", prefetch=3)
    done, again, never = consumer.take(3)
    consumer.ack(done)
    consumer.give_back(again)
    consumer.dead(never)
    (back,) = consumer.take(1)
    assert back.message.body == b"again"
    assert back.redelivered
    assert count(orders, "work") == 0
    assert _left(orders, "graves") == [b"never"]


def test_what_is_given_back_keeps_its_place(orders: Connection) -> None:
    """Given back out of order, it still stands in order."""
    _publish(orders, b"1", b"2", b"3", b"4")
    consumer = Consumer(orders, "order_notifications", prefetch=3)
    first, second, third = consumer.take(3)
    for delivery in (second, third, first):
        consumer.give_back(delivery)
    assert _left(orders) == [b"1", b"2", b"3", b"4"]


def test_unsettled_deliveries_go_back_when_the_channel_closes(orders: Connection) -> None:
    """A consumer that dies loses nothing."""
    _publish(orders, b"1", b"2")
    consumer = Consumer(orders, "order_notifications", prefetch=2)
    consumer.take(2)
    assert count(orders, "order_notifications") == 0
    consumer.close()
    consumer.close()
    assert _left(orders) == [b"1", b"2"]


def test_settling_twice_is_stopped_before_it_costs_the_channel(orders: Connection) -> None:
    """The other delivery in hand is still there."""
    _publish(orders, b"1", b"2")
    consumer = Consumer(orders, "order_notifications", prefetch=2)
    first, second = consumer.take(2)
    consumer.ack(first)
    with pytest.raises(PreconditionFailed, match="settled before"):
        consumer.ack(first)
    consumer.ack(second)
    assert _left(orders) == []


def test_a_delivery_cannot_be_settled_by_another_consumer(orders: Connection) -> None:
    """Even when the delivery tags are equal: tags count per channel."""
    _publish(orders, b"1", b"2")
    one, other = (Consumer(orders, "order_notifications", prefetch=1) for _ in range(2))
    (mine,), (theirs,) = one.take(1), other.take(1)
    assert mine.delivery_tag == theirs.delivery_tag
    with pytest.raises(PreconditionFailed, match="another channel"):
        other.ack(mine)
    one.ack(mine)
    other.ack(theirs)


def test_a_queue_that_does_not_exist_is_not_found(connection: Connection) -> None:
    """On the take, by its name."""
    with pytest.raises(NotFound, match="no queue 'nowhere'"):
        Consumer(connection, "nowhere", prefetch=1).take(1)


def test_a_queue_that_is_deleted_under_a_consumer_ends_its_wait(orders: Connection, url: str) -> None:
    """At once, and not at the deadline."""

    def remove() -> None:
        with connect(url) as other:
            other.channel().queue_delete("order_notifications")

    timer = threading.Timer(0.3, remove)
    timer.start()
    began = time.monotonic()
    with pytest.raises(NotFound, match="'order_notifications' was deleted"):
        Consumer(orders, "order_notifications", prefetch=1).take(1, within_s=30)
    assert time.monotonic() - began < 10
    timer.join()


def test_run_settles_each_delivery_by_its_outcome(orders: Connection) -> None:
    """Retried ones come again, until they are done or dead."""
    _publish(orders, b"ok", b"flaky", b"poison")
    seen: list[tuple[bytes, bool]] = []

    def handler(delivery: Delivery) -> Outcome:
        seen.append((delivery.message.body, delivery.redelivered))
        if delivery.message.body == b"poison":
            return Dead(reason="cannot be read")
        return Retry() if delivery.message.body == b"flaky" and not delivery.redelivered else Ack()

    settled = Consumer(orders, "order_notifications", prefetch=1).run(handler, until=lambda: len(seen) == 4)
    assert settled == 4
    assert sorted(seen) == [(b"flaky", False), (b"flaky", True), (b"ok", False), (b"poison", False)]
    assert _left(orders) == []


def test_run_ends_when_nothing_comes(orders: Connection) -> None:
    """After the idle time, counted from the last delivery."""
    _publish(orders, b"1", b"2")
    began = time.monotonic()
    assert Consumer(orders, "order_notifications", prefetch=5).run(lambda _: Ack(), idle_s=0.5) == 2
    assert 0.5 <= time.monotonic() - began < 3


def test_a_stopped_run_finishes_what_it_holds_and_gives_back_the_rest_in_order(orders: Connection) -> None:
    """Draining: nothing is half done, nothing is lost, nothing is out of order."""
    _publish(orders, b"1", b"2", b"3", b"4", b"5")
    stop = threading.Event()

    def handler(delivery: Delivery) -> Outcome:
        if delivery.message.body == b"2":
            stop.set()
        return Ack()

    assert Consumer(orders, "order_notifications", prefetch=5).run(handler, stop=stop) == 2
    assert _left(orders) == [b"3", b"4", b"5"]


def test_a_run_can_be_stopped_from_another_thread_while_it_waits(orders: Connection) -> None:
    """Within a tick or two."""
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    began = time.monotonic()
    assert Consumer(orders, "order_notifications", prefetch=1).run(lambda _: Ack(), stop=stop) == 0
    assert time.monotonic() - began < 3
    timer.join()


def test_a_handler_that_raises_gives_its_delivery_back(orders: Connection) -> None:
    """The exception rises; the message and those behind it wait in order."""
    _publish(orders, b"1", b"2", b"3")

    def handler(delivery: Delivery) -> Outcome:
        if delivery.message.body == b"2":
            raise ZeroDivisionError
        return Ack()

    with pytest.raises(ZeroDivisionError):
        Consumer(orders, "order_notifications", prefetch=3).run(handler)
    assert _left(orders) == [b"2", b"3"]


def test_a_line_cut_under_a_run_is_connection_lost(broker: Broker, vhost: str, orders: Connection) -> None:
    """And the delivery in hand is with the broker again."""
    _publish(orders, b"1")
    with _through_wire(broker, vhost) as (connection, wire):

        def handler(_: Delivery) -> Outcome:
            wire.cut()
            return Ack()

        with pytest.raises(ConnectionLost):
            Consumer(connection, "order_notifications", prefetch=1).run(handler, idle_s=5)
    (again,) = Consumer(orders, "order_notifications", prefetch=1).take(1, within_s=10)
    assert again.message.body == b"1"


# --- declaring --------------------------------------------------------------------------------------------


def test_declaring_twice_changes_nothing(orders: Connection) -> None:
    """It is said at every start."""
    _publish(orders, b"1")
    declare(orders, ORDERS)
    assert _left(orders) == [b"1"]


def test_every_kind_of_declaration_is_accepted_and_taken_away_again(connection: Connection) -> None:
    """Exchanges of four types, queues with all their arguments, bindings between exchanges."""
    topology = Topology(
        exchanges=(
            Exchange(name="in", type="direct", alternate_exchange="rest"),
            Exchange(name="rest", type="fanout", internal=True, durable=False),
            Exchange(name="labels", type="headers", auto_delete=True),
        ),
        queues=(
            Queue(
                name="full", message_ttl_ms=60_000, expires_ms=60_000, max_length=5, max_length_bytes=5000,
                overflow="reject-publish", dead_letter_exchange="rest", dead_letter_routing_key="dead",
                max_priority=5, single_active_consumer=True,
            ),
            Queue(name="safe", type="quorum", delivery_limit=3),
            Queue(name="log", type="stream"),
            Queue(name="mine", exclusive=True, auto_delete=True),
        ),
        bindings=(
            Binding(source="in", destination="labels", key="k", to_exchange=True),
            Binding(source="labels", destination="full", arguments={"x-match": "any", "region": "EU"}),
            Binding(source="rest", destination="safe"),
            Binding(source="amq.topic", destination="mine", key="a.#"),
        ),
    )  # fmt: skip
    declare(connection, topology)
    declare(connection, topology)
    Producer(connection, "in").publish(Message(body=b"1", headers={"region": "EU"}), "k")
    assert count(connection, "full") == 1
    for _ in range(2):
        delete(connection, topology)
        with pytest.raises(NotFound, match="no queue 'full'"):
            count(connection, "full")


def test_deleting_takes_only_what_the_topology_names(orders: Connection) -> None:
    """Its bindings go even when their exchange and queue belong to somebody else."""
    delete(orders, Topology(bindings=ORDERS.bindings))
    with pytest.raises(Unroutable):
        _publish(orders, b"1")
    assert count(orders, "order_notifications") == 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (Topology(queues=(Queue(name="order_notifications", max_length=5),)), "queue 'order_notifications'"),
        (Topology(queues=(Queue(name="order_notifications", type="quorum"),)), "queue 'order_notifications'"),
        (Topology(exchanges=(Exchange(name="orders", type="direct"),)), "exchange 'orders'"),
    ],
)
def test_declaring_differently_says_what_exists_and_what_to_do(
    orders: Connection, changed: Topology, named: str
) -> None:
    """406 with the name in it, that it is fixed at birth, and three ways out."""
    with pytest.raises(PreconditionFailed, match="fixed at birth") as seen:
        declare(orders, changed)
    assert named in str(seen.value)
    assert "inequivalent arg" in str(seen.value)
    assert seen.value.reply_text.startswith("PRECONDITION_FAILED")
    assert f"Declare the {named} as it is" in seen.value.hint
    assert seen.value.__cause__ is not None
    _publish(orders, b"the connection lives on")
    assert count(orders, "order_notifications") == 1


def test_a_reserved_name_is_refused(connection: Connection) -> None:
    """`amq.` belongs to the broker."""
    with pytest.raises(AccessRefused, match="reserved prefix"):
        declare(connection, Topology(queues=(Queue(name="amq.mine"),)))


def test_a_binding_to_nothing_is_not_found(orders: Connection) -> None:
    """The broker says what is missing."""
    loose = Topology(bindings=(Binding(source="orders", destination="nowhere", key="#"),))
    with pytest.raises(NotFound, match="no queue 'nowhere'"):
        declare(orders, loose)


def test_an_exclusive_queue_is_locked_for_others(connection: Connection, url: str) -> None:
    """405, on a second connection."""
    declare(connection, Topology(queues=(Queue(name="mine", exclusive=True),)))
    with connect(url) as other, pytest.raises(ResourceLocked, match="405 RESOURCE_LOCKED"):
        count(other, "mine")


def test_the_count_is_of_ready_messages_and_exact(orders: Connection) -> None:
    """What is in somebody's hands is not ready."""
    _publish(orders, *(b"%d" % number for number in range(7)))
    assert count(orders, "order_notifications") == 7
    consumer = Consumer(orders, "order_notifications", prefetch=3)
    consumer.take(3)
    assert count(orders, "order_notifications") == 4
