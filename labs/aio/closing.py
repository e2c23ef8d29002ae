"""Leaving a channel: politely, and not for longer than a second.

The rule: a goodbye is bounded too. On a line that has stalled nobody answers it, and aiormq would wait.
What is not closed in time is closed with its connection. https://www.rabbitmq.com/docs/channels
"""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractChannel

#: How long closing a channel may take, in seconds.
CLOSE_S = 1.0


async def close_channel(channel: AbstractChannel) -> None:
    """Close it; what was delivered on it and is unsettled goes back to its queue. Never raises for the line."""
    if channel.is_closed:
        return
    closing = asyncio.ensure_future(channel.close())
    closing.add_done_callback(lambda done: done.cancelled() or done.exception())  # read, so nobody logs it
    # Not `asyncio.timeout`: that would cancel aiormq's own close, and then wait until that has noticed.
    await asyncio.wait({closing}, timeout=CLOSE_S)
