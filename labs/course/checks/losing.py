"""Exercise 4.2: a consumer that never loses an order, though its handler fails and its connection is cut."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pika.exceptions

from labs.course.checks.waiting_orders import fill, names, text
from labs.course.probe import Probe
from labs.course.verdict import Step

ORDERS = 24
#: The first time that handle() meets this order it fails; after that one the connection is cut.
JAM, CUT = "order 4", "order 11"
#: How often the consumer is started again.
STARTS = 6


class PrinterJam(Exception):
    """What goes wrong in the handler, once."""


def never_loses(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Start the attempt after each fault, until the queue is empty; each order must have been handled."""
    fill(probe, ORDERS)
    handled: list[str] = []
    start = _with_faults(attempt, handled)
    for _ in range(STARTS):
        probe.run(start, within_s=5)
        # what the broken connection held comes back within milliseconds
        if not probe.eventually(lambda: probe.depth("orders"), within_s=0.5):
            break
    missing = [order for order in names(ORDERS) if order not in handled]
    left = probe.depth("orders") or 0
    yield Step(
        ok=bool(handled),
        text=f"orders were handled ({len(handled)} times handle came to its end)",
        hint="Call handle(body) for each order that the queue gives you.",
    )
    yield Step(
        ok=not missing or left > 0,
        text=f"no order was lost (lost: {', '.join(missing) or 'none'})",
        hint="The broker forgets an order when it is acknowledged, and with auto_ack when it is sent; "
        "what your program had not finished by then is gone. "
        "One rejected with requeue=False is dropped, too.",
    )
    yield Step(
        ok=left == 0,
        text=f"orders is empty after at most {STARTS} starts ({left} left)",
        hint="Go on until nothing comes any more, and acknowledge what is done: "
        "without an ack the same orders come again at every start.",
    )
    twice = ", ".join(sorted({order for order in handled if handled.count(order) > 1}))
    yield Step(ok=True, text=f"handled more than once: {twice or 'none'} (the promise is: at least once)")


def _with_faults(attempt: Callable[..., Any], handled: list[str]) -> Callable[[Any], None]:
    """The attempt with a handler that fails once and that loses its connection once."""
    due = {JAM, CUT}

    @functools.wraps(attempt)
    def start(channel: Any) -> None:
        cut = False

        def handle(body: Any) -> None:
            nonlocal cut
            order = text(body)
            now = order in due
            due.discard(order)
            if now and order == JAM:
                raise PrinterJam("the printer is jammed")
            handled.append(order)
            if now:
                cut = True
                channel.connection.close()

        try:
            attempt(channel, handle)
        except PrinterJam:
            return  # whoever runs a consumer starts it again; so does the check
        except pika.exceptions.AMQPError:
            if not cut:
                raise

    return start
