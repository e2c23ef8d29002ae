"""The parking lot: look at what was given up, mend the bug, and send it round again.

A parked message is a copy that nobody consumes, with its cause in a header: the end of every retry ladder.
The rule is the same as for a retry: publish, wait for the confirm, then ack. So a redrive that is interrupted
has lost nothing and may have sent one message twice; and it takes at most what lay there when it began, so
that a message which is parked again at once does not keep it busy for ever.
It goes straight to the working queue. Through the first exchange every *other* queue bound there would get the
message a second time, though it had no trouble with it. One thread, on a connection of your own.
https://www.rabbitmq.com/docs/dlx · https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

from labs.attempts import redriven
from labs.message import Delivery, Message
from labs.retry import ATTEMPT, CAUSE, Ladder, attempts, restored
from labs.sync.connection import Connection
from labs.sync.declare import count
from labs.sync.producer import Producer
from labs.sync.properties import to_delivery
from labs.sync.translate import translated


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One message of the parking lot: `message` as it was published, to `exchange` with `routing_key`."""

    #: Why it was given up, in words; empty when it was put there by somebody else.
    cause: str
    attempts: int
    exchange: str
    routing_key: str
    message: Message


def parked_messages(
    connection: Connection, ladder: Ladder, *, limit: int | None = None
) -> tuple[Parked, ...]:
    """What lies in the parking lot, oldest first, at most `limit`. All of it stays there, in its order.

    To look is to receive and to give back, so each message is marked redelivered. Raises `NotFound` when
    there is no parking lot.
    """
    with _visit(connection, ladder, limit) as visit:
        return tuple(_described(delivery) for delivery in visit)


def redrive(
    connection: Connection,
    ladder: Ladder,
    *,
    limit: int | None = None,
    keep: Callable[[Message], bool] = lambda _: True,
    through_exchange: bool = False,
) -> int:
    """Send parked messages round again, with their attempts at 0; how many, oldest first, at most `limit`.

    `keep` is shown each message as it lies there, cause and all; where it says False, the message stays.
    `through_exchange`: to the first exchange with the first key instead of the working queue.
    Handlers on a ladder see what was published either way. Raises what a publish raises (`Unroutable`,
    `NotFound`, `ConnectionLost`, …); that message and those behind it are in the parking lot still.
    """
    done = 0
    producers: dict[str, Producer] = {}
    with _visit(connection, ladder, None) as visit:
        for delivery in visit:
            if limit is not None and done >= limit:
                break
            if not keep(delivery.message):
                continue
            first = restored(delivery)
            exchange, key = (first.exchange, first.routing_key) if through_exchange else ("", ladder.queue)
            # Parked by dead-lettering, not by us: all it knows of its origin is this queue.
            if key == ladder.parking_lot:
                exchange, key = "", ladder.queue
            producer = producers.setdefault(exchange, Producer(connection, exchange))
            producer.publish(redriven(delivery.message), key)
            visit.ack(delivery)
            done += 1
    return done


class _Visit:
    """The messages of one channel; what is not acked goes back to its place when the channel closes."""

    def __init__(self, channel: BlockingChannel, queue: str, most: int) -> None:
        self._channel, self._queue, self._most = channel, queue, most

    def __iter__(self) -> Iterator[Delivery]:
        for _ in range(self._most):
            with translated(self._channel):
                got: tuple[Any, Any, Any] = self._channel.basic_get(self._queue)
            if got[0] is None:
                return
            yield to_delivery(*got)

    def ack(self, delivery: Delivery) -> None:
        """It is somewhere else now."""
        with translated(self._channel):
            self._channel.basic_ack(delivery.delivery_tag)


@contextmanager
def _visit(connection: Connection, ladder: Ladder, limit: int | None) -> Iterator[_Visit]:
    waiting = count(connection, ladder.parking_lot)
    channel = connection.channel()
    try:
        yield _Visit(channel, ladder.parking_lot, waiting if limit is None else min(limit, waiting))
    finally:
        if channel.is_open:
            with translated(channel):
                channel.close()


def _described(delivery: Delivery) -> Parked:
    first = restored(delivery)
    headers = {name: value for name, value in first.message.headers.items() if name != ATTEMPT}
    return Parked(
        cause=str(delivery.message.headers.get(CAUSE, "")),
        attempts=attempts(delivery.message),
        exchange=first.exchange,
        routing_key=first.routing_key,
        message=replace(first.message, headers=headers),
    )
