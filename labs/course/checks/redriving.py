"""Exercise 8.3: what was parked for a fault that is mended goes back to the queue it came from."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pika
import pika.exceptions

from labs.course.probe import Probe, Stopped
from labs.course.verdict import Step

PARKED, CAUSE = "parked", "bug 17"
#: Number, cause, and the queue whose consumer gave it up. The fax has been switched off: its queue is gone.
LOT = (
    (41, CAUSE, "order_notifications"),
    (42, "no such customer", "order_notifications"),
    (43, CAUSE, "order_billing"),
    (44, CAUSE, "order_notifications"),
    (45, "no such customer", "order_billing"),
    (46, CAUSE, "order_notifications"),
    (47, CAUSE, "order_fax"),
)
QUEUES = ("order_notifications", "order_billing")
STAY = [f"order {n}" for n, cause, queue in LOT if cause != CAUSE or queue not in QUEUES]


def redrives(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Fill the parking lot, run the attempt, look where each message is; then break the line and look again."""
    _prepare(probe)
    said = probe.run(attempt, CAUSE)
    for queue in QUEUES:
        wanted = [f"order {n}" for n, cause, where in LOT if cause == CAUSE and where == queue]
        probe.eventually(partial(_has, probe, queue, len(wanted)), within_s=2)
        found = probe.bodies(queue)
        yield Step(
            ok=sorted(set(found)) == wanted,
            text=f"{queue} has {', '.join(wanted)} back, and no other (it has {', '.join(found) or 'nothing'})",
            hint=f"Publish each message with the cause {CAUSE} to the default exchange, with the queue from its header "
            "as the key. Through the exchange shop every other queue would get it a second time.",
        )
        yield Step(
            ok=len(found) == len(wanted),
            text=f"each of them once ({len(found)} messages)",
            hint="A message that is published and not acknowledged is in two places.",
        )
        yield from _as_new(probe.messages(queue))
    left = sorted(probe.bodies(PARKED)) if probe.depth(PARKED) is not None else []
    yield Step(
        ok=left == STAY,
        text=f"{', '.join(STAY)} are still parked, once each ({', '.join(left) or 'nothing'})",
        hint="What has another cause stays. So does order 47: its queue is gone, and only mandatory "
        "tells you: with confirms on, pika raises UnroutableError. Acknowledge only what arrived.",
    )
    yield Step(
        ok=said == len(LOT) - len(STAY),
        text=f"it returned how many went back, {len(LOT) - len(STAY)} (returned {said!r})",
        hint="Count what was published and confirmed.",
    )
    yield from _survives(probe, attempt)


def _has(probe: Probe, queue: str, wanted: int) -> bool:
    return (probe.depth(queue) or 0) >= wanted


def _prepare(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.exchange_declare("shop", exchange_type="topic", durable=True)
        for queue in QUEUES:
            channel.queue_declare(queue, durable=True)
            channel.queue_bind(queue, "shop", "order.*")
            channel.queue_purge(queue)
        channel.queue_declare(PARKED, durable=True)
        channel.queue_purge(PARKED)
        channel.confirm_delivery()
        for number, cause, queue in LOT:
            headers = {"failed": 3, "cause": cause, "queue": queue, "lines": 3}
            properties = pika.BasicProperties(
                message_id=f"order-{number}", type="order.created", delivery_mode=2, headers=headers
            )
            channel.basic_publish("", PARKED, f"order {number}", properties)


def _as_new(messages: list[Any]) -> Iterator[Step]:
    ids = [(properties.message_id or "").replace("-", " ") for _, properties, _ in messages]
    yield Step(
        ok=ids == [body for *_, body in messages]
        and all(
            properties.delivery_mode == 2 and properties.type == "order.created"
            for _, properties, _ in messages
        ),
        text="message id, type and persistence are as they were",
        hint="Publish with the properties that basic_get gave you; change nothing but headers.",
    )
    headers = [properties.headers or {} for _, properties, _ in messages]
    yield Step(
        ok=all(found.get("lines") == 3 for found in headers),
        text="the header lines is as it was",
        hint="Take off what the ladder wrote; leave the sender's headers alone.",
    )
    yield Step(
        ok=not any(found.get("failed") for found in headers),
        text="their count of failures begins anew",
        hint="With failed=3 the first failure after the mending would park it again: take that header off.",
    )


def _survives(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The line breaks at the first publish: everything must still be there."""
    _prepare(probe)

    def cut(channel: Any, cause: str) -> None:
        def broken(*_: Any, **__: Any) -> None:
            channel.connection.close()
            raise pika.exceptions.StreamLostError("the line broke")

        channel.basic_publish = broken
        attempt(channel, cause)

    with contextlib.suppress(Stopped):
        probe.run(cut, CAUSE, within_s=10)
    places = (PARKED, *QUEUES)
    probe.eventually(lambda: sum(probe.depth(queue) or 0 for queue in places) >= len(LOT), within_s=2)
    found = {body for queue in places for body in (probe.bodies(queue) if probe.depth(queue) else ())}
    yield Step(
        ok=len(found) == len(LOT),
        text=f"the line broke while a message was published, and all {len(LOT)} are still there ({len(found)} found)",
        hint="Publish, wait for the confirm, then acknowledge: a crash in between may leave a duplicate, never a hole.",
    )
