"""The contract: each function is one promise, told as a story and checked against a lane.

They run against three lanes (test_contract.py) and against lanes with a planted fault, where they must fail
(test_contract_can_fail.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labs.errors import ConfirmTimeout, Nacked, NotFound, PublisherBlocked, Unroutable
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.queue import Queue
from labs.retry import ATTEMPT, CAUSE, FIRST_EXCHANGE, FIRST_KEY, Backoff, Ladder, attempts
from labs.routing import Binding
from labs.topology import Topology
from tests.contract.lane import Desk, Lane

#: One exchange, the working queue, and where it sends what is rejected.
SHOP = Topology(
    exchanges=(Exchange(name="orders"), Exchange(name="dead", type="fanout")),
    queues=(Queue(name="mail", dead_letter_exchange="dead"), Queue(name="graveyard")),
    bindings=(
        Binding(source="orders", destination="mail", key="order.*"),
        Binding(source="dead", destination="graveyard"),
    ),
)
LADDER = Ladder(queue="mail", backoff=Backoff(delays_ms=(60, 150)))
#: Every property that a client may set freely. (An expiration would end it before the handler has it.)
FULL = Message(
    body=b'{"order": 1}',
    content_type="application/json",
    content_encoding="utf-8",
    headers={"tenant": "acme", "tries": 3, "nested": {"list": [1, "two"]}},
    persistent=True,
    priority=4,
    correlation_id="story-1",
    reply_to="answers",
    message_id="order-1",
    timestamp=datetime(2026, 3, 1, 12, tzinfo=UTC),
    type="order.created",
    app_id="shop",
    expiration_ms=600_000,
)


def order(number: int) -> Message:
    """A small order."""
    return Message(body=str(number).encode(), message_id=f"order-{number}")


def names(deliveries: list[Delivery]) -> list[str]:
    """Who came."""
    return [each.message.message_id or "?" for each in deliveries]


class Seen(list[Delivery]):
    """A handler that remembers, and answers as it was told: each outcome once, the last for ever."""

    def __init__(self, *outcomes: Outcome, at_first: Callable[[Desk], object] | None = None) -> None:
        super().__init__()
        self._outcomes, self._at_first = outcomes, at_first

    def __call__(self, delivery: Delivery, desk: Desk) -> Outcome:
        """Handle one."""
        self.append(delivery)
        if self._at_first and len(self) == 1:
            self._at_first(desk)
        return self._outcomes[min(len(self), len(self._outcomes)) - 1]

    def times(self, number: int) -> Callable[[], bool]:
        """Whether it was called that often."""
        return lambda: len(self) >= number


def settled(lane: Lane, queue: str = "mail", *, ready: int = 0) -> Callable[[], bool]:
    """Whether nothing is in anybody's hand, and `ready` messages wait."""
    return lambda: lane.unacked(queue) == 0 and lane.ready(queue) == ready


# --- publishing


def routed(lane: Lane) -> None:
    """A message that a binding fits is stored once publish returns, with every property."""
    lane.declare(SHOP)
    lane.publish("orders", "order.created", FULL)
    assert lane.ready("mail") == 1
    (delivery,) = lane.take_all("mail")
    assert delivery.message == FULL
    assert (delivery.exchange, delivery.routing_key, delivery.redelivered) == (
        "orders",
        "order.created",
        False,
    )


def unroutable(lane: Lane) -> None:
    """A message that nobody wants is reported on the line that published it; the producer goes on."""
    lane.declare(SHOP)
    with pytest.raises(Unroutable) as raised:
        lane.publish("orders", "invoice.paid", order(1))
    assert (raised.value.exchange, raised.value.routing_key) == ("orders", "invoice.paid")
    lane.publish("orders", "order.created", order(2))
    assert names(lane.take_all("mail")) == ["order-2"]


def exchange_missing(lane: Lane) -> None:
    """Publishing to an exchange that is not there is 404, on that very line; the next publish works."""
    lane.declare(SHOP)
    with pytest.raises(NotFound):
        lane.publish("ordres", "order.created", order(1))
    lane.publish("orders", "order.created", order(2))
    assert names(lane.take_all("mail")) == ["order-2"]


