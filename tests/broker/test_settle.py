"""Settling on a real broker: retried after a delay, parked with a cause, given back at a walking pace, never lost."""

from __future__ import annotations

import itertools
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pika.spec import BasicProperties

from labs.broker.address import Broker
from labs.errors import ConnectionLost, LabsError, Unroutable
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.queue import Queue
from labs.retry import ATTEMPT, CAUSE, FIRST_EXCHANGE, FIRST_KEY, Backoff, Ladder, attempts
from labs.routing import Binding
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare, delete
from labs.sync.producer import Producer
from labs.sync.stopping import stop_on_signal
from labs.sync.worker import Worker
from labs.topology import Topology

LADDER = Ladder(queue="work", backoff=Backoff(delays_ms=(200, 800)))
ORDERS = Topology(
    exchanges=(Exchange(name="orders"),),
    queues=(Queue(name="work"),),
    bindings=(Binding(source="orders", destination="work", key="order.*"),),
)
#: Everything that AMQP can say about a message, but user_id, which must be the connection's own.
FULL = Message(
    body=b"42", content_type="text/plain", content_encoding="identity", headers={"region": "EU", "n": 2**40},
    persistent=False, priority=7, correlation_id="c", reply_to="r", expiration_ms=60_000, message_id="m-42",
    timestamp=datetime(2026, 5, 1, tzinfo=UTC), type="order.created", app_id="shop", cluster_id="x",
)  # fmt: skip


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """A connection to it, with the working queue and its ladder declared."""
    with connect(url, name="test of settling") as connection:
        declare(connection, ORDERS | LADDER.topology)
        yield connection


def publish(connection: Connection, *messages: Message | bytes, key: str = "order.created") -> None:
    """To the exchange, as the shop does."""
    producer = Producer(connection, "orders")
    for message in messages:
        producer.publish(message if isinstance(message, Message) else Message(body=message), key)


def taken(connection: Connection, queue: str) -> list[Delivery]:
    """Everything that is ready in a queue, acknowledged; without a ladder, so as it really lies there."""
    consumer = Consumer(connection, queue, prefetch=100)
    found = consumer.take(waiting) if (waiting := count(connection, queue)) else []
    for delivery in found:
        consumer.ack(delivery)
    consumer.close()
    return found


