"""Exercise 7.3: an order that takes longer than the broker waits for a heartbeat, and a line that lives."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pika.exceptions

from labs.course.checks.waiting_orders import fill, names, text
from labs.course.own_channel import own_channel
from labs.course.probe import Probe
from labs.course.verdict import Step

ORDERS = 3
#: Seconds: what both sides agree on, and the work of order 2. Silence ends after two to three heartbeats.
HEARTBEAT_S, LONG_S, LONG = 1, 4.0, "order 2"


@dataclass
class Shift:
    """What happened, in the order in which it happened."""

    handled: list[str] = field(default_factory=list)
    #: How many orders were finished when each ack was sent.
    finished_at_ack: list[int] = field(default_factory=list)
    foreign: int = 0
    lost: bool = False


def keeps_the_line(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt on a line with a heartbeat of a second, and note who acknowledges when."""
    fill(probe, ORDERS)
    shift = Shift()
    probe.run(_observed(probe, attempt, shift), within_s=LONG_S + 8)
    left = probe.eventually(lambda: probe.depth("orders"), within_s=0.5) or 0
    yield Step(
        ok=shift.foreign == 0,
        text=f"only the line's own thread spoke on it (from another thread: {shift.foreign} acks)",
        hint="pika's connection belongs to one thread. Hand the ack over: "
        "channel.connection.add_callback_threadsafe(…).",
    )
    yield Step(
        ok=not shift.lost,
        text=f"the line lived while {LONG} took {LONG_S:g} s" + (" (it was cut)" if shift.lost else ""),
        hint="While handle() runs in the thread of the connection, nobody answers the heartbeat. "
        "Let another thread run it, and let this one call process_data_events.",
    )
    counts = {order: shift.handled.count(order) for order in names(ORDERS)}
    yield Step(
        ok=all(n == 1 for n in counts.values()),
        text="each order was handled once (" + ", ".join(f"{o}: {n}" for o, n in counts.items()) + ")",
        hint="Call handle(body) for each delivery, and return only when the last of them has finished.",
    )
    early = sum(done < place for place, done in enumerate(shift.finished_at_ack, start=1))
    yield Step(
        ok=len(shift.finished_at_ack) > 0 and early == 0,
        text=f"each ack came after its work (acks: {len(shift.finished_at_ack)}, too early: {early})",
        hint="An ack that comes before the work, and auto_ack, turn a crash into a lost order.",
    )
    yield Step(
        ok=left == 0,
        text=f"nothing is left unacked ({left} came back when the line was closed)",
        hint="The ack must be sent before you return: pump process_data_events until the callbacks have run.",
    )


def _observed(probe: Probe, attempt: Callable[..., Any], shift: Shift) -> Callable[[Any], None]:
    """The attempt on a line of its own with a short heartbeat; every ack is noted before it is sent."""
    parameters = probe.parameters
    parameters.heartbeat = HEARTBEAT_S

    @functools.wraps(attempt)
    def start(_: Any) -> None:
        owner = threading.get_ident()

        def handle(body: Any) -> None:
            if text(body) == LONG:
                time.sleep(LONG_S)
            shift.handled.append(text(body))

        with own_channel(parameters) as channel:
            send = channel.basic_ack

            def basic_ack(delivery_tag: int = 0, multiple: bool = False) -> None:  # noqa: FBT001, FBT002 as pika has it
                if threading.get_ident() != owner:
                    shift.foreign += 1  # noted and not sent: it might break the line, or be lucky
                    return
                shift.finished_at_ack.append(len(shift.handled))
                send(delivery_tag, multiple)

            channel.basic_ack = basic_ack
            try:
                attempt(channel, handle)
            except (pika.exceptions.AMQPConnectionError, pika.exceptions.AMQPChannelError):
                if channel.connection.is_open:
                    raise
                shift.lost = True
            shift.lost = shift.lost or not channel.connection.is_open

    return start