def nacked(lane: Lane) -> None:
    """A full queue that rejects tells the producer; what was stored before stays."""
    lane.declare(Topology(queues=(Queue(name="small", max_length=1, overflow="reject-publish"),)))
    lane.publish("", "small", order(1))
    with pytest.raises(Nacked):
        lane.publish("", "small", order(2))
    assert names(lane.take_all("small")) == ["order-1"]


def blocked(lane: Lane) -> None:
    """Under an alarm a publish ends with an error and not never; afterwards the same lane publishes again."""
    lane.declare(SHOP)
    with lane.blocked(), pytest.raises((ConfirmTimeout, PublisherBlocked)):
        lane.publish("orders", "order.created", order(1))
    lane.publish("orders", "order.created", order(2))
    # The first one's outcome was unknown: it may be there, and nothing else may.
    assert names(lane.take_all("mail")) in (["order-2"], ["order-1", "order-2"])


# --- settling


def acked(lane: Lane) -> None:
    """Done means gone: nothing waits, nothing is in anybody's hand, nothing comes again."""
    lane.declare(SHOP)
    for number in (1, 2, 3):
        lane.publish("orders", "order.created", order(number))
    seen = Seen(Ack())
    lane.work("mail", seen, until=seen.times(3))
    assert names(seen) == ["order-1", "order-2", "order-3"]
    lane.eventually(settled(lane), "an empty queue")
    assert lane.ready("graveyard") == 0


def retried(lane: Lane) -> None:
    """A retry comes after its delay, one attempt on, and otherwise as it was published: every property."""
    lane.declare(SHOP | LADDER.topology)
    lane.publish("orders", "order.created", FULL)
    moments: list[float] = []
    seen = Seen(Retry(), Retry(), Ack())

    def timed(delivery: Delivery, desk: Desk) -> Outcome:
        moments.append(lane.now_ms())
        return seen(delivery, desk)

    lane.work("mail", timed, until=seen.times(3), ladder=LADDER)
    assert [attempts(each.message) for each in seen] == [0, 1, 2]
    for delivery in seen:
        headers = {name: value for name, value in delivery.message.headers.items() if name != ATTEMPT}
        headers = {name: value for name, value in headers.items() if not name.startswith("labs-")}
        assert replace(delivery.message, headers=headers) == FULL
        assert (delivery.exchange, delivery.routing_key) == ("orders", "order.created")
    assert moments[1] - moments[0] >= 60 - 1
    assert moments[2] - moments[1] >= 150 - 1
    lane.eventually(settled(lane), "an empty queue")
    assert lane.ready(LADDER.parking_lot) == lane.ready("graveyard") == 0


def used_up(lane: Lane) -> None:
    """A ladder has an end: after its last step the message is parked, once, and no longer tried."""
    lane.declare(SHOP | LADDER.topology)
    lane.publish("orders", "order.created", FULL)
    seen = Seen(Retry())
    lane.work("mail", seen, until=lambda: lane.ready(LADDER.parking_lot) == 1, ladder=LADDER)
    assert [attempts(each.message) for each in seen] == [0, 1, 2]
    lane.eventually(settled(lane), "an empty queue")
    (parked,) = lane.take_all(LADDER.parking_lot)
    assert attempts(parked.message) == 3


def dead(lane: Lane) -> None:
    """A dead message is parked with its cause and its origin, and everything that it was published with."""
    lane.declare(SHOP | LADDER.topology)
    lane.publish("orders", "order.created", FULL)
    lane.work("mail", seen := Seen(Dead(reason="no such customer")), until=seen.times(1), ladder=LADDER)
    lane.eventually(settled(lane), "an empty queue")
    (parked,) = lane.take_all(LADDER.parking_lot)
    headers = parked.message.headers
    assert "no such customer" in headers[CAUSE]
    assert (headers[FIRST_EXCHANGE], headers[FIRST_KEY]) == ("orders", "order.created")
    assert FULL.headers.items() <= headers.items()
    assert replace(parked.message, headers={}, expiration_ms=None) == replace(
        FULL, headers={}, expiration_ms=None
    )
    assert lane.ready("graveyard") == 0


def dead_without_ladder(lane: Lane) -> None:
    """Without a ladder, the queue's own dead-letter exchange has the dead."""
    lane.declare(SHOP)
    lane.publish("orders", "order.created", order(1))
    lane.work("mail", seen := Seen(Dead(reason="no such customer")), until=seen.times(1))
    lane.eventually(settled(lane, "graveyard", ready=1), "one dead letter")
    assert names(lane.take_all("graveyard")) == ["order-1"]
    assert lane.ready("mail") == 0


