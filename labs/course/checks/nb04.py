"""The exercises of notebook 04: share by speed, lose nothing, leave in order."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pika.exceptions

from labs.course.broker_words import in_words
from labs.course.checks.crew import Crew
from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step

#: Two slow workers and a fast one: seconds for one order.
PACE = {"slow": 0.04, "slower": 0.05, "fast": 0.004}
RUSH = 48
ORDERS = 24
#: How often a supervisor starts a consumer again before it gives up.
STARTS = 6
#: With this order in hand, somebody asks the consumer to stop; so many more may still be begun.
STOP_AT, MORE = 7, 5


def fast_does_half(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Three workers run the attempt; of the orders that then arrive the fast one must do at least half."""
    fill(probe, 0)
    with Crew(probe, attempt, PACE) as crew:
        probe.eventually(lambda: crew.errors or consumers(probe) == len(PACE), within_s=3)
        listening = consumers(probe)
        if listening == len(PACE):
            fill(probe, RUSH)
            crew.wait_until_handled(RUSH)
    if crew.errors:
        sentence, hint = in_words(crew.errors[0])
        yield Step(ok=False, text=f"serve failed. {sentence}", hint=hint)
    yield Step(
        ok=listening == len(PACE),
        text=f"3 consumers listen at orders (the broker counts {listening})",
        hint="Ask the broker to push: channel.basic_consume('orders', your_callback). basic_get does not listen.",
    )
    yield Step(
        ok=crew.total == RUSH,
        text=f"the workers handled {RUSH} orders (handled {crew.total})",
        hint="Call handle(body) once for each order, and ack it afterwards. With a prefetch of n, "
        "a worker that never acks gets n orders and no more.",
    )
    left = probe.eventually(lambda: probe.depth("orders"), within_s=1)
    yield Step(
        ok=left == 0,
        text=f"every order was acknowledged ({left} came back when the workers hung up)",
        hint="An order without an ack belongs to the queue again as soon as its channel closes.",
    )
    fast = len(crew.handled["fast"])
    yield Step(
        ok=2 * fast >= RUSH,
        text=f"the fast worker handled at least half of them (it handled {fast} of {RUSH})",
        hint="The broker deals in turn until a worker's hands are full, and without a limit they never are. "
        "Limit it before you consume. With auto_ack nothing limits it.",
    )


