"""Make a topology so, on a real broker; take it away again; count what waits in a queue.

Declaring is idempotent: say it at every start, and the broker creates only what is missing. The order
matters: exchanges, then queues, then bindings, because a binding to something that is not there is 404
NOT_FOUND. The connection remembers what was declared, and says it again when it had to connect again.
What breaks: a name that exists with other properties is 406 PRECONDITION_FAILED, and closes the channel.
https://www.rabbitmq.com/docs/queues#property-equivalence
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiormq.abc import AbstractChannel

from labs.aio.closing import close_channel
from labs.aio.properties import sendable
from labs.aio.translate import answered, translated
from labs.errors import PreconditionFailed
from labs.exchange import PREDECLARED, Exchange
from labs.queue import Queue
from labs.routing import Binding
from labs.topology import Topology

if TYPE_CHECKING:  # a connection declares again by itself, so it imports this module
    from labs.aio.connection import Connection

#: How long the broker may take to answer one request, in seconds.
ANSWER_S = 10.0


async def declare(connection: Connection, topology: Topology) -> None:
    """Create what is missing. `PreconditionFailed` names what exists already with other properties."""
    async with _channel(connection) as channel:
        await declare_on(channel, topology)
    connection.remember(topology)


async def delete(connection: Connection, topology: Topology) -> None:
    """Delete its bindings, its queues with the messages in them, its exchanges. What is gone is fine."""
    connection.forget(topology)
    async with _channel(connection) as channel:
        for binding in topology.bindings:
            async with answered(ANSWER_S):
                await _unbind(channel, binding)
        for queue in topology.queues:
            async with answered(ANSWER_S):
                await channel.queue_delete(queue.name)
        for exchange in topology.exchanges:
            if exchange not in PREDECLARED:
                async with answered(ANSWER_S):
                    await channel.exchange_delete(exchange.name)


async def count(connection: Connection, queue: str) -> int:
    """How many messages are *ready* in this queue: exact and at once, by a passive declare.

    Those delivered and not yet acknowledged are not in it. (The management API shows both, seconds later.)
    Raises `NotFound` when there is no such queue.
    """
    async with _channel(connection) as channel, answered(ANSWER_S):
        return int((await channel.queue_declare(queue, passive=True)).message_count or 0)


async def consumers(connection: Connection, queue: str) -> int:
    """How many consumers this queue has now, by the same passive declare. Raises `NotFound`."""
    async with _channel(connection) as channel, answered(ANSWER_S):
        return int((await channel.queue_declare(queue, passive=True)).consumer_count or 0)


async def declare_on(channel: AbstractChannel, topology: Topology) -> None:
    """The same on a channel that you have. A refusal costs you that channel."""
    for exchange in topology.exchanges:
        async with _fixed_at_birth(f"exchange {exchange.name!r}"):
            await _declare_exchange(channel, exchange)
    for queue in topology.queues:
        async with _fixed_at_birth(f"queue {queue.name!r}"):
            await _declare_queue(channel, queue)
    for binding in topology.bindings:
        async with answered(ANSWER_S):
            await _bind(channel, binding)


async def _declare_exchange(channel: AbstractChannel, exchange: Exchange) -> None:
    await channel.exchange_declare(
        exchange.name,
        exchange_type=exchange.type,
        durable=exchange.durable,
        auto_delete=exchange.auto_delete,
        internal=exchange.internal,
        arguments=sendable(exchange.declare_arguments),
    )


async def _declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    await channel.queue_declare(
        queue.name,
        durable=queue.durable,
        exclusive=queue.exclusive,
        auto_delete=queue.auto_delete,
        arguments=sendable(queue.declare_arguments),
    )


async def _bind(channel: AbstractChannel, binding: Binding) -> None:
    bind = channel.exchange_bind if binding.to_exchange else channel.queue_bind
    await bind(binding.destination, binding.source, binding.key, arguments=sendable(binding.arguments))


async def _unbind(channel: AbstractChannel, binding: Binding) -> None:
    unbind = channel.exchange_unbind if binding.to_exchange else channel.queue_unbind
    await unbind(binding.destination, binding.source, binding.key, arguments=sendable(binding.arguments))


@asynccontextmanager
async def _channel(connection: Connection) -> AsyncIterator[AbstractChannel]:
    """A channel for this piece of work only: if the broker closes it, nobody else loses theirs.

    It is aiormq's, under aio-pika's own: that one asks the broker and remembers nothing.
    """
    channel = await connection.channel()
    try:
        with translated():
            yield await channel.get_underlay_channel()
    finally:
        await close_channel(channel)


@asynccontextmanager
async def _fixed_at_birth(what: str) -> AsyncIterator[None]:
    """Say *which* declaration failed, and what can be done about it."""
    try:
        async with answered(ANSWER_S):
            yield
    except PreconditionFailed as error:
        raise PreconditionFailed(
            f"The {what} exists already, with other properties, and those are fixed at birth. {error}",
            reply_text=error.reply_text,
            hint=f"Declare the {what} as it is, delete it and declare it again, or use a new name.",
        ) from error.__cause__