def no_hot_loop(lane: Lane) -> None:
    """A retry without a ladder comes again, and not a thousand times a second."""
    lane.declare(SHOP)
    lane.publish("orders", "order.created", order(1))
    seen, began = Seen(Retry()), lane.now_ms()
    lane.work("mail", seen, until=lambda: len(seen) >= 100 or lane.now_ms() - began >= 500)
    assert 2 <= len(seen) < 10
    assert all(each.redelivered for each in seen[1:])
    lane.eventually(settled(lane, ready=1), "the order back in its queue")


# --- what a queue does by itself


def expired(lane: Lane) -> None:
    """What waits too long is dead-lettered, and its header says from where, why and how often."""
    tired = Queue(name="tired", message_ttl_ms=80, dead_letter_exchange="dead")
    lane.declare(SHOP | Topology(queues=(tired,)))
    lane.publish("", "tired", order(1))
    assert lane.ready("graveyard") == 0
    lane.eventually(settled(lane, "graveyard", ready=1), "a dead letter")
    (delivery,) = lane.take_all("graveyard")
    assert lane.ready("tired") == 0
    assert (delivery.exchange, delivery.routing_key) == ("dead", "tired")
    (death,) = delivery.message.headers["x-death"]
    told = {"count": 1, "reason": "expired", "queue": "tired", "exchange": "", "routing-keys": ["tired"]}
    assert told.items() <= death.items()
    firsts = {name: delivery.message.headers[f"x-first-death-{name}"] for name in ("queue", "reason")}
    assert firsts == {"queue": "tired", "reason": "expired"}
    assert replace(delivery.message, headers={}) == order(1)


def short_behind_long(lane: Lane) -> None:
    """A message expires at the *head* of its queue only: a short life behind a long one waits for it."""
    lane.declare(SHOP | Topology(queues=(Queue(name="mixed", dead_letter_exchange="dead"),)))
    began = lane.now_ms()
    lane.publish("", "mixed", replace(order(1), expiration_ms=400))
    lane.publish("", "mixed", replace(order(2), expiration_ms=50))
    lane.eventually(settled(lane, "graveyard", ready=2), "two dead letters")
    assert lane.now_ms() - began >= 400 - 1
    first, second = lane.take_all("graveyard")
    assert names([first, second]) == ["order-1", "order-2"]
    # The broker takes the time to live off, and remembers it in the header.
    assert (second.message.expiration_ms, second.message.headers["x-death"][0]["original-expiration"]) == (
        None,
        "50",
    )


def drops_the_oldest(lane: Lane) -> None:
    """A full queue that does not reject gives up its oldest message, to its dead-letter exchange."""
    lane.declare(SHOP | Topology(queues=(Queue(name="small", max_length=2, dead_letter_exchange="dead"),)))
    for number in (1, 2, 3):
        lane.publish("", "small", order(number))
    lane.eventually(settled(lane, "graveyard", ready=1), "a dead letter")
    (delivery,) = lane.take_all("graveyard")
    assert names([delivery]) == ["order-1"]
    assert delivery.message.headers["x-death"][0]["reason"] == "maxlen"
    assert names(lane.take_all("small")) == ["order-2", "order-3"]


def goes_in_circles(lane: Lane) -> None:
    """A message that would expire round and round is dropped without a word; nobody had rejected it."""
    ring = (
        Queue(name="one", message_ttl_ms=30, dead_letter_exchange="", dead_letter_routing_key="two"),
        Queue(name="two", message_ttl_ms=30, dead_letter_exchange="", dead_letter_routing_key="one"),
    )
    lane.declare(Topology(queues=ring))
    began = lane.now_ms()
    lane.publish("", "one", order(1))
    lane.eventually(
        lambda: lane.ready("one") == lane.ready("two") == 0 and lane.now_ms() - began >= 300, "an empty ring"
    )


# --- failing