def never_loses(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The printer jams once and the connection is cut once; every order must be handled at least once."""
    fill(probe, ORDERS)
    handled: list[str] = []
    faults = {"order 4", "order 11"}

    @functools.wraps(attempt)
    def start(channel: Any) -> None:
        cut = False

        def handle(body: Any) -> None:
            nonlocal cut
            order = text(body)
            due = order in faults
            faults.discard(order)
            if due and order == "order 4":
                raise PrinterJam
            handled.append(order)
            if due:
                cut = True
                channel.connection.close(reply_text="cut by the check")

        try:
            attempt(channel, handle)
        except PrinterJam:
            pass
        except pika.exceptions.AMQPError:
            if not cut:
                raise

    for _ in range(STARTS):
        probe.run(start, within_s=8)
        if not probe.eventually(lambda: probe.depth("orders"), within_s=0.5):
            break
    missing = [order for order in names(ORDERS) if order not in handled]
    left = probe.depth("orders")
    yield Step(
        ok=bool(handled),
        text=f"orders were handled ({len(handled)} times handle came to its end)",
        hint="Call handle(body) for each order that the queue gives you.",
    )
    yield Step(
        ok=not missing or bool(left),
        text=f"every order was handled or still waits (lost: {', '.join(missing) or 'none'})",
        hint="The broker forgets an order when it is acknowledged, and with auto_ack when it is sent. "
        "What your program had not finished by then is gone. "
        "An order you reject with requeue=False is dropped, too.",
    )
    yield Step(
        ok=left == 0,
        text=f"orders is empty after at most {STARTS} starts ({left} left)",
        hint="Go on until nothing comes any more, and acknowledge what is done: "
        "without an ack the same orders come again at every start.",
    )
    again = sorted({order for order in handled if handled.count(order) > 1}, key=handled.index)
    yield Step(ok=True, text=f"handled more than once: {', '.join(again) or 'none'}; at least once is the promise")


def leaves_in_order(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The stop comes with order 7 in hand; at the return nothing is unacked, nothing lost, the rest in order."""
    fill(probe, ORDERS)
    handled: list[str] = []
    stop = threading.Event()
    ready: list[int | None] = []

    def handle(body: Any) -> None:
        handled.append(text(body))
        if len(handled) == STOP_AT:
            stop.set()

    @functools.wraps(attempt)
    def start(channel: Any) -> None:
        attempt(channel, handle, stop)
        settled = lambda: (probe.depth("orders") or 0) + len(handled) >= ORDERS  # noqa: E731
        probe.eventually(settled, within_s=1)
        ready.append(probe.depth("orders"))

    probe.run(start, within_s=8)
    yield from _what_was_handled(handled)
    rest = probe.eventually(lambda: probe.bodies("orders"), within_s=1)
    yield from _what_is_left(handled, rest, ready[0] or 0)
    yield from _waits_in_the_quiet(probe, attempt)


def _what_was_handled(handled: list[str]) -> Iterator[Step]:
    count = len(handled)
    yield Step(
        ok=count >= STOP_AT,
        text=f"it went on until it was asked to stop (handled {count}, asked at {STOP_AT})",
        hint="Consume in a loop; look at stop.is_set() after each order.",
    )
    yield Step(
        ok=count <= STOP_AT + MORE,
        text=f"it began at most {MORE} more after that (handled {count})",
        hint="After each order, ask stop.is_set(); then leave the loop. What you have not begun goes back.",
    )
    yield Step(
        ok=handled == names(count),
        text=f"in the order of the queue (handled {', '.join(handled)})",
        hint="One consumer that takes one order after the other keeps the order.",
    )


def _what_is_left(handled: list[str], rest: list[str], ready: int) -> Iterator[Step]:
    twice = [order for order in rest if order in handled]
    yield Step(
        ok=not twice,
        text=f"what was handled is gone from the queue (back again: {', '.join(twice) or 'none'})",
        hint="Acknowledge each order after handle(body) has returned, before you leave.",
    )
    lost = [order for order in names(ORDERS) if order not in handled and order not in rest]
    yield Step(
        ok=not lost,
        text=f"nothing is lost (lost: {', '.join(lost) or 'none'})",
        hint="The broker had pushed these to you; you had not begun them. With auto_ack it has forgotten them already. "
        "Give them back: requeue=True, or let channel.cancel() do it.",
    )
    yield Step(
        ok=ready == len(rest),
        text=f"when the function returned, nothing was unacked ({len(rest) - ready} were)",
        hint="They wait for an ack that never comes, until the channel closes. Cancel the consumer before you return.",
    )
    yield Step(
        ok=rest == names(ORDERS)[len(handled) :],
        text=f"the rest waits in its old order ({', '.join(rest[:3])} …)",
        hint="Give back with nack or reject: a message keeps its place. One that you publish again goes to the end.",
    )


def _waits_in_the_quiet(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """An empty queue is no reason to leave; a stop is, even when nothing arrives."""
    fill(probe, 0)
    handled: list[str] = []
    stop = threading.Event()
    began = time.monotonic()
    timers = [threading.Timer(0.8, fill, (probe, 1)), threading.Timer(1.8, stop.set)]
    for timer in timers:
        timer.start()
    try:
        probe.run(attempt, lambda body: handled.append(text(body)), stop, within_s=6)
    finally:
        took = time.monotonic() - began
        for timer in timers:
            timer.cancel()
            timer.join()
    yield Step(
        ok=handled == ["order 1"] and took >= 1.5,  # noqa: PLR2004 - the stop comes at 1.8 s
        text=f"on a quiet night it waits for the next order, until it is told to stop (handled {len(handled)})",
        hint="An empty queue is not the end. With inactivity_timeout, consume hands you (None, None, None): go on.",
    )


class PrinterJam(Exception):
    """What goes wrong in the learner's handler, once."""


def fill(probe: Probe, count: int) -> None:
    """`orders` is there, and holds `count` more: order 1, order 2, …"""
    with probe.channel() as channel:
        channel.queue_declare("orders", durable=True)
        channel.confirm_delivery()
        for body in names(count):
            channel.basic_publish("", "orders", body.encode())


def consumers(probe: Probe) -> int:
    """How many consumers the broker counts at `orders`."""
    with probe.channel() as channel:
        return int(channel.queue_declare("orders", passive=True).method.consumer_count)


def names(count: int) -> list[str]:
    """The bodies, in order."""
    return [f"order {number}" for number in range(1, count + 1)]


def text(body: Any) -> str:
    """What the learner handed to handle(): bytes as they came, or already text."""
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)
