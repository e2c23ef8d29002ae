"""What an outcome means: decided on values, so that both lanes decide the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.retry import ATTEMPT, CAUSE, Backoff, Ladder, attempts, next_attempt, parked, restored
from labs.settle import LONGEST_PAUSE_MS, AckIt, GiveBack, RejectIt, Republish, pause_ms, plan
from tests.unit.strategies import messages

LADDER = Ladder(queue="work", backoff=Backoff(delays_ms=(100, 1_000)))


def delivery(failed: int = 0) -> Delivery:
    """Order 42, after so many failed attempts."""
    headers = {ATTEMPT: failed} if failed else {}
    return Delivery(
        message=Message(body=b"42", headers=headers),
        exchange="orders",
        routing_key="order.created",
        redelivered=False,
        delivery_tag=1,
        consumer_tag="c",
    )


@pytest.mark.parametrize("ladder", [LADDER, None])
def test_what_is_done_is_acknowledged(ladder: Ladder | None) -> None:
    """With a ladder or without."""
    assert plan(delivery(), Ack(), ladder) == AckIt()


def test_a_retry_goes_to_the_next_step() -> None:
    """The copy is the one of `labs.retry`, with the handler's reason."""
    first = delivery()
    expected = Republish(message=next_attempt(first, reason="busy"), queue="work.retry.100ms")
    assert plan(first, Retry(reason="busy"), LADDER) == expected
    assert plan(delivery(1), Retry(), LADDER) == Republish(
        message=next_attempt(delivery(1)), queue="work.retry.1000ms"
    )


def test_a_retry_that_asks_for_time_gets_a_step_that_is_long_enough() -> None:
    """The first step would be too early."""
    decided = plan(delivery(), Retry(after_ms=101), LADDER)
    assert isinstance(decided, Republish)
    assert decided.queue == "work.retry.1000ms"


def test_a_used_up_ladder_parks_with_the_count_and_the_last_reason() -> None:
    """The third failure of two steps."""
    decided = plan(delivery(2), Retry(reason="The printer is jammed."), LADDER)
    assert isinstance(decided, Republish)
    assert decided.queue == "work.parked"
    assert decided.message.headers[CAUSE] == "All 3 attempts failed; the last: The printer is jammed."
    assert attempts(decided.message) == 3


def test_a_death_is_parked_with_its_cause_at_once() -> None:
    """No attempt could help."""
    dead = Dead(reason="The body is not JSON.")
    expected = Republish(message=parked(delivery(), reason="The body is not JSON."), queue="work.parked")
    assert plan(delivery(), dead, LADDER) == expected


def test_without_a_ladder_a_retry_goes_back_and_a_death_is_rejected() -> None:
    """What a queue can do by itself."""
    assert plan(delivery(), Retry(after_ms=7), None) == GiveBack(after_ms=7)
    assert plan(delivery(), Dead(reason="no"), None) == RejectIt()


@given(messages(), st.lists(st.sampled_from([0, 50, 500, 5_000_000]), min_size=10, max_size=10))
def test_whatever_a_handler_asks_it_is_parked_in_the_end(message: Message, asked: list[int]) -> None:
    """A message that always fails visits each step at most once for each attempt, and then stays parked."""
    now = Delivery(
        message=message,
        exchange="orders",
        routing_key="k",
        redelivered=False,
        delivery_tag=1,
        consumer_tag="c",
    )
    queues = []
    for after_ms in asked:
        decided = plan(now, Retry(after_ms=after_ms), LADDER)
        assert isinstance(decided, Republish)
        queues.append(decided.queue)
        if decided.queue == LADDER.parking_lot:
            break
        now = restored(
            Delivery(
                message=decided.message, exchange="", routing_key="work", redelivered=False,
                delivery_tag=1, consumer_tag="c",
            )
        )  # fmt: skip
    assert len(queues) == 3
    assert queues[-1] == LADDER.parking_lot


@given(st.integers(0, 10_000), st.integers(0, 2**32 - 1))
def test_pauses_grow_from_nothing_like_a_hot_loop_to_a_few_seconds(in_a_row: int, asked: int) -> None:
    """Never none, never shorter than the one before, never for ever."""
    pause = pause_ms(in_a_row, after_ms=asked)
    assert 50 <= pause <= pause_ms(in_a_row + 1, after_ms=asked) <= LONGEST_PAUSE_MS
    assert pause >= min(asked, LONGEST_PAUSE_MS)


@pytest.mark.parametrize("outcome", [Retry(), Dead(reason="x")])
def test_only_the_ladder_decides_where_copies_go(outcome: Outcome) -> None:
    """Never the exchange the message came from: its other queues have their copies already."""
    decided = plan(delivery(), outcome, LADDER)
    assert isinstance(decided, Republish)
    assert decided.queue in {queue.name for queue in LADDER.topology.queues}
