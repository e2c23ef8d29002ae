"""How much goes on at once: handlers in hand, and publishes under way, counted and timed.

The loop takes as much as it is given. What bounds it is a number of yours: the prefetch for what comes in, a
window for what goes out. Coroutines: they run on the loop of the cell that awaits.
https://www.rabbitmq.com/docs/consumer-prefetch · https://docs.python.org/3/library/asyncio-task.html#task-groups
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import nullcontext

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, DeliveryMode

from labs.course.distance import Distance

#: How long to look whether more handlers begin, in seconds.
LOOK_S = 0.3
#: A timed run publishes so many orders for each one that may be under way, so that a small window ends soon, too.
ROUNDS = 10
#: The best of so many counts.
TRIES = 2


async def in_hand(url: str, prefetch: int | None) -> int:
    """Consume `desk` with handlers that wait; how many of them are at work at once."""
    hands: list[AbstractIncomingMessage] = []
    gate = asyncio.Event()

    async def hold(message: AbstractIncomingMessage) -> None:
        hands.append(message)
        await gate.wait()

    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        if prefetch is not None:
            await channel.set_qos(prefetch_count=prefetch)
        queue = await channel.get_queue("desk")
        await queue.consume(hold)
        seen = -1
        while len(hands) > seen:  # until no more handlers begin
            seen = len(hands)
            await asyncio.sleep(LOOK_S)
        gate.set()
        await asyncio.sleep(0)  # each handler ends before its channel does
    return seen


async def rate(url: str, size: int, n: int) -> int:
    """Orders per second into `desk` with `size` under way, each of them confirmed."""
    room = asyncio.Semaphore(size)
    order = aio_pika.Message(b"an order", delivery_mode=DeliveryMode.PERSISTENT)
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel(on_return_raises=True)

        async def one() -> None:
            async with room:
                await channel.default_exchange.publish(order, "desk", timeout=10)

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:  # leaving it waits for all of them
            for _ in range(n):
                group.create_task(one())
        return round(n / (time.perf_counter() - started))


async def rates(url: str, sizes: Sequence[int], *, most: int, ms: float = 0) -> dict[int, int]:
    """The rate for each size, the best of `TRIES`, `ms` milliseconds away: what else runs can only slow it down."""
    found = {}
    with Distance(url, ms=ms) if ms else nullcontext() as place:
        where = place.url if place else url
        for size in sizes:
            found[size] = max([await rate(where, size, min(most, ROUNDS * size)) for _ in range(TRIES)])
    return found