def cancelled(lane: Lane) -> None:
    """A consumer interrupted in the middle of its work leaves the message to the next; it is not dead."""
    lane.declare(SHOP | LADDER.topology)
    lane.publish("orders", "order.created", order(1))
    interrupted = Seen(Ack(), at_first=lambda desk: desk.cancel())
    lane.work("mail", interrupted, until=interrupted.times(2), ladder=LADDER)
    assert len(interrupted) == 1
    lane.eventually(settled(lane, ready=1), "the order back in its queue")
    seen = Seen(Ack())
    lane.work("mail", seen, until=seen.times(1), ladder=LADDER)
    assert (names(seen), seen[0].redelivered, attempts(seen[0].message)) == (["order-1"], True, 0)
    lane.eventually(settled(lane), "an empty queue")
    assert lane.ready("graveyard") == lane.ready(LADDER.parking_lot) == 0


def handler_raises(lane: Lane) -> None:
    """An exception that the handler did not expect rises, and its message goes back to the queue."""
    lane.declare(SHOP)
    lane.publish("orders", "order.created", order(1))

    def handle(_delivery: Delivery, _desk: Desk) -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lane.work("mail", handle, until=lambda: False)
    lane.eventually(settled(lane, ready=1), "the order back in its queue")
    assert lane.ready("graveyard") == 0


def copy_refused(lane: Lane) -> None:
    """A retry copy that no queue takes: the original comes again. Whoever acks first has lost it here."""
    lane.declare(SHOP)  # and not the ladder: its delay queues are missing
    lane.publish("orders", "order.created", order(1))
    seen = Seen(Retry(), Ack())
    lane.work("mail", seen, until=seen.times(2), ladder=LADDER)
    assert names(seen) == ["order-1", "order-1"]
    assert seen[1].redelivered
    lane.eventually(settled(lane), "an empty queue")


def crash_before_ack(lane: Lane) -> None:
    """The line breaks between the confirm of the retry copy and the ack: a duplicate, not a loss."""
    lane.declare(SHOP | LADDER.topology)
    lane.publish("orders", "order.created", order(1))
    seen = Seen(Retry(), Ack(), at_first=lambda desk: desk.cut())
    lane.work("mail", seen, until=seen.times(3), ladder=LADDER)
    if len(seen) < 3:  # a lane may end with the broken line, or connect again by itself
        lane.work("mail", seen, until=seen.times(3), ladder=LADDER)
    assert names(seen) == ["order-1"] * 3
    # The first try, the original that was never acked, and the copy. Which of these two comes first is open.
    assert sorted(attempts(each.message) for each in seen) == [0, 0, 1]
    lane.eventually(settled(lane), "an empty queue")


# --- flow


def prefetch_bounds(lane: Lane) -> None:
    """However much waits, at most `prefetch` deliveries are in a consumer's hand."""
    lane.declare(SHOP)
    for number in range(10):
        lane.publish("orders", "order.created", order(number))
    in_hand: list[int] = []
    seen = Seen(Ack())

    def handle(delivery: Delivery, desk: Desk) -> Outcome:
        if not in_hand:
            lane.eventually(lambda: lane.unacked("mail") >= 3, "three in hand")
        in_hand.append(lane.unacked("mail"))
        return seen(delivery, desk)

    lane.work("mail", handle, until=seen.times(10), prefetch=3)
    assert max(in_hand) == 3
    assert sorted(names(seen)) == [f"order-{number}" for number in range(10)]


def drains(lane: Lane) -> None:
    """Asked to stop, a consumer finishes what it has begun and gives back the rest: none lost, none twice."""
    lane.declare(SHOP)
    for number in range(8):
        lane.publish("orders", "order.created", order(number))
    seen = Seen(Ack(), at_first=lambda desk: desk.stop())
    lane.work("mail", seen, until=seen.times(8), prefetch=3)
    assert 1 <= len(seen) <= 3
    lane.eventually(settled(lane, ready=8 - len(seen)), "the rest back in its queue")
    rest = lane.take_all("mail")
    assert sorted(names(seen) + names(rest)) == [f"order-{number}" for number in range(8)]


SCENARIOS: tuple[Callable[[Lane], None], ...] = (
    routed, unroutable, exchange_missing, nacked, blocked,
    acked, retried, used_up, dead, dead_without_ladder, no_hot_loop,
    expired, short_behind_long, drops_the_oldest, goes_in_circles,
    cancelled, handler_raises, copy_refused, crash_before_ack,
    prefetch_bounds, drains,
)  # fmt: skip
