"""Exercise 4.3: a consumer that is told to stop leaves nothing unacked, nothing lost, the rest in order."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pika.exceptions

from labs.course.checks.waiting_orders import fill, names, text, waiting
from labs.course.probe import Probe
from labs.course.verdict import Step

ORDERS = 24
#: With this order in hand somebody asks the consumer to stop; so many more may still be begun.
STOP_AT, MORE = 7, 5
#: On the quiet night: when the only order comes, and when the stop comes, in seconds.
LATE_S, STOP_S = 0.8, 1.8


def leaves_in_order(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The stop comes in the middle of a full queue; then once more on a quiet night."""
    fill(probe, ORDERS)
    handled: list[str] = []
    ready: list[int] = []
    stop = threading.Event()

    def handle(body: Any) -> None:
        handled.append(text(body))
        if len(handled) == STOP_AT:
            stop.set()

    @functools.wraps(attempt)
    def run_and_count(channel: Any) -> None:
        attempt(channel, handle, stop)
        # The answer comes after all that was said on this channel: acks, and what goes back. No queue, no answer.
        with contextlib.suppress(pika.exceptions.AMQPError):
            channel.queue_declare("orders", passive=True)
        # The channel is still open: what it holds unacked is not ready. What was sent may still arrive.
        probe.eventually(lambda: (probe.depth("orders") or 0) + len(handled) >= ORDERS, within_s=1)
        ready.append(probe.depth("orders") or 0)

    probe.run(run_and_count, within_s=6)
    yield from _what_was_handled(handled)
    yield from _what_is_left(handled, waiting(probe), ready[0])
    yield from _quiet_night(probe, attempt)


def _what_was_handled(handled: list[str]) -> Iterator[Step]:
    count = len(handled)
    yield Step(
        ok=count >= STOP_AT,
        text=f"it went on until it was asked to stop (handled {count}, asked at order {STOP_AT})",
        hint="Consume in a loop, call handle(body) for each order, and leave only when stop.is_set().",
    )
    yield Step(
        ok=count <= STOP_AT + MORE,
        text=f"it began at most {MORE} more after that (handled {count})",
        hint="Ask stop.is_set() after each order, then leave the loop. What you have not begun goes back.",
    )
    yield Step(
        ok=handled == names(count),
        text=f"it kept the order of the queue (handled {', '.join(handled)})",
        hint="One consumer that finishes one order before it begins the next keeps the order.",
    )


def _what_is_left(handled: list[str], rest: list[str], ready: int) -> Iterator[Step]:
    lost = [order for order in names(ORDERS) if order not in handled and order not in rest]
    yield Step(
        ok=not lost,
        text=f"nothing is lost (lost: {', '.join(lost) or 'none'})",
        hint="The broker had pushed these to you and you had not begun them. "
        "With auto_ack it has forgotten them; rejected with requeue=False they are dropped. "
        "Give them back: requeue=True, or channel.cancel().",
    )
    twice = [order for order in rest if order in handled]
    yield Step(
        ok=not twice,
        text=f"what was handled is gone from the queue (still there: {', '.join(twice) or 'none'})",
        hint="Acknowledge each order after handle(body) has returned.",
    )
    held = len(rest) - ready
    yield Step(
        ok=held == 0,
        text=f"when the function returned, nothing was unacked ({held} were)",
        hint="They were pushed to you and wait for an answer until the channel closes. "
        "Cancel the consumer before you return.",
    )
    yield Step(
        ok=rest == names(ORDERS)[len(handled) :],
        text=f"the rest waits in its old order ({', '.join(rest[:3])} …)",
        hint="What is given back keeps its place. What is published again goes to the end.",
    )


def _quiet_night(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """An empty queue is no reason to leave; a stop is one, even when nothing arrives."""
    with probe.channel() as channel:
        channel.queue_purge("orders")
    handled: list[str] = []
    stop = threading.Event()
    timers = [threading.Timer(LATE_S, fill, (probe, 1)), threading.Timer(STOP_S, stop.set)]
    began = time.monotonic()
    for timer in timers:
        timer.start()
    try:
        probe.run(attempt, lambda body: handled.append(text(body)), stop, within_s=5)
        stayed = time.monotonic() - began
    finally:
        for timer in timers:
            timer.cancel()
            timer.join()
    yield Step(
        ok=len(handled) == 1 and stayed >= STOP_S,
        text=f"on a quiet night it waits for an order until it is told to stop (handled {len(handled)} of 1)",
        hint="An empty queue is not the end. consume(…, inactivity_timeout=0.2) hands you (None, None, None) "
        "when nothing came: ask stop.is_set(), and go on.",
    )
