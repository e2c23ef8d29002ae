"""A batch consumer on a real broker: what has arrived goes together, each is settled, and nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from labs.broker.address import Broker
from labs.broker.faults import Proxy
from labs.errors import ConnectionLost, InvalidValue
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.queue import Queue
from labs.retry import CAUSE, Backoff, Ladder, attempts
from labs.sync.batches import BatchConsumer
from labs.sync.connection import Connection, connect
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.sync.subscription import Subscription
from labs.topology import Topology

LADDER = Ladder(queue="work", backoff=Backoff(delays_ms=(100,)))
WORK = Topology(queues=(Queue(name="work"),)) | LADDER.topology


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """A connection to it, with the working queue and its ladder declared."""
    with connect(url, name="test of batches") as connection:
        declare(connection, WORK)
        yield connection


def publish(connection: Connection, texts: str) -> None:
    """One message for each letter."""
    producer = Producer(connection, "")
    for text in texts:
        producer.publish(Message(body=text.encode(), message_id=text), "work")


def letters(batch: Sequence[Delivery]) -> str:
    """What was published, as one word."""
    return "".join(delivery.message.body.decode() for delivery in batch)


def all_done(batch: Sequence[Delivery]) -> list[Outcome]:
    """Every one of them is done."""
    return [Ack() for _ in batch]


def what_is_left(url: str) -> str:
    """What the queue holds, asked on a connection of its own; all of it is taken."""
    seen: list[str] = []

    def take(batch: Sequence[Delivery]) -> list[Outcome]:
        seen.append(letters(batch))
        return all_done(batch)

    with connect(url) as connection:
        BatchConsumer(connection, "work", prefetch=100).run(take, idle_s=0.3)
    return "".join(seen)


def collecting(into: list[str], then: Callable[[], object] = lambda: None) -> Callable[..., list[Outcome]]:
    """A handler that notes each batch and is done with it."""

    def handle(batch: Sequence[Delivery]) -> list[Outcome]:
        into.append(letters(batch))
        then()
        return all_done(batch)

    return handle


def test_what_has_arrived_goes_together_in_order_and_never_more_than_asked_for(
    connection: Connection,
) -> None:
    """Ten are there, four is the most: three batches or more, and the queue's own order."""
    publish(connection, "abcdefghij")
    batches: list[str] = []
    consumer = BatchConsumer(connection, "work", prefetch=10, most=4)
    assert consumer.run(collecting(batches), idle_s=0.3) == 10
    assert "".join(batches) == "abcdefghij"
    assert max(map(len, batches)) == 4
    assert count(connection, "work") == 0


def test_one_alone_does_not_wait_for_others(connection: Connection) -> None:
    """A batch of one, at once: long before a tick has passed."""
    moments: list[float] = []
    batches: list[str] = []
    consumer = BatchConsumer(connection, "work", prefetch=50)
    publish(connection, "a")
    began = time.monotonic()
    consumer.run(collecting(batches, lambda: moments.append(time.monotonic() - began)), idle_s=0.3)
    assert batches == ["a"]
    assert moments[0] < 0.3  # it did not wait until the queue had been quiet for a while


