"""The live stream of notifications: replay what was missed, then everything new, without a gap between.

The order matters. Subscribe first, then read the database, then drop what came by both ways.
Reading first would lose whatever arrives between the reading and the subscribing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from labs.orders.web.frame import PULSE, Frame, hello_frame, notification_frame
from labs.orders.web.hub import PAGE, Hub, Kept

#: How long a browser waits before it reconnects, in milliseconds.
RETRY_MS = 1000

#: Proxies must not store the stream, and must not hold it back to send larger pieces.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def frames(
    hub: Hub, feed: Kept, *, last_id: int | None, allowed: Callable[[], bool] = lambda: True
) -> AsyncGenerator[Frame, None]:
    """All frames for one dashboard: those after `last_id` from the feed, then live ones.

    `last_id` None means live ones only. Ends when the hub closes, when this dashboard is too slow, and, asked
    at every pulse, when it is not `allowed` any more: a session runs out while the page stays open.
    """
    with hub.subscribe() as mailbox:
        yield hello_frame(RETRY_MS)
        yield await asyncio.to_thread(hub.pulse_now)
        replayed = last_id or 0
        if last_id is not None:
            while not hub.closing and (missed := await asyncio.to_thread(feed.after, replayed, limit=PAGE)):
                for notification in missed:
                    yield notification_frame(notification)
                replayed = missed[-1].id
        while not mailbox.cut:
            frame = await mailbox.next()
            if frame.id == 0 or frame.id > replayed:
                yield frame
            if frame.last or (frame.event == PULSE and not allowed()):
                return


class EventStream(StreamingResponse):
    """Frames as an HTTP response. A write that takes longer than `send_timeout_s` ends it: nobody reads."""

    def __init__(self, content: AsyncGenerator[Frame, None], *, send_timeout_s: float) -> None:
        super().__init__(self._bytes(), media_type="text/event-stream", headers=HEADERS)
        self._frames = content
        self._send_timeout_s = send_timeout_s

    async def stream_response(self, send: Send) -> None:
        """Write every frame, each within the time-out, and give the mailbox back whatever happens."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._send_timeout_s):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError as error:
            with suppress(TimeoutError, StopAsyncIteration):
                await self._frames.athrow(error)  # so that the hub knows why
        finally:
            await self._frames.aclose()

    async def _bytes(self) -> AsyncGenerator[bytes, None]:
        async for frame in self._frames:
            yield frame.data
