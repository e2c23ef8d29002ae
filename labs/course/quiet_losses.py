"""Orders that are lost in silence, by aio-pika as it comes: each way in a few lines, and its remedy beside it.

Nothing here is a mistake of aio-pika: its defaults answer other questions than ours. The rule: know the default
of everything that decides whether a message is kept. Coroutines: they run on the loop of the cell that awaits.
https://docs.aio-pika.com · https://www.rabbitmq.com/docs/publishers#data-safety
"""

from __future__ import annotations

import asyncio
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, DeliveryMode
from aio_pika.exceptions import PublishError

from labs.course.fill import fill
from labs.course.looking import Looking


async def send_ten(lesson: Looking, *, on_return_raises: bool) -> tuple[int, int | None]:
    """Publish ten orders to `desk`, three of them misspelt: how many errors, and how many are in the queue."""
    errors = 0
    fill(lesson, "desk", 0)
    async with await aio_pika.connect_robust(lesson.url) as connection:
        channel = await connection.channel(on_return_raises=on_return_raises)
        for number in range(1, 11):
            key = "desk" if number % 3 else "dekc"
            try:
                await channel.default_exchange.publish(aio_pika.Message(b"an order"), key)
            except PublishError:
                errors += 1
    return errors, lesson.depth("desk")


async def send_alike(url: str) -> dict[str, tuple[bool, DeliveryMode]]:
    """Ten confirmed orders into each of four queues; for each, whether it is durable, and how they were sent."""
    safe = {"delivery_mode": DeliveryMode.PERSISTENT}
    ways: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "as it comes": ({}, {}),
        "only the queue": ({"durable": True}, {}),
        "only the orders": ({}, safe),
        "both": ({"durable": True}, safe),
    }
    sent = {}
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        for name, (for_queue, for_orders) in ways.items():
            await channel.queue_delete(name)
            queue = await channel.declare_queue(name, **for_queue)
            for _ in range(10):
                order = aio_pika.Message(b"an order", **for_orders)
                await channel.default_exchange.publish(order, name)
            sent[name] = (queue.durable, order.delivery_mode)
    return sent


async def work_on_three(lesson: Looking, ending: str, *, requeue: bool) -> int | None:
    """Three orders, each inside `process()`, where the work "raises" or is "cancelled"; how many are left."""
    begun = asyncio.Semaphore(0)
    fill(lesson, "desk", 3)

    async def work(message: AbstractIncomingMessage) -> None:
        async with message.process(requeue=requeue):
            begun.release()
            if ending == "raises":
                raise OSError("the printer is out of paper")
            await asyncio.Event().wait()  # for ever: it will be cancelled

    async with await aio_pika.connect_robust(lesson.url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("desk")
        tasks = [asyncio.create_task(work(await queue.get())) for _ in range(3)]
        for _ in tasks:
            await begun.acquire()
        for task in tasks:
            task.cancel()  # no more than a wish, if it has ended already
        await asyncio.gather(*tasks, return_exceptions=True)
    return lesson.depth("desk")
