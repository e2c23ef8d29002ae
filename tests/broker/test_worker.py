"""A worker against a real broker: it does what waits, leaves tidily, and does not hide why it ended."""

from __future__ import annotations

import threading

import pytest

from labs.broker.address import Broker
from labs.errors import NotFound
from labs.message import Delivery
from labs.outcome import Ack, Outcome
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count
from labs.sync.worker import Worker
from tests.broker.waiting import orders_waiting

#: Seconds until a test gives up waiting for a thread.
SOON_S = 10.0


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost, with the orders a to e waiting in it."""
    return orders_waiting(broker.url(vhost), "abcde")


def left(url: str) -> list[bytes]:
    """What is ready in the queue, in order."""
    with connect(url) as connection:
        waiting = count(connection, "orders")
        return (
            [one.message.body for one in Consumer(connection, "orders", prefetch=9).take(waiting)]
            if waiting
            else []
        )


def test_a_worker_does_what_waits_and_keeps_a_record(url: str) -> None:
    """Everything is handled in order, acknowledged, and timed."""
    all_done = threading.Event()
    seen: list[bytes] = []

    def work(delivery: Delivery) -> Outcome:
        seen.append(delivery.message.body)
        if len(seen) == 5:
            all_done.set()
        return Ack()

    with Worker(url, "orders", work, name="one", prefetch=2) as worker:
        assert all_done.wait(SOON_S)
    assert [one.delivery.message.body for one in worker.handled] == seen == [b"a", b"b", b"c", b"d", b"e"]
    assert all(one.started_s <= one.finished_s for one in worker.handled)
    assert left(url) == []


def test_a_worker_that_is_told_to_stop_finishes_one_and_gives_back_the_rest(url: str) -> None:
    """The delivery in hand is acknowledged; those that were pushed and not begun keep their order."""
    begun, go_on = threading.Event(), threading.Event()

    def work(_: Delivery) -> Outcome:
        begun.set()
        assert go_on.wait(SOON_S)
        return Ack()

    worker = Worker(url, "orders", work, name="one", prefetch=5).start()
    assert begun.wait(SOON_S)
    threading.Timer(0.2, go_on.set).start()
    worker.stop()
    worker.stop()
    assert [one.delivery.message.body for one in worker.handled] == [b"a"]
    assert left(url) == [b"b", b"c", b"d", b"e"]


def test_work_that_fails_ends_the_worker_and_loses_nothing(url: str) -> None:
    """The exception is raised by `stop`, and the delivery is back in the queue."""

    def work(_: Delivery) -> Outcome:
        raise ValueError("the printer is jammed")

    worker = Worker(url, "orders", work, name="one", prefetch=5).start()
    with pytest.raises(ValueError, match="printer"):
        worker.stop()
    assert worker.handled == []
    assert left(url) == [b"a", b"b", b"c", b"d", b"e"]


def test_a_worker_for_a_missing_queue_says_so_at_its_start(url: str) -> None:
    """Not later, and not in a thread where nobody looks."""
    with pytest.raises(NotFound):
        Worker(url, "order", lambda _: Ack(), name="one", prefetch=1).start()
