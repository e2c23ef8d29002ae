"""A channel on a connection of its own, for one look or one piece of work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pika
import pika.exceptions


@contextlib.contextmanager
def own_channel(parameters: pika.ConnectionParameters, *, prefetch: int = 0) -> Iterator[Any]:
    """A plain pika channel, closed with its connection at the end of the block, also when the broker is gone.

    `prefetch` is how many unacknowledged deliveries a consumer on it may hold; 0 is no limit.
    What was taken and not acknowledged goes back to its queue (https://www.rabbitmq.com/docs/confirms).
    """
    connection = pika.BlockingConnection(parameters)
    try:
        channel = connection.channel()
        if prefetch:
            channel.basic_qos(prefetch_count=prefetch)
        yield channel
    finally:
        with contextlib.suppress(pika.exceptions.AMQPError):
            connection.close()
