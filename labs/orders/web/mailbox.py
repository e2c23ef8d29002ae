"""A mailbox: what waits for one dashboard, and never more than fits.

A dashboard that reads slowly must not cost the others anything. So each has a mailbox of fixed size;
when it is full, that dashboard is cut off. Nothing is lost by it: the browser reconnects with `Last-Event-ID`
and reads what it missed from the database. An endless buffer would only move the loss to "out of memory".
Lives on the web server's event loop.
"""

from __future__ import annotations

import asyncio

from labs.orders.web.frame import Frame


class Mailbox:
    """What waits for one dashboard: at most `size` frames. `cut` is true once that was not enough."""

    def __init__(self, size: int) -> None:
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(size)
        self.cut = False

    def put(self, frame: Frame) -> None:
        """Add a frame, or cut the dashboard off when there is no room."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.cut = True

    @property
    def waiting(self) -> int:
        """How many frames are in it."""
        return self._frames.qsize()

    async def next(self) -> Frame:
        """The next frame, as soon as there is one: the hub's pulse sees to it that there soon is."""
        return await self._frames.get()
