"""Settling: the only place that acks, retries or parks. What is to be done, `labs.settle` has decided.

The rule is the order: a retry copy is published, mandatory and confirmed, and only *then* is the original
acked. A crash in between leaves two, never none. If the copy is refused, the original goes back to its queue,
after a pause that grows: never a hot loop. One event loop.
https://www.rabbitmq.com/docs/confirms · https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from labs.aio.connection import Connection
from labs.aio.producer import Producer
from labs.aio.subscription import Subscription
from labs.errors import InvalidValue, LabsError, Unroutable
from labs.message import Delivery, Message
from labs.outcome import Outcome
from labs.retry import Ladder
from labs.settle import AckIt, GiveBack, RejectIt, Republish, pause_ms, plan

#: How often in a row a copy may be refused before the error rises.
REFUSALS = 5


class Settler:
    """Settles what a consumer's subscriptions deliver. `publish_on`: the connection that publishes copies."""

    def __init__(self, *, ladder: Ladder | None, publish_on: Connection) -> None:
        self._ladder = ladder
        self._producer = Producer(publish_on, "")
        self._given_back = self._refused = 0
        #: Set when the consumer drains: pauses end then.
        self.hurry = asyncio.Event()

    async def settle(self, subscription: Subscription, delivery: Delivery, outcome: Outcome) -> bool:
        """Do what the outcome means. False: the channel is gone, so the broker delivers it again.

        Raises what refused the copy, after five refusals in a row or at once when the next would be the same;
        the delivery is with the broker again by then.
        """
        match plan(delivery, outcome, self._ladder):
            case AckIt():
                self._given_back = 0
                return await subscription.ack(delivery)
            case RejectIt():
                return await subscription.dead(delivery)
            case GiveBack(after_ms=after_ms):
                return await self._give_back(subscription, delivery, after_ms)
            case Republish(message=message, queue=queue):
                return await self._republish(subscription, delivery, message, queue)

    async def close(self) -> None:
        """Close the channel of the copies."""
        await self._producer.close()

    async def _republish(
        self, subscription: Subscription, delivery: Delivery, message: Message, queue: str
    ) -> bool:
        try:
            await self._producer.publish(message, queue)
        except LabsError as error:
            self._refused += 1
            settled = await self._give_back(subscription, delivery, 0)
            # A lost connection is no reason to end: it comes back.
            if self._refused >= REFUSALS or isinstance(error, InvalidValue):
                raise _explained(error, queue) from error
            return settled
        self._refused = self._given_back = 0
        return await subscription.ack(delivery)

    async def _give_back(self, subscription: Subscription, delivery: Delivery, after_ms: int) -> bool:
        pause_s = pause_ms(self._given_back, after_ms=after_ms) / 1000
        self._given_back += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self.hurry.wait()
        return await subscription.back(delivery, failed=True)


def _explained(error: LabsError, queue: str) -> LabsError:
    """A queue of the ladder that is not there is the one refusal that a program brings on itself."""
    if not isinstance(error, Unroutable):
        return error
    return Unroutable(
        f"The retry ladder's queue {queue!r} does not exist; the message was given back.",
        exchange=error.exchange,
        routing_key=error.routing_key,
        hint="Declare ladder.topology beside the queue: await declare(connection, orders | ladder.topology).",
    )
