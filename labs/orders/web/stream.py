"""The live stream of notifications: replay what was missed, then everything new, without a gap between.

The order matters. Subscribe first, then read the database, then drop what came by both ways.
Reading first would lose whatever arrives between the reading and the subscribing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from labs.orders.store.feed import Feed
from labs.orders.web.frame import hello_frame, notification_frame
from labs.orders.web.hub import Hub

#: How many missed notifications one look into the database brings.
PAGE = 200
#: How long a browser waits before it reconnects, in milliseconds.
RETRY_MS = 1000

#: Proxies must not store the stream, and must not hold it back to send larger pieces.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def frames(hub: Hub, feed: Feed, *, last_id: int | None, ping_s: float) -> AsyncGenerator[bytes, None]:
    """All frames for one dashboard: those after `last_id` from the feed, then live ones.

    `last_id` None means live ones only. Ends when the hub closes, or when this dashboard is too slow.
    """
    with hub.subscribe() as mailbox:
        yield hello_frame(RETRY_MS).data
        yield (await run_in_threadpool(hub.pulse_now)).data
        replayed = last_id or 0
        if last_id is not None:
            while not hub.closing and (missed := await run_in_threadpool(feed.after, replayed, limit=PAGE)):
                for notification in missed:
                    yield notification_frame(notification).data
                replayed = missed[-1].id
        while not mailbox.cut:
            frame = await mailbox.next(ping_s)
            if frame is None:
                frame = await run_in_threadpool(hub.pulse_now)
            if frame.id == 0 or frame.id > replayed:
                yield frame.data
            if frame.last:
                return


class EventStream(StreamingResponse):
    """Frames as an HTTP response. A write that takes longer than `send_timeout_s` ends it: nobody reads."""

    def __init__(self, content: AsyncGenerator[bytes, None], *, send_timeout_s: float) -> None:
        super().__init__(content, media_type="text/event-stream", headers=HEADERS)
        self._frames = content
        self._send_timeout_s = send_timeout_s

    async def stream_response(self, send: Send) -> None:
        """Write every frame, each within the time-out, and give the mailbox back whatever happens."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._send_timeout_s):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            return
        finally:
            await self._frames.aclose()
