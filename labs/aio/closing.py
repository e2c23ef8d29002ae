"""Leaving a channel: politely, and not for longer than a second.

The rule: a goodbye is bounded too. On a line that has stalled nobody answers it, and aiormq would wait.
What is not closed in time is closed with its connection.
What breaks: a request that is cancelled in the middle, on a channel to which the broker already pushes. Closing
it then ends aiormq's reader of that channel at once, the next ten frames fill its buffer, and the reader of the
*whole connection* waits behind them until the heartbeat gives it up. So consumers begin and end `to_the_end`.
https://www.rabbitmq.com/docs/channels
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aio_pika.abc import AbstractChannel

T = TypeVar("T")
#: How long closing a channel may take, in seconds.
CLOSE_S = 1.0


async def close_channel(channel: AbstractChannel) -> None:
    """Close it; what was delivered on it and is unsettled goes back to its queue. Never raises for the line."""
    if channel.is_closed:
        return
    closing = asyncio.ensure_future(channel.close())
    closing.add_done_callback(_read)
    # Not `asyncio.timeout`: that would cancel aiormq's own close, and then wait until that has noticed.
    await asyncio.wait({closing}, timeout=CLOSE_S)


async def to_the_end(request: Coroutine[Any, Any, T], *, within_s: float) -> T:
    """The answer to a request that is never cut off: who is cancelled meanwhile is so when it has come.

    Raises `TimeoutError` after `within_s` seconds; the request goes on, until the connection ends it.
    """
    asking = asyncio.ensure_future(request)
    asking.add_done_callback(_read)
    try:
        await asyncio.wait({asking}, timeout=within_s)
    except asyncio.CancelledError:
        await asyncio.wait({asking}, timeout=within_s)
        raise
    if not asking.done():
        raise TimeoutError
    return asking.result()


def _read(done: asyncio.Future[Any]) -> None:
    """Look at the exception, so that asyncio does not log that nobody did."""
    if not done.cancelled():
        done.exception()
