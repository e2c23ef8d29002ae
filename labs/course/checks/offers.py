"""Exercise 3.3: the queue `offers` keeps the three newest, and each only for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pika.exceptions

from labs.course.probe import Probe
from labs.course.verdict import Step

#: For how long an offer is good, in seconds: short, because the check waits for it.
SECONDS = 2
OFFERS = [f"offer {number}" for number in range(1, 6)]
NEWEST = OFFERS[-3:]


def newest_three(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Read what was declared, then publish five offers and see which wait, and for how long."""
    probe.run(attempt, SECONDS)
    queue = probe.queue("offers")
    yield Step(
        ok=queue is not None,
        text="there is a queue offers when your connection has closed",
        hint="Declare it under exactly this name, durable. An exclusive queue goes with its connection.",
    )
    assert queue is not None
    yield from _as_declared(queue)
    refused = _publish(probe)
    yield Step(
        ok=not refused,
        text=f"every new offer is accepted (refused: {', '.join(refused) or 'none'})",
        hint="reject-publish keeps the oldest and refuses the newest. drop-head, the default, does the opposite.",
    )
    waiting = probe.bodies("offers")
    yield Step(
        ok=waiting == NEWEST,
        text=f"of five offers the three newest wait ({', '.join(waiting) or 'none'})",
        hint="The limit counts messages that are ready: x-max-length, and drop-head for what is too much.",
    )
    left = probe.eventually(lambda: probe.depth("offers") in (0, None), within_s=SECONDS + 3) and probe.depth(
        "offers"
    )
    yield Step(
        ok=left == 0,
        text=f"after {SECONDS} s they are forgotten, and the queue is still there",
        hint="x-message-ttl removes messages, x-expires removes the queue with all that is in it.",
    )


def _as_declared(queue: dict[str, Any]) -> Iterator[Step]:
    kind, said = queue.get("type", "classic"), queue.get("arguments", {})
    yield Step(
        ok=kind != "stream",
        text=f"its messages leave it one by one (it is a {kind} queue)",
        hint="A stream keeps what was read and cuts off whole segments. Take a classic or a quorum queue.",
    )
    limit = said.get("x-max-length")
    yield Step(
        ok=limit == len(NEWEST),
        text=f"x-max-length is 3 (it is {limit})",
        hint="Say it in arguments={…} of queue_declare, as a number. A name that is spelled wrong is ignored.",
    )
    yield Step(
        ok="x-expires" not in said,
        text="the queue itself does not expire",
        hint="x-expires deletes the whole queue when nobody reads it. Messages have a clock of their own.",
    )
    clock = said.get("x-message-ttl")
    yield Step(
        ok=clock == SECONDS * 1000,
        text=f"x-message-ttl is {SECONDS * 1000} for {SECONDS} seconds (it is {clock})",
        hint="The broker counts in milliseconds, and the check chooses the seconds: use the parameter.",
    )


def _publish(probe: Probe) -> list[str]:
    """Publish the offers with confirms and return those that the broker refused."""
    refused = []
    with probe.channel() as channel:
        channel.confirm_delivery()
        for body in OFFERS:
            try:
                channel.basic_publish("", "offers", body)
            except pika.exceptions.NackError:
                refused.append(body)
    return refused
