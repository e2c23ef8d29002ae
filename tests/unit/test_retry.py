"""The retry ladder and the copies that climb it: nothing of a message is lost on the way, and there is an end."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labs.attempts import DEATHS, KEPT, redriven
from labs.errors import InvalidValue
from labs.message import Delivery, Message
from labs.queue import Queue
from labs.retry import (
    ATTEMPT,
    CAUSE,
    FIRST_EXCHANGE,
    FIRST_KEY,
    Backoff,
    Ladder,
    attempts,
    next_attempt,
    parked,
    restored,
)
from tests.unit.strategies import messages, short_texts, values

LADDER = Ladder(queue="order_notifications")
#: What RabbitMQ writes when a message comes out of a delay queue.
TRIP: dict[str, Any] = {
    "x-death": [
        {"queue": "order_notifications.retry.1000ms", "reason": "expired", "count": 1, "exchange": ""}
    ],
    "x-first-death-queue": "order_notifications.retry.1000ms",
    "x-first-death-reason": "expired",
    "x-first-death-exchange": "",
}
#: What an earlier life may have left on a message: it once expired in the very queue that is worked on.
EARLIER = {
    "x-death": [{"queue": "order_notifications", "reason": "expired", "count": 1, "exchange": "orders"}]
}


def delivery(message: Message, exchange: str = "orders", key: str = "order.created") -> Delivery:
    """As a broker would hand it over."""
    return Delivery(
        message=message,
        exchange=exchange,
        routing_key=key,
        redelivered=False,
        delivery_tag=1,
        consumer_tag="c",
    )


def after_a_trip(copy: Message) -> Delivery:
    """The copy as it comes back out of a delay queue: dead-lettered, under another key."""
    return delivery(replace(copy, headers=dict(copy.headers) | TRIP), "", "order_notifications")


special = st.sampled_from(["CC", "BCC", "x-death", "x-first-death-queue", "x-trace-id"])
any_message = st.builds(
    lambda message, extra: replace(message, headers=dict(message.headers) | extra),
    messages(),
    st.dictionaries(special, values, max_size=3),
)


@given(any_message, short_texts, short_texts)
def test_a_trip_through_the_ladder_gives_back_what_was_published(
    message: Message, exchange: str, key: str
) -> None:
    """Every property, every header, the exchange and the key; one attempt more and nothing else."""
    first = delivery(message, exchange, key)
    for failed in (1, 2, 3):
        again = restored(after_a_trip(next_attempt(first, reason="later")))
        expected = dict(message.headers) | {ATTEMPT: failed}
        assert again == replace(first, message=replace(message, headers=expected)), failed
        assert restored(again) == again
        first = replace(again)


@given(any_message)
def test_a_retry_copy_equals_the_original_but_for_our_headers(message: Message) -> None:
    """Whatever properties AMQP will have one day: each is compared, unless the broker would act on it again."""
    copy = next_attempt(delivery(message))
    for each in fields(Message):
        if each.name not in ("headers", "expiration_ms", "user_id"):
            assert getattr(copy, each.name) == getattr(message, each.name), each.name
    theirs = {name: value for name, value in copy.headers.items() if not name.startswith("labs-")}
    moved = DEATHS | {"CC", "BCC"}
    assert theirs == {name: value for name, value in message.headers.items() if name not in moved}
    assert {name.removeprefix(KEPT) for name in copy.headers if name.startswith(KEPT)} >= (
        moved & message.headers.keys()
    )


def test_the_broker_finds_nothing_on_a_copy_that_it_would_act_on_again() -> None:
    """Neither a time to live, nor a user to check, nor further addresses, nor a death to count on from."""
    headers = {"CC": ["audit"], "x-delivery-count": 4} | EARLIER
    copy = next_attempt(delivery(Message(body=b"42", headers=headers, expiration_ms=500, user_id="ahmed")))
    assert (copy.expiration_ms, copy.user_id) == (None, None)
    assert not {"CC", "x-death", "x-delivery-count"} & copy.headers.keys()
    assert copy.headers["labs-kept-CC"] == ["audit"]
    again = restored(after_a_trip(copy)).message
    assert (again.expiration_ms, again.user_id) == (500, "ahmed")
    assert again.headers == {"CC": ["audit"], ATTEMPT: 1} | EARLIER


def test_a_raw_delivery_and_a_restored_one_make_the_same_copy() -> None:
    """Who forgot to restore must not lose the first exchange and key."""
    back = after_a_trip(next_attempt(delivery(Message(body=b"42", expiration_ms=9))))
    assert next_attempt(back) == next_attempt(restored(back))
    assert next_attempt(back).headers[FIRST_KEY] == "order.created"


def test_what_was_never_retried_is_left_alone() -> None:
    """Even its x-death, which tells of something else."""
    first = delivery(Message(body=b"42", headers={"region": "EU"} | EARLIER))
    assert restored(first) is first


def test_a_parked_copy_says_why_how_often_and_from_where() -> None:
    """What a person needs who looks into the parking lot."""
    message = Message(body=b"42", type="order.created", expiration_ms=500)
    copy = parked(restored(after_a_trip(next_attempt(delivery(message)))), reason="The printer is jammed.")
    assert copy.headers == {
        ATTEMPT: 2,
        CAUSE: "The printer is jammed.",
        FIRST_EXCHANGE: "orders",
        FIRST_KEY: "order.created",
        f"{KEPT}expiration": 500,
    }
    assert (copy.body, copy.type, copy.expiration_ms) == (b"42", "order.created", None)


def test_a_redriven_copy_starts_again_and_knows_its_origin() -> None:
    """The attempts and the cause are off; the handler sees what was published."""
    message = Message(body=b"42", user_id="ahmed")
    fresh = redriven(parked(delivery(message), reason="The printer is jammed."))
    assert attempts(fresh) == 0
    assert CAUSE not in fresh.headers
    assert restored(delivery(fresh, "", "order_notifications")) == delivery(message)


def test_a_cause_is_cut_to_a_sentence() -> None:
    """A traceback as a header could be larger than the frame that carries it."""
    assert len(parked(delivery(Message(body=b"")), reason="x" * 200_000).headers[CAUSE]) == 1000


@pytest.mark.parametrize("nonsense", ["3", None, -1, True, 1.0, [2], b"4"])
def test_a_count_that_makes_no_sense_is_none(nonsense: object) -> None:
    """Another program may write anything into a header."""
    assert attempts(Message(body=b"", headers={ATTEMPT: nonsense})) == 0


# --- the ladder -------------------------------------------------------------------------------------------

delays = st.lists(st.integers(1, 10**6), min_size=1, max_size=8).map(tuple)


@given(delays, st.integers(0, 10**6))
def test_every_ladder_ends(steps: tuple[int, ...], asked: int) -> None:
    """However long a handler asks to wait, there are as many attempts as steps, and then no more."""
    backoff = Backoff(delays_ms=steps)
    waits = [backoff.delay_ms(failed, at_least_ms=asked) for failed in range(1, len(steps) + 1)]
    assert all(wait in steps for wait in waits)
    assert all(wait == max(steps) or wait >= asked for wait in waits if wait is not None)
    assert backoff.delay_ms(len(steps) + 1, at_least_ms=asked) is None


@given(delays)
def test_who_asks_for_nothing_climbs_step_by_step(steps: tuple[int, ...]) -> None:
    """The first failure waits the first delay, and so on."""
    backoff = Backoff(delays_ms=steps)
    assert tuple(backoff.delay_ms(failed) for failed in range(1, len(steps) + 1)) == steps


def test_who_asks_for_longer_gets_the_first_step_that_is_long_enough() -> None:
    """From where the message stands; the longest when none is."""
    backoff = Backoff(delays_ms=(1_000, 10_000, 60_000))
    assert backoff.delay_ms(1, at_least_ms=1_001) == 10_000
    assert backoff.delay_ms(3, at_least_ms=5) == 60_000
    assert backoff.delay_ms(1, at_least_ms=3_600_000) == 60_000


def test_exponential_delays_grow_to_a_limit() -> None:
    """The usual ladder in one line."""
    assert Backoff.exponential(first_ms=500, attempts=5, most_ms=3_000).delays_ms == (
        500,
        1000,
        2000,
        3000,
        3000,
    )


@pytest.mark.parametrize(
    ("steps", "says"), [((), "1 to 50"), ((1,) * 51, "1 to 50"), ((0,), "delay"), ((2**32,), "delay")]
)
def test_a_ladder_without_end_or_without_steps_is_refused(steps: tuple[int, ...], says: str) -> None:
    """In a sentence, before anything is declared."""
    with pytest.raises(InvalidValue, match=says):
        Backoff(delays_ms=steps)
    with pytest.raises(InvalidValue):
        Backoff.exponential(first_ms=1, attempts=0)


@given(delays)
def test_there_is_one_delay_queue_for_each_distinct_step(steps: tuple[int, ...]) -> None:
    """Mixed delays in one queue would jam behind the longest; and all lead back to the working queue."""
    ladder = Ladder(queue="order_notifications", backoff=Backoff(delays_ms=steps))
    queues = {queue.name: queue for queue in ladder.topology.queues}
    assert queues.pop(ladder.parking_lot) == Queue(name="order_notifications.parked")
    assert queues.keys() == {ladder.delay_queue(step) for step in steps}
    for step in steps:
        queue = queues[ladder.delay_queue(step)]
        assert (queue.type, queue.durable, queue.message_ttl_ms) == ("classic", True, step)
        assert (queue.dead_letter_exchange, queue.dead_letter_routing_key) == ("", "order_notifications")
        assert queue.declare_arguments["x-dead-letter-exchange"] == ""


def test_a_ladder_whose_names_do_not_fit_says_so_at_its_birth() -> None:
    """Not when the first message fails at three in the morning."""
    with pytest.raises(InvalidValue, match="255"):
        Ladder(queue="q" * 250)


@given(st.text(max_size=3))
def test_equal_ladders_are_equal(queue: str) -> None:
    """A value: it can be compared, and kept in a set."""
    assume(queue.isprintable())
    assert len({Ladder(queue=queue), Ladder(queue=queue, backoff=Backoff())}) == 1