def run(
    connection: Connection, answers: Callable[[Delivery], Outcome], times: int, **more: Any
) -> list[Delivery]:
    """Consume with the ladder until so many deliveries were handled; what the handler saw, in order."""
    seen: list[Delivery] = []
    late = time.monotonic() + 30

    def handler(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        return answers(delivery)

    more = {"ladder": LADDER, "prefetch": 10} | more
    consumer = Consumer(connection, "work", **more)
    consumer.run(handler, until=lambda: len(seen) >= times or time.monotonic() > late)
    consumer.close()
    assert len(seen) == times
    return seen


def test_a_message_climbs_the_ladder_and_waits_about_as_long_as_each_step_says(
    connection: Connection,
) -> None:
    """Never less than the step; and the second wait is clearly longer than the first, as 800 is than 200."""
    publish(connection, b"42")
    moments: list[float] = []

    def answers(delivery: Delivery) -> Outcome:
        moments.append(time.monotonic())
        return Ack() if attempts(delivery.message) == 2 else Retry()

    run(connection, answers, 3)
    first, second = (later - earlier for earlier, later in itertools.pairwise(moments))
    assert first >= 0.19
    assert second >= 0.79
    assert second > 1.5 * first
    assert [count(connection, queue.name) for queue in LADDER.topology.queues] == [0, 0, 0]


def test_what_comes_back_equals_what_was_published_and_keeps_its_order(connection: Connection) -> None:
    """All fourteen properties, the exchange and the key; one attempt more; and in a step nobody overtakes."""
    own_name = Message(body=b"mine", user_id="admin")
    publish(connection, FULL, own_name, b"third")

    def answers(delivery: Delivery) -> Outcome:
        return Ack() if attempts(delivery.message) else Retry()

    seen = run(connection, answers, 6)
    for first, again in zip(seen[:3], seen[3:], strict=True):
        changed = dict(again.message.headers)
        assert changed.pop(ATTEMPT) == 1
        assert changed == first.message.headers
        for name in Message.__slots__:
            if name != "headers":
                assert getattr(again.message, name) == getattr(first.message, name), name
        assert (again.exchange, again.routing_key) == ("orders", "order.created")
    assert seen[0].message == FULL
    assert seen[1].message == own_name


def test_further_addresses_are_not_sent_to_again(connection: Connection) -> None:
    """A CC header routes a publish; a retry with it would put a stray copy into the queue that it names."""
    declare(connection, Topology(queues=(Queue(name="audit"),)))
    publish(connection, Message(body=b"42", headers={"CC": ["audit"]}))
    seen = run(connection, lambda delivery: Ack() if attempts(delivery.message) else Retry(), 2)
    assert seen[1].message.headers == {"CC": ["audit"], ATTEMPT: 1}
    assert count(connection, "audit") == 0


def test_a_message_that_once_expired_in_this_queue_survives_the_ladder(connection: Connection) -> None:
    """RabbitMQ 3 believes a client's x-death, sees a circle in the way back, and would drop it silently."""
    death = {"queue": "work", "reason": "expired", "count": 1, "exchange": "orders", "routing-keys": ["k"]}
    channel = connection.channel(confirm=True)
    channel.basic_publish("orders", "order.created", b"42", BasicProperties(headers={"x-death": [death]}))
    seen = run(connection, lambda delivery: Ack() if attempts(delivery.message) else Retry(), 2)
    assert [delivery.message.body for delivery in seen] == [b"42", b"42"]
    assert seen[1].message.headers.get("x-death") == seen[0].message.headers.get("x-death")


def test_a_used_up_ladder_ends_in_the_parking_lot_with_the_cause(connection: Connection) -> None:
    """Two steps, three attempts; then it waits for a person, for as long as that takes."""
    publish(connection, FULL)
    run(connection, lambda _: Retry(reason="The printer is jammed."), 3)
    (lies,) = taken(connection, LADDER.parking_lot)
    assert lies.message.headers[CAUSE] == "All 3 attempts failed; the last: The printer is jammed."
    assert lies.message.headers[ATTEMPT] == 3
    assert (lies.message.headers[FIRST_EXCHANGE], lies.message.headers[FIRST_KEY]) == (
        "orders",
        "order.created",
    )
    assert lies.message.expiration_ms is None
    assert count(connection, "work") == 0


def test_what_is_dead_is_parked_at_once_and_what_is_done_is_gone(connection: Connection) -> None:
    """One delivery each."""
    publish(connection, b"done", b"poison")
    dead = Dead(reason="The body is not JSON.")
    run(connection, lambda delivery: dead if delivery.message.body == b"poison" else Ack(), 2)
    (lies,) = taken(connection, LADDER.parking_lot)
    assert (lies.message.body, lies.message.headers[CAUSE]) == (b"poison", "The body is not JSON.")
    assert count(connection, "work") == 0


def test_copies_are_published_on_a_connection_of_their_own(connection: Connection, url: str) -> None:
    """An alarm that stops the publisher does not stop the acks; here: its channel carries the copies."""
    publish(connection, b"42")
    with connect(url, name="publishes copies") as publisher:
        consumer = Consumer(connection, "work", prefetch=1, ladder=LADDER, publish_on=publisher)
        (delivery,) = consumer.take(1)
        publisher.close()
        with pytest.raises(ConnectionLost):
            consumer.settle(delivery, Retry())
    assert [each.redelivered for each in taken(connection, "work")] == [True]


def test_a_crash_between_copy_and_ack_makes_a_duplicate_and_not_a_loss(
    url: str, connection: Connection
) -> None:
    """The copy is confirmed, and the line is gone before the ack: both are there."""
    publish(connection, b"42")
    with connect(url, name="crashes") as crashing:
        consumer = Consumer(crashing, "work", prefetch=1, ladder=LADDER)

        def crash(_: Delivery) -> None:
            line = crashing.raw._impl._transport._sock
            line.shutdown(socket.SHUT_RDWR)  # as a cable does it: without a goodbye
            raise ConnectionLost("crashed")

        consumer._subscription.ack = crash  # type: ignore[method-assign]
        with pytest.raises(ConnectionLost):
            consumer.run(lambda _: Retry(), idle_s=5)
    seen = run(connection, lambda _: Ack(), 2)
    assert sorted(attempts(delivery.message) for delivery in seen) == [0, 1]
    assert [delivery.message.body for delivery in seen] == [b"42", b"42"]


def test_a_ladder_that_nobody_declared_loses_nothing_and_says_so(connection: Connection) -> None:
    """The message is given back five times, with pauses, and then the error names the queue and the cure."""
    delete(connection, LADDER.topology)
    publish(connection, b"42")
    seen: list[bool] = []

    def handler(delivery: Delivery) -> Outcome:
        seen.append(delivery.redelivered)
        return Retry()

    with pytest.raises(Unroutable, match=r"work\.retry\.200ms") as said:
        Consumer(connection, "work", prefetch=1, ladder=LADDER).run(handler, idle_s=10)
    assert "ladder.topology" in said.value.hint
    assert seen == [False, True, True, True, True]
    assert [delivery.message.body for delivery in taken(connection, "work")] == [b"42"]


def test_a_full_parking_lot_refuses_and_nothing_is_lost(connection: Connection) -> None:
    """A nack for the copy is no ack for the original."""
    delete(connection, Topology(queues=(Queue(name=LADDER.parking_lot),)))
    full = Queue(name=LADDER.parking_lot, max_length=1, overflow="reject-publish")
    declare(connection, Topology(queues=(full,)))
    publish(connection, b"1", b"2")
    with pytest.raises(LabsError):
        Consumer(connection, "work", prefetch=1, ladder=LADDER).run(lambda _: Dead(reason="no"), idle_s=10)
    bodies = [
        delivery.message.body
        for queue in (LADDER.parking_lot, "work")
        for delivery in taken(connection, queue)
    ]
    assert sorted(bodies) == [b"1", b"2"]


def test_giving_back_is_no_hot_loop(connection: Connection) -> None:
    """Without a ladder, one message that always fails comes a few times in a second, not thousands of times."""
    publish(connection, b"42")
    ends = time.monotonic() + 1
    seen: list[float] = []

    def handler(_: Delivery) -> Outcome:
        seen.append(time.monotonic())
        return Retry()

    Consumer(connection, "work", prefetch=10).run(handler, until=lambda: time.monotonic() > ends)
    assert 2 <= len(seen) <= 6
    assert count(connection, "work") == 1


def test_a_pause_ends_when_the_consumer_is_told_to_stop(connection: Connection) -> None:
    """The delivery that waits goes back at once; draining does not take five seconds."""
    publish(connection, b"42")
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    began = time.monotonic()
    Consumer(connection, "work", prefetch=1).run(lambda _: Retry(after_ms=5_000), stop=stop)
    assert time.monotonic() - began < 4
    timer.join()
    assert count(connection, "work") == 1


def test_heartbeats_are_answered_during_a_pause(url: str, connection: Connection) -> None:
    """A pause longer than the broker's patience; the connection is still there to give back on."""
    publish(connection, b"42")
    with connect(url, name="short heartbeat", heartbeat_s=1) as other:
        consumer = Consumer(other, "work", prefetch=1)
        (delivery,) = consumer.take(1)
        consumer.settle(delivery, Retry(after_ms=5_000))
        assert other.is_open
    assert [each.redelivered for each in taken(connection, "work")] == [True]


def test_an_idle_publishing_connection_is_kept_alive(url: str, connection: Connection) -> None:
    """The first retry may come hours after the last; the line for it must not have died of silence."""
    with connect(url, heartbeat_s=1) as publisher:
        late = threading.Timer(4.0, lambda: publish_one(url))
        late.start()
        seen = run(
            connection,
            lambda delivery: Ack() if attempts(delivery.message) else Retry(),
            2,
            publish_on=publisher,
        )
        late.join()
    assert [attempts(delivery.message) for delivery in seen] == [0, 1]


def publish_one(url: str) -> None:
    """From another thread, so on a connection of its own."""
    with connect(url) as other:
        publish(other, b"42")


def test_a_quorum_queue_gives_up_what_is_given_back_too_often(connection: Connection) -> None:
    """Each give-back counts; at the limit the message goes to the dead letters, and the consumer lives on."""
    graves = Topology(
        exchanges=(Exchange(name="dead", type="fanout"),),
        queues=(
            Queue(name="safe", type="quorum", delivery_limit=2, dead_letter_exchange="dead"),
            Queue(name="graves"),
        ),
        bindings=(Binding(source="dead", destination="graves"),),
    )
    declare(connection, graves)
    Producer(connection, "").publish(Message(body=b"poison"), "safe")
    seen: list[Delivery] = []

    def handler(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        return Retry()

    Consumer(connection, "safe", prefetch=1).run(handler, idle_s=1.5)
    assert len(seen) == 3
    (grave,) = taken(connection, "graves")
    assert grave.message.headers["x-death"][0]["reason"] == "delivery_limit"


def test_a_retry_does_not_use_up_the_delivery_limit(connection: Connection) -> None:
    """A copy is a new message to the queue: three retries pass a limit of one, and the last attempt succeeds."""
    ladder = Ladder(queue="safe", backoff=Backoff(delays_ms=(50, 50, 50)))
    declare(
        connection, Topology(queues=(Queue(name="safe", type="quorum", delivery_limit=1),)) | ladder.topology
    )
    Producer(connection, "").publish(Message(body=b"42"), "safe")
    seen: list[int] = []

    def handler(delivery: Delivery) -> Outcome:
        seen.append(attempts(delivery.message))
        return Ack() if seen[-1] == 3 else Retry()

    Consumer(connection, "safe", prefetch=1, ladder=ladder).run(
        handler, until=lambda: len(seen) == 4, idle_s=10
    )
    assert seen == [0, 1, 2, 3]
    assert [count(connection, queue) for queue in ("safe", ladder.parking_lot)] == [0, 0]


def test_an_interrupted_retry_is_given_back(connection: Connection) -> None:
    """Ctrl-C while the copy is on its way: the original is not acked, and waits in its queue."""
    publish(connection, b"1", b"2")
    consumer = Consumer(connection, "work", prefetch=5, ladder=LADDER)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    consumer._settler._producer.publish = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        consumer.run(lambda _: Retry())
    assert [delivery.message.body for delivery in taken(connection, "work")] == [b"1", b"2"]


def test_a_worker_with_a_ladder_retries_on_a_second_connection(url: str, connection: Connection) -> None:
    """The thread does what a consumer does, and its record shows every attempt."""
    publish(connection, b"42")
    done = threading.Event()

    def work(delivery: Delivery) -> Outcome:
        if not attempts(delivery.message):
            return Retry(reason="busy")
        done.set()
        return Ack()

    with Worker(url, "work", work, name="one", prefetch=2, ladder=LADDER) as worker:
        assert done.wait(10)
    assert [attempts(one.delivery.message) for one in worker.handled] == [0, 1]
    assert count(connection, "work") == 0


def test_sigterm_ends_a_consumer_after_the_delivery_in_hand(connection: Connection) -> None:
    """Finished and acked; what was not begun is back in its order; and the signal means what it meant before."""
    publish(connection, b"1", b"2", b"3")
    before = signal.getsignal(signal.SIGTERM)

    def handler(_: Delivery) -> Outcome:
        signal.raise_signal(signal.SIGTERM)
        return Ack()

    with stop_on_signal() as stop:
        assert Consumer(connection, "work", prefetch=3).run(handler, stop=stop, idle_s=10) == 1
    assert signal.getsignal(signal.SIGTERM) is before
    assert [delivery.message.body for delivery in taken(connection, "work")] == [b"2", b"3"]
