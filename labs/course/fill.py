"""Orders to begin with: a queue that holds exactly `order 1` to `order n`.

The rule: declare, empty, then publish, on one channel, so that an experiment never meets what an earlier run
left. Purging is at once and for everybody (https://www.rabbitmq.com/docs/queues#purge).
"""

from __future__ import annotations

import time
from typing import Any

import pika

from labs.course.place import Place

PERSISTENT = pika.BasicProperties(delivery_mode=2)


def fill(
    lesson: Place,
    queue: str,
    n: int,
    arguments: dict[str, Any] | None = None,
    *,
    times: list[float] | None = None,
) -> None:
    """Declare the queue, empty it of what an earlier run left, and put `order 1` … `order n` into it.

    `times` notes when each of them goes, on the clock of `time.monotonic`.
    """
    with pika.BlockingConnection(lesson.parameters) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, arguments=arguments)
        channel.queue_purge(queue)
        for number in range(1, n + 1):
            if times is not None:
                times.append(time.monotonic())  # before, because a worker may have it before publish returns
            channel.basic_publish("", queue, f"order {number}".encode(), PERSISTENT)
        channel.queue_declare(queue, passive=True)  # answered by the queue, after all that came before it
