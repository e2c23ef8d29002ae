"""Steps for exercises about routing: the exchange is right, the queue is ready, the messages go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pika
import pika.exceptions

from labs.course.broker_words import in_words
from labs.course.probe import Probe
from labs.course.verdict import Step


def exchange_is(probe: Probe, name: str, kind: str) -> Iterator[Step]:
    """The exchange is there, of this type, and publishers may use it."""
    found = probe.exchange(name) or {"type": "", "internal": False}
    yield Step(
        ok=bool(found["type"]),
        text=f"there is an exchange {name}",
        hint=f"channel.exchange_declare('{name}', exchange_type='{kind}', durable=True) makes one. "
        "An auto-delete exchange goes with its last binding.",
    )
    yield Step(
        ok=found["type"] == kind and not found["internal"],
        text=f"it is a {kind} exchange that publishers may use (it is {found['type']}"
        f"{', internal' if found['internal'] else ''})",
        hint=f"Say exchange_type='{kind}', and not internal: publishers get 403 from an internal exchange.",
    )


def queue_is_ready(probe: Probe, queue: str) -> Iterator[Step]:
    """The queue is there, nobody has put anything into it, and one can look at its messages."""
    depth = probe.depth(queue)
    yield Step(
        ok=depth is not None,
        text=f"there is a queue {queue}",
        hint="Declare it with durable=True. An exclusive queue goes when your function's connection closes.",
    )
    yield Step(
        ok=depth == 0,
        text=f"{queue} is empty before the check publishes (found {depth})",
        hint="Your function only declares and binds; the messages come from the check.",
    )
    if (probe.queue(queue) or {}).get("type") == "stream":
        hint = "basic.get does not work there. Leave x-queue-type out."
        yield Step(ok=False, text=f"{queue} is a stream", hint=hint)


def publish(
    probe: Probe,
    exchange: str,
    messages: Sequence[tuple[str, dict[str, Any] | None]],
    *,
    mandatory: bool = False,
    hint: str = "",
) -> Iterator[Step]:
    """Publish (key, headers) with the bodies 1, 2, 3 …; a step fails if the broker refuses or returns one."""
    key = ""
    try:
        with probe.channel() as channel:
            channel.confirm_delivery()
            for number, (key, headers) in enumerate(messages, 1):
                properties = pika.BasicProperties(headers=headers, delivery_mode=2)
                channel.basic_publish(exchange, key, str(number).encode(), properties, mandatory=mandatory)
    except pika.exceptions.AMQPError as error:
        sentence, advice = in_words(error)
        text = f"published to {exchange} with the key {key!r}. {sentence}"
        yield Step(ok=False, text=text, hint=hint or advice)


def bodies(probe: Probe, queue: str) -> list[str]:
    """The bodies that are ready in a queue; none if it is missing, or if basic.get cannot read it."""
    try:
        return probe.bodies(queue)
    except pika.exceptions.AMQPError:
        return []


def empty(probe: Probe, *queues: str) -> None:
    """Take everything out of the queues."""
    with probe.channel() as channel:
        for queue in queues:
            channel.queue_purge(queue)


def listed(names: list[str]) -> str:
    """`: a, b`, each named once; nothing when there is nothing to name."""
    return f": {', '.join(dict.fromkeys(names))}" if names else ""
