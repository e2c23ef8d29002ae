"""What the trace does not show: dead letters, expiry, purges. Inferred from exact counts, never twice, never wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import BasicProperties

from labs.broker.address import Broker
from labs.drawing.seen import Seen
from tests.broker.live_watching import Watched, channel, watching

MOVE = ["dead-letter:q:work>x:dead", "binding:x:dead>q:dlq"]


@pytest.fixture
def watched(broker: Broker, vhost: str) -> Iterator[Watched]:
    """A live view of the test's vhost."""
    with watching(broker, vhost) as watched:
        yield watched


@pytest.fixture
def shop(broker: Broker, vhost: str) -> Iterator[BlockingChannel]:
    """A confirming channel, with an exchange for dead letters and their queue."""
    with channel(broker, vhost, "shop") as shop:
        shop.exchange_declare("dead", "fanout")
        shop.queue_declare("dlq")
        shop.queue_bind("dlq", "dead")
        yield shop


def _work(shop: BlockingChannel, **arguments: object) -> None:
    """The queue `work`, whose dead letters go to `dlq`."""
    shop.queue_declare("work", arguments={"x-dead-letter-exchange": "dead", **arguments})


def _publish(shop: BlockingChannel, number: int, queue: str = "work") -> None:
    for one in range(number):
        shop.basic_publish("", queue, str(one).encode(), BasicProperties(message_id=f"{queue}-{one}"))


def _until(watched: Watched, queue: str, ready: int) -> Seen:
    """What is seen when so many messages are ready in the queue."""
    watched.wait_for(lambda: watched.record.seen.counts.get(queue, (-1, 0))[0] == ready)
    return watched.synced()


def _dead(watched: Watched) -> Counter[tuple[str, str, str | None]]:
    told: Counter[tuple[str, str, str | None]] = Counter()
    for event in watched.events("dead"):
        assert event["inferred"]
        told[event["queue"], event["to"], event["reason"]] += event["n"]
    return told


def test_a_rejected_message_goes_along_the_edge_of_dead_letters(
    watched: Watched, shop: BlockingChannel
) -> None:
    """Seen by its arrival, with its source and way; its delivery later tells nothing twice."""
    _work(shop)
    _publish(shop, 3)
    for _ in range(2):
        method, _, _ = shop.basic_get("work")
        shop.basic_reject(method.delivery_tag, requeue=False)
    seen = _until(watched, "q:dlq", 2)
    assert _dead(watched) == {("q:work", "q:dlq", "rejected"): 2}
    assert all(event["lanes"] == MOVE for event in watched.events("dead"))
    assert [seen.lanes[lane] for lane in MOVE] == [2, 2]
    assert seen.counts == {"q:work": (1, 0), "q:dlq": (2, 0)}
    for _ in range(2):
        shop.basic_get("dlq", auto_ack=True)
    assert watched.synced().counts["q:dlq"] == (0, 0)
    assert sum(_dead(watched).values()) == 2
    delivered = watched.events("deliver")[-1]
    assert "dead-lettered from work: a consumer rejected it" in delivered["about"]["why"]
    assert not watched.events("gone")


@pytest.mark.parametrize(
    ("arguments", "reason"), [({"x-message-ttl": 1}, "expired"), ({"x-max-length": 1}, None)]
)
def test_messages_that_expire_or_overflow_are_dead_letters_too(
    watched: Watched, shop: BlockingChannel, arguments: dict[str, int], reason: str | None
) -> None:
    """The source loses them while they wait; that is matched with their arrival, and not told as "gone"."""
    _work(shop, **arguments)
    stay = arguments.get("x-max-length", 0)
    _publish(shop, 3 + stay)
    seen = _until(watched, "q:dlq", 3)
    assert _dead(watched) == {("q:work", "q:dlq", reason): 3}
    assert seen.counts == {"q:work": (stay, 0), "q:dlq": (3, 0)}
    assert not watched.events("gone")


def test_a_dead_letter_that_is_taken_at_once_is_proved_by_its_delivery(
    broker: Broker, vhost: str, watched: Watched, shop: BlockingChannel
) -> None:
    """It never waits in the queue, so counts do not show it; its `x-death` does, and names the message."""
    _work(shop, **{"x-message-ttl": 1})
    with channel(broker, vhost, "undertaker") as undertaker:
        undertaker.basic_consume("dlq", lambda *_: None, auto_ack=True)
        watched.wait_for(lambda: "c:dlq:undertaker" in watched.nodes())
        _publish(shop, 4)
        watched.wait_for(lambda: sum(event["n"] for event in watched.events("deliver")) == 4)
        watched.synced()
    assert _dead(watched) == {("q:work", "q:dlq", "expired"): 4}
    assert {event["message"] for event in watched.events("dead")} == {f"m:work-{one}" for one in range(4)}
    for one in range(4):
        told = [event["kind"] for event in watched.events() if event["message"] == f"m:work-{one}"]
        assert told == ["publish", "dead", "deliver"]
    assert not watched.events("gone")


