"""What becomes of the orders in hand when a line breaks, and of a line whose loop is held up.

The rule: a delivery tag counts the deliveries of one channel, and dies with it. A robust connection makes a new
channel in the old one's place; it cannot bring a tag back. Coroutines: they run on the loop of the cell that awaits.
https://www.rabbitmq.com/docs/confirms#consumer-acks-delivery-tags · https://www.rabbitmq.com/docs/heartbeats
"""

from __future__ import annotations

from collections.abc import Sequence

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError

from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.aio.hands import Handler
from labs.course.fill import fill
from labs.course.looking import Looking

#: After so many seconds without a delivery the consumer goes home in any case.
IDLE_S = 10.0


async def ack_all(
    lesson: Looking, held: Sequence[AbstractIncomingMessage], n: int
) -> list[tuple[str, bool | None, str]]:
    """Ack the first `n` in the order of their coming: each order, whether it was redelivered, and its ack's fate."""
    fates: list[tuple[str, bool | None, str]] = []
    for place in range(n):
        await lesson.until(f"{n} deliveries", lambda: len(held) > len(fates))
        message = held[place]
        try:
            await message.ack()
            fate = "acked"
        except ChannelInvalidStateError as error:
            fate = type(error).__name__
        fates.append((message.body.decode(), message.redelivered, fate))
    return fates


async def served(lesson: Looking, handler: Handler) -> tuple[int, int, int]:
    """One order for `handler`, heartbeat 1 s: how many lines were lost, deliveries, and acks that came too late."""
    fill(lesson, "desk", 1)
    async with await connect(lesson.url, heartbeat_s=1) as connection:
        consumer = Consumer(connection, "desk", prefetch=1)
        settled = await consumer.run(handler, until=lambda: _nothing_left(lesson), idle_s=IDLE_S)
        late = consumer.redelivery_expected
        return connection.reconnects, settled + late, late


def _nothing_left(lesson: Looking) -> bool:
    """Whether the broker has no order any more, waiting or in hand; it counts a classic queue exactly."""
    return bool(lesson.management.queue(lesson.vhost, "desk")["messages"] == 0)
