"""A publisher's channel, and how it is left.

The rule: a channel that owes an answer is not used again. A confirm that still comes would be harmless (aiormq
counts), but a *returned* message is found by its `message_id`, and would be taken for its second copy.
Others may still wait on it for theirs, so the last one out closes the door. One event loop.
https://www.rabbitmq.com/docs/confirms#publisher-confirms
"""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractChannel

from labs.aio.closing import close_channel
from labs.aio.properties import to_properties
from labs.aio.translate import translated
from labs.message import Message


class Line:
    """One channel with confirms, for any number of publishes at once."""

    def __init__(self, channel: AbstractChannel) -> None:
        self._channel = channel
        self._in_flight = 0
        self._left = False

    @property
    def is_usable(self) -> bool:
        """Open, and it owes nobody an answer."""
        return not self._left and not self._channel.is_closed

    async def publish(self, exchange: str, message: Message, routing_key: str) -> None:
        """Publish, and wait for the broker's answer as long as the caller lets us."""
        self._in_flight += 1
        try:
            with translated():
                channel = await self._channel.get_underlay_channel()
                await channel.basic_publish(
                    message.body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=to_properties(message),
                    mandatory=True,
                )
        except asyncio.CancelledError:
            self._left = True  # given up, by a time-out or by the program: its answer may still come
            raise
        finally:
            self._in_flight -= 1
            if self._left and not self._in_flight:
                await close_channel(self._channel)

    async def leave(self) -> None:
        """No new publishes: close it now, or when the last answer has come."""
        self._left = True
        if not self._in_flight:
            await close_channel(self._channel)
