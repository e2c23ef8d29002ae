"""Exercise 19.3: which queue is furthest behind, asked of the broker without touching a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.probe import Probe
from labs.course.verdict import Step

#: How many messages wait; the first name is that of a queue that nobody declared. Each is declared in its own way.
GHOST = "webhook.calls"
WAITING = {"email.messages": 3, "order_notifications": 7, "saga.orders": 0, "sms.urgent": 5}
QUEUES = (GHOST, *WAITING)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "email.messages": {"x-dead-letter-exchange": "orders.dead"},
    "order_notifications": {"x-max-length": 100},
}


def tells_who_is_behind(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Once with three queues that wait, once more when another one is the longest, and once when all are empty."""
    _fill(probe)
    first = probe.run(attempt, list(QUEUES))
    yield Step(
        ok=first == "order_notifications",
        text=f"with 3, 7, 0 and 5 messages it names order_notifications (it returned {first!r})",
        hint="Return the name of the queue with the highest message_count; a passive declare tells it exactly.",
    )
    yield Step(
        ok=probe.queue(GHOST) is None,
        text=f"it left no queue {GHOST} behind",
        hint="Without passive=True, queue_declare makes what it does not find. A watchman only looks.",
    )
    found = {queue: [delivery.redelivered for delivery, _, _ in probe.messages(queue)] for queue in WAITING}
    yield Step(
        ok={queue: len(marks) for queue, marks in found.items()} == WAITING,
        text="every message is still where it was",
        hint="To count messages by taking them is to take them.",
    )
    yield Step(
        ok=not any(mark for marks in found.values() for mark in marks),
        text="and none was in anybody's hands",
        hint="What you take and give back is marked as redelivered, and waits behind your look. Ask for the count.",
    )
    with probe.channel() as channel:
        channel.queue_purge("order_notifications")
    second = probe.run(attempt, list(reversed(QUEUES)))
    yield Step(
        ok=second == "sms.urgent",
        text=f"when the longest is emptied it names sms.urgent (it returned {second!r})",
        hint="Look at each queue, wherever the missing one stands in the list.",
    )
    with probe.channel() as channel:
        for queue in WAITING:
            channel.queue_purge(queue)
    third = probe.run(attempt, list(QUEUES))
    yield Step(
        ok=third is None,
        text=f"when all are empty it returns None (it returned {third!r})",
        hint="Nobody is behind then, and no name is the truth.",
    )


def _fill(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.confirm_delivery()
        for queue, number in WAITING.items():
            channel.queue_declare(queue, durable=True, arguments=ARGUMENTS.get(queue))
            for _ in range(number):
                channel.basic_publish("", queue, b"{}", pika.BasicProperties(delivery_mode=2))
