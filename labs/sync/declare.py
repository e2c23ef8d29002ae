"""Make a topology so, on a real broker; take it away again; count what waits in a queue.

Declaring is idempotent: say it at every start, and the broker creates only what is missing. The order
matters: exchanges, then queues, then bindings, because a binding to something that is not there is 404
NOT_FOUND.
What breaks: a name that exists with other properties is 406 PRECONDITION_FAILED, and closes the channel.
https://www.rabbitmq.com/docs/queues#property-equivalence
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pika.adapters.blocking_connection import BlockingChannel

from labs.errors import PreconditionFailed
from labs.exchange import PREDECLARED, Exchange
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.connection import Connection
from labs.sync.translate import translated
from labs.topology import Topology


def declare(connection: Connection, topology: Topology) -> None:
    """Create what is missing. `PreconditionFailed` names what exists already with other properties."""
    with _channel(connection) as channel:
        for exchange in topology.exchanges:
            with _fixed_at_birth(f"exchange {exchange.name!r}"):
                _declare_exchange(channel, exchange)
        for queue in topology.queues:
            with _fixed_at_birth(f"queue {queue.name!r}"):
                _declare_queue(channel, queue)
        for binding in topology.bindings:
            _bind(channel, binding)


def delete(connection: Connection, topology: Topology) -> None:
    """Delete its bindings, its queues with the messages in them, its exchanges. What is gone is fine."""
    with _channel(connection) as channel:
        for binding in topology.bindings:
            unbind = channel.exchange_unbind if binding.to_exchange else channel.queue_unbind
            unbind(binding.destination, binding.source, binding.key, dict(binding.arguments))
        for queue in topology.queues:
            channel.queue_delete(queue.name)
        for exchange in topology.exchanges:
            if exchange not in PREDECLARED:
                channel.exchange_delete(exchange.name)


def count(connection: Connection, queue: str) -> int:
    """How many messages are *ready* in this queue: exact and at once, by a passive declare.

    Those delivered and not yet acknowledged are not in it. (The management API shows both, seconds later.)
    Raises `NotFound` when there is no such queue.
    """
    with _channel(connection) as channel:
        return int(channel.queue_declare(queue, passive=True).method.message_count)


def _declare_exchange(channel: BlockingChannel, exchange: Exchange) -> None:
    channel.exchange_declare(
        exchange.name,
        exchange.type,
        durable=exchange.durable,
        auto_delete=exchange.auto_delete,
        internal=exchange.internal,
        arguments=exchange.declare_arguments,
    )


def _declare_queue(channel: BlockingChannel, queue: Queue) -> None:
    channel.queue_declare(
        queue.name,
        durable=queue.durable,
        exclusive=queue.exclusive,
        auto_delete=queue.auto_delete,
        arguments=queue.declare_arguments,
    )


def _bind(channel: BlockingChannel, binding: Binding) -> None:
    bind = channel.exchange_bind if binding.to_exchange else channel.queue_bind
    bind(binding.destination, binding.source, binding.key, dict(binding.arguments))


@contextmanager
def _channel(connection: Connection) -> Iterator[BlockingChannel]:
    """A channel for this piece of work only: if the broker closes it, nobody else loses theirs."""
    channel = connection.channel()
    with translated(channel):
        try:
            yield channel
        finally:
            if channel.is_open:
                channel.close()


@contextmanager
def _fixed_at_birth(what: str) -> Iterator[None]:
    """Say *which* declaration failed, and what can be done about it."""
    try:
        with translated():
            yield
    except PreconditionFailed as error:
        raise PreconditionFailed(
            f"The {what} exists already, with other properties, and those are fixed at birth. {error}",
            reply_text=error.reply_text,
            hint=f"Declare the {what} as it is, delete it and declare it again, or use a new name.",
        ) from error.__cause__
