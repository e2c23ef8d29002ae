"""The channel under a consumer: what the broker has pushed to it, and what is not settled yet.

The broker forgets a message when it is acknowledged; until then it keeps it, *unacked*. Whatever is unsettled
when the channel closes goes back to its queue: nothing is lost, and something may come twice.
The rule: settle once, on the channel that delivered. When that one died with its line, the delivery is the
broker's again: settling says False, "redelivery expected", which is no error. One event loop.
https://www.rabbitmq.com/docs/confirms#consumer-acks-double-acking
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

from aio_pika.abc import AbstractChannel
from aiormq import abc as aiormq

from labs.aio.closing import close_channel, to_the_end
from labs.aio.connection import Connection
from labs.aio.properties import to_delivery
from labs.aio.translate import translate, translated
from labs.errors import ConnectionLost, LabsError, NotFound, PreconditionFailed
from labs.message import Delivery

#: How long the broker may take to answer `basic.consume` and `basic.cancel`, in seconds.
ANSWER_S = 5.0


class Subscription:
    """One queue, one channel, until that channel ends. Made by `open`; `arrived` is told of each delivery."""

    def __init__(
        self,
        channel: AbstractChannel,
        raw: aiormq.AbstractChannel,
        queue: str,
        arrived: Callable[[Delivery], object],
    ) -> None:
        self._channel, self._raw, self._queue, self._arrived = channel, raw, queue, arrived
        self._tag: str | None = None
        self._unsettled: set[tuple[str, int]] = set()
        self._trouble: LabsError | None = None

    @classmethod
    async def open(
        cls,
        connection: Connection,
        queue: str,
        *,
        prefetch: int,
        arrived: Callable[[Delivery], object],
        within_s: float,
    ) -> Self:
        """A channel of its own, `prefetch` set *before* consuming. Raises `NotFound` or `ConnectionLost`."""
        channel = await connection.channel(prefetch=prefetch, within_s=within_s)
        try:
            with translated():
                raw = await channel.get_underlay_channel()
                mine = cls(channel, raw, queue, arrived)
                raw.on_consumer_cancel_callbacks.add(mine._on_cancelled_by_broker)
                mine._tag = await mine._begin()
        except BaseException:
            await close_channel(channel)
            raise
        return mine

    @property
    def is_over(self) -> bool:
        """No more will come."""
        return self._trouble is not None or self._raw.is_closed

    def why(self) -> LabsError:
        """Why it is over, once it is: `ConnectionLost` when another subscription may go on."""
        if self._trouble is not None:
            return self._trouble
        closing = self._raw.closing
        error = closing.exception() if closing.done() and not closing.cancelled() else None
        if error is None or type(error) is Exception:  # aiormq's word for "closed, and nobody said why"
            return ConnectionLost("The channel of this consumer is closed.")
        return translate(error)

    async def ack(self, delivery: Delivery) -> bool:
        """Done: the broker forgets the message. False: it is the broker's again, redelivery expected."""
        return await self._settle(delivery, self._raw.basic_ack)

    async def back(self, delivery: Delivery, *, failed: bool) -> bool:
        """Back to the queue, marked redelivered; `failed` says whether somebody tried it (reject, else nack)."""
        tell = self._raw.basic_reject if failed else self._raw.basic_nack
        return await self._settle(delivery, lambda tag: tell(tag, requeue=True))

    async def dead(self, delivery: Delivery) -> bool:
        """Never again: to the queue's dead-letter exchange; without one the broker drops it."""
        return await self._settle(delivery, lambda tag: self._raw.basic_reject(tag, requeue=False))

    async def cancel(self) -> None:
        """No new deliveries (`basic.cancel`); what is in hand can still be settled."""
        if self._tag is not None and not self._raw.is_closed:
            with suppress(LabsError), translated():
                await to_the_end(self._raw.basic_cancel(self._tag), within_s=ANSWER_S)

    async def close(self) -> None:
        """Close the channel: everything unsettled goes back. Safe to call twice."""
        await close_channel(self._channel)

    async def _begin(self) -> str | None:
        answer = await to_the_end(self._raw.basic_consume(self._queue, self._receive), within_s=ANSWER_S)
        return answer.consumer_tag

    async def _settle(self, delivery: Delivery, tell: Callable[[int], Awaitable[None]]) -> bool:
        mine = (delivery.consumer_tag, delivery.delivery_tag)
        if mine not in self._unsettled:
            what = f"Delivery {delivery.delivery_tag} was settled before, or came by another channel"
            raise PreconditionFailed(f"{what}. Not sent: the broker would answer 406 and close this channel.")
        self._unsettled.discard(mine)
        try:
            with translated():
                await tell(delivery.delivery_tag)
        except LabsError:
            if self._raw.is_closed:
                return False
            raise
        return True

    async def _receive(self, raw: aiormq.DeliveredMessage) -> None:
        try:
            delivery = to_delivery(raw)
        except Exception as error:  # noqa: BLE001 - aiormq would log it, and the message would hang in the air
            self._trouble = LabsError(f"A message in {self._queue!r} cannot be read: {error}")
            return
        self._unsettled.add((delivery.consumer_tag, delivery.delivery_tag))
        self._arrived(delivery)

    def _on_cancelled_by_broker(self, _: object) -> None:
        self._trouble = NotFound(f"The broker cancelled this consumer: queue {self._queue!r} was deleted.")