def test_a_run_of_acks_is_one_frame(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five done, one dead, four done: the acks are said twice, and the broker forgets all of them."""
    said: list[int] = []
    ack = Subscription.ack_up_to

    def counted(self: Subscription, delivery: Delivery) -> None:
        said.append(delivery.delivery_tag)
        ack(self, delivery)

    monkeypatch.setattr(Subscription, "ack_up_to", counted)
    publish(connection, "abcdefghij")

    def handle(batch: Sequence[Delivery]) -> list[Outcome]:
        return [Dead(reason="f is bad") if each.message.body == b"f" else Ack() for each in batch]

    consumer = BatchConsumer(connection, "work", prefetch=10, ladder=LADDER)
    time.sleep(0.1)
    assert consumer.run(handle, idle_s=2) == 10
    assert len(said) < 10
    assert said[-1] == 10
    consumer.close()
    assert (count(connection, "work"), count(connection, LADDER.parking_lot)) == (0, 1)


def test_a_retry_in_mid_batch_comes_again_alone(connection: Connection) -> None:
    """Its neighbours are done; it waits on the ladder, comes with its attempt counted, and looks as published."""
    publish(connection, "abc")
    batches: list[str] = []
    tries: list[int] = []

    def handle(batch: Sequence[Delivery]) -> list[Outcome]:
        batches.append(letters(batch))
        tries.extend(attempts(each.message) for each in batch if each.message.body == b"b")
        first = tries == [0]
        return [Retry(reason="not yet") if each.message.body == b"b" and first else Ack() for each in batch]

    consumer = BatchConsumer(connection, "work", prefetch=10, ladder=LADDER)
    assert consumer.run(handle, idle_s=0.8) == 4
    assert tries == [0, 1]
    assert batches[-1] == "b"
    assert count(connection, "work") == 0


def test_when_the_ladder_is_used_up_it_is_parked_with_its_cause(connection: Connection) -> None:
    """Two failures of a ladder with one step: a person finds it, and why."""
    publish(connection, "ab")

    def handle(batch: Sequence[Delivery]) -> list[Outcome]:
        return [Retry(reason="still no") if each.message.body == b"a" else Ack() for each in batch]

    BatchConsumer(connection, "work", prefetch=10, ladder=LADDER).run(handle, idle_s=0.8)
    (parked,) = _all_of(connection, LADDER.parking_lot)
    assert parked.message.body == b"a"
    assert "still no" in str(parked.message.headers[CAUSE])


def test_a_handler_that_raises_loses_nothing(connection: Connection, url: str) -> None:
    """No outcome is known, so the whole batch is delivered again, in order; earlier batches stay done."""
    publish(connection, "abcdef")

    def handle(batch: Sequence[Delivery]) -> list[Outcome]:
        if b"d" in [each.message.body for each in batch]:
            raise OSError("the disk is full")
        return all_done(batch)

    with pytest.raises(OSError, match="disk"):
        BatchConsumer(connection, "work", prefetch=6, most=1).run(handle, idle_s=0.3)
    assert what_is_left(url) == "def"


def test_a_handler_that_forgets_an_outcome_is_told_so(connection: Connection, url: str) -> None:
    """Too few outcomes: nothing is settled by guessing."""
    publish(connection, "ab")
    with pytest.raises(ValueError, match="an outcome for each"):
        BatchConsumer(connection, "work", prefetch=2).run(lambda _: [], idle_s=0.3)
    assert what_is_left(url) == "ab"


def test_a_stop_in_mid_batch_finishes_the_batch_and_gives_the_rest_back(
    connection: Connection, url: str
) -> None:
    """What was in hand is settled; what had been pushed and not begun is in the queue again, in its order."""
    publish(connection, "abcdef")
    stop, batches = threading.Event(), list[str]()
    consumer = BatchConsumer(connection, "work", prefetch=6, most=2)
    settled = consumer.run(collecting(batches, stop.set), stop=stop, idle_s=1)
    done = "".join(batches)
    assert settled == len(done) <= 2
    assert done + what_is_left(url) == "abcdef"


def test_a_cut_line_in_mid_batch_loses_nothing(
    broker: Broker, vhost: str, url: str, connection: Connection
) -> None:
    """The effect is there and the ack is not: the consumer hears that its line is gone, the broker delivers again."""
    publish(connection, "abc")
    batches: list[str] = []
    with (
        Proxy(broker) as proxy,
        pytest.raises(ConnectionLost),
        connect(proxy.broker.url(vhost), name="through") as line,
    ):
        BatchConsumer(line, "work", prefetch=3).run(collecting(batches, proxy.cut), idle_s=2)
    seen = "".join(batches)
    assert seen == "abc"[: len(seen)]
    assert set(what_is_left(url)) | set(seen) == set("abc")


@pytest.mark.parametrize("size", [0, -1, 70_000])
def test_impossible_sizes_are_refused(connection: Connection, size: int) -> None:
    """AMQP's prefetch has sixteen bits, and 0 would mean no limit."""
    with pytest.raises(InvalidValue):
        BatchConsumer(connection, "work", prefetch=size)


def _all_of(connection: Connection, queue: str) -> list[Delivery]:
    found: list[Delivery] = []

    def keep(batch: Sequence[Delivery]) -> list[Outcome]:
        found.extend(batch)
        return all_done(batch)

    BatchConsumer(connection, queue, prefetch=10).run(keep, idle_s=0.3)
    return found