def test_two_sources_of_one_dead_letter_queue_are_told_apart(watched: Watched, shop: BlockingChannel) -> None:
    """Each dead letter comes from the queue that has lost one."""
    _work(shop)
    shop.queue_declare("slow", arguments={"x-dead-letter-exchange": "dead", "x-message-ttl": 1})
    _publish(shop, 2)
    _publish(shop, 3, "slow")
    _until(watched, "q:dlq", 3)
    method, _, _ = shop.basic_get("work")
    shop.basic_reject(method.delivery_tag, requeue=False)
    _until(watched, "q:dlq", 4)
    assert _dead(watched) == {("q:slow", "q:dlq", "expired"): 3, ("q:work", "q:dlq", "rejected"): 1}


def test_a_retry_circle_is_told_move_by_move(watched: Watched, shop: BlockingChannel) -> None:
    """Rejected into a waiting queue, expired back into the first: both moves are told, one time for each turn."""
    shop.exchange_declare("retry", "direct")
    shop.exchange_declare("back", "direct")
    shop.queue_declare("task", arguments={"x-dead-letter-exchange": "retry"})
    shop.queue_declare("wait", arguments={"x-dead-letter-exchange": "back", "x-message-ttl": 5})
    shop.queue_bind("wait", "retry", "task")
    shop.queue_bind("task", "back", "task")
    _publish(shop, 1, "task")
    for turn in range(3):
        while (method := shop.basic_get("task")[0]) is None:
            shop.connection.sleep(0.02)
        assert not method.redelivered
        if turn < 2:
            shop.basic_reject(method.delivery_tag, requeue=False)
        else:
            shop.basic_ack(method.delivery_tag)
    seen = watched.synced()
    moves: Counter[tuple[str, str]] = Counter()
    for (source, target, _), number in _dead(watched).items():
        moves[source, target] += number
    assert moves == {("q:task", "q:wait"): 2, ("q:wait", "q:task"): 2}
    assert {queue: seen.counts[queue] for queue in ("q:task", "q:wait")} == {
        "q:task": (0, 0),
        "q:wait": (0, 0),
    }
    assert not watched.events("gone")


@pytest.mark.parametrize("how", ["purge", "expire", "drop"])
def test_what_leaves_without_a_dead_letter_exchange_is_gone(
    watched: Watched, shop: BlockingChannel, how: str
) -> None:
    """Purged, expired and dropped messages look alike to a counter, and the reason says so."""
    arguments = {"expire": {"x-message-ttl": 300}, "drop": {"x-max-length": 1}}.get(how, {})
    shop.queue_declare("bin", arguments=arguments)
    _publish(shop, 4, "bin")
    if how == "purge":
        watched.synced()
        shop.queue_purge("bin")
    stay = 1 if how == "drop" else 0
    watched.wait_for(lambda: sum(event["n"] for event in watched.events("gone")) >= 4 - stay)
    seen = watched.synced()
    assert seen.gone == {"q:bin": 4 - stay}
    assert {event["reason"] for event in watched.events("gone")} == {"expired, dropped, refused or purged"}
    assert not watched.events("dead")


def test_a_requeue_is_neither_a_dead_letter_nor_a_loss(watched: Watched, shop: BlockingChannel) -> None:
    """Messages that come back rise the counts of a dead-letter queue too; that alone proves nothing."""
    _work(shop)
    _publish(shop, 2, "dlq")
    tags = [shop.basic_get("dlq")[0].delivery_tag for _ in range(2)]
    watched.synced()
    for tag in tags:
        shop.basic_reject(tag, requeue=True)
    watched.synced()
    assert [shop.basic_get("dlq", auto_ack=True)[0].redelivered for _ in range(2)] == [True, True]
    watched.synced()
    assert not watched.events("dead")
    assert not watched.events("gone")


def test_what_was_there_before_is_not_told_as_new(broker: Broker, vhost: str, shop: BlockingChannel) -> None:
    """A dead letter that died before the view began is delivered, not told as a death of now."""
    _work(shop, **{"x-message-ttl": 1})
    _publish(shop, 2)
    while shop.queue_declare("dlq", passive=True).method.message_count < 2:
        shop.connection.sleep(0.02)
    with watching(broker, vhost) as watched:
        assert watched.synced().counts == {"q:work": (0, 0), "q:dlq": (2, 0)}
        shop.basic_get("dlq", auto_ack=True)
        watched.synced()
        assert [event["kind"] for event in watched.events()] == ["deliver"]
