"""A producer: publishes to one exchange, and knows what became of each message.

Persistent (the message's own default), *confirmed* and *mandatory*: `publish` returns when the broker has
taken responsibility, and raises on that very line when it has not. aio-pika's defaults do neither: a message
is transient, and one that no queue wants comes back as a *value* that nobody looks at.
The price is a round trip for each message; a `ConfirmWindow` keeps many in flight. One event loop.
https://www.rabbitmq.com/docs/publishers#data-safety
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from labs.aio.connection import Connection
from labs.aio.line import Line
from labs.errors import ConfirmTimeout, PublisherBlocked
from labs.limits import short_string
from labs.message import Message


class Producer:
    """Publishes to `exchange`; `""` is the default exchange, whose routing keys are names of queues."""

    def __init__(self, connection: Connection, exchange: str, *, confirm_within_s: float = 10.0) -> None:
        self.connection = connection
        self.exchange = short_string("exchange's name", exchange)
        self.confirm_within_s = confirm_within_s
        self._line: Line | None = None
        self._opening = asyncio.Lock()
        self._ids: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def publish(self, message: Message, routing_key: str) -> None:
        """Publish, and wait until the broker has said what became of it. Many tasks may do so at once.

        Raises `Unroutable` (no queue wanted it), `NotFound` (no such exchange), `Nacked`, `AccessRefused`,
        `ConnectionLost`, or when nobody knows: `PublisherBlocked` (an alarm), `ConfirmTimeout`. Then publish
        again, with the same `message_id`. The producer stays usable after each of them. While the line is down
        it waits for the new one, at most `confirm_within_s` seconds, and then as long for the confirm.
        """
        short_string("routing key", routing_key)
        line = await self._open_line()
        try:
            async with asyncio.timeout(self.confirm_within_s), self._alone(message.message_id):
                await line.publish(self.exchange, message, routing_key)
        except TimeoutError:
            waited = f"The broker sent no confirm within {self.confirm_within_s:g} s"
            if self.connection.blocked:
                alarm = "it is low on memory or disk, and reads nothing from publishers"
                raise PublisherBlocked(f"{waited}: {alarm}; the message may be stored later.") from None
            raise ConfirmTimeout(f"{waited}; the message may be stored all the same.") from None

    async def close(self) -> None:
        """Close its channel. Safe to call twice; the next publish would open another."""
        line, self._line = self._line, None
        if line is not None:
            await line.leave()

    async def _open_line(self) -> Line:
        """A refusal (404, 403 …) and a broken line cost the channel: the next publish gets a fresh one."""
        async with self._opening:
            if self._line is None or not self._line.is_usable:
                channel = await self.connection.channel(confirm=True, within_s=self.confirm_within_s)
                self._line = Line(channel)
            return self._line

    @asynccontextmanager
    async def _alone(self, message_id: str | None) -> AsyncIterator[None]:
        """Two in flight with one `message_id` would take each other's answer: aiormq tells returns by it."""
        if not message_id:
            yield
            return
        # Kept as long as somebody holds it or waits for it.
        async with self._ids.setdefault(message_id, asyncio.Lock()):
            yield

    def __repr__(self) -> str:
        return f"Producer(exchange={self.exchange!r})"
