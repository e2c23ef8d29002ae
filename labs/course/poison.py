"""A consumer that meets poison: a message that fails at every attempt, and what its answer does to the others.

The poison is `order 1`. What the consumer says to it is the experiment; all other orders are done at once.
The rule that comes out: never give back at once what failed, https://www.rabbitmq.com/docs/nack.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pika

from labs.broker.api import quoted
from labs.course.place import Place

POISON = b"order 1"
#: More attempts than this in a second are a hot loop, on any machine.
HOT = 100


def serve(
    lesson: Place, queue: str, answer: Callable[[Any, int], object], *, seconds: float = 1.0
) -> tuple[list[float], list[bytes]]:
    """The moments at which order 1 failed, in seconds, and the good orders that were done."""
    failed, good = [], []
    with pika.BlockingConnection(lesson.parameters) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=1)
        started = time.monotonic()
        for delivery, _properties, body in channel.consume(queue, inactivity_timeout=0.1):
            if (now := time.monotonic() - started) > seconds:
                break
            if body == POISON:
                failed.append(now)
                answer(channel, delivery.delivery_tag)
            elif body:
                good.append(body)
                channel.basic_ack(delivery.delivery_tag)
    return failed, good


def about(times: Sequence[float]) -> object:
    """How many, in words that are the same on a fast machine and on a slow one."""
    if len(times) > HOT:
        return f"more than {HOT}"
    return "a few" if len(times) > 1 else len(times)


def redelivered(lesson: Place, queue: str) -> int:
    """How many deliveries of this queue were not the first, by the broker's own count; it lags by a second."""
    told = lesson.management.get(f"/queues/{quoted(lesson.vhost)}/{quoted(queue)}")
    return int(told.get("message_stats", {}).get("redeliver", 0))


def draw(attempts: Mapping[str, Sequence[float]], *, seconds: float = 1.0) -> None:
    """Attempts over time, one line for each answer, on a logarithmic scale."""
    _, axes = plt.subplots(figsize=(7, 2.8))
    for (name, times), style in zip(attempts.items(), ("-", "--", ":"), strict=False):
        counts = [*range(1, len(times) + 1), len(times)]
        axes.step([*times, seconds], counts, style, where="post", label=name)
    axes.set(yscale="log", xlabel="seconds", ylabel="attempts at order 1")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    plt.show()
