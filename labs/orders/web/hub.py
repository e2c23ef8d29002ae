"""The hub: one notification in, one copy to every open dashboard.

A dashboard that reads slowly must not cost the others anything. So each has a mailbox of fixed size;
when it is full, that dashboard is cut off. Nothing is lost by it: the browser reconnects with `Last-Event-ID`
and reads what it missed from the database. An endless buffer would only move the loss to "out of memory".

Called from worker threads, delivers on the web server's event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from labs.orders.domain.notification import Notification
from labs.orders.web.frame import Frame, bye_frame, notification_frame, pulse_frame


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

    async def next(self, within_s: float) -> Frame | None:
        """The next frame; None when there is none for `within_s` seconds."""
        try:
            return await asyncio.wait_for(self._frames.get(), within_s)
        except TimeoutError:
            return None


class Hub:
    """All open dashboards. `status` is asked for the truth about the system whenever a pulse goes out."""

    def __init__(self, *, buffer: int, status: Callable[[], Mapping[str, Any]]) -> None:
        self.closing = False
        self._buffer = buffer
        self._status = status
        self._mailboxes: set[Mailbox] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """The web server runs on this loop from now on; None when it has ended."""
        self._loop = loop

    @property
    def open_streams(self) -> int:
        """How many dashboards are listening."""
        return len(self._mailboxes)

    @contextmanager
    def subscribe(self) -> Iterator[Mailbox]:
        """A mailbox that receives every frame from now on, until the block ends. On the event loop only."""
        mailbox = Mailbox(self._buffer)
        if self.closing:
            mailbox.put(bye_frame())
        self._mailboxes.add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes.discard(mailbox)

    def announce(self, notification: Notification) -> None:
        """Send a notification to every dashboard. From any thread; returns at once."""
        self._send(notification_frame(notification))

    def pulse(self) -> None:
        """Tell every dashboard how the system is. From any thread; returns at once."""
        self._send(self.pulse_now())

    def pulse_now(self) -> Frame:
        """The pulse as it is at this moment."""
        return pulse_frame(self._status())

    def close(self) -> None:
        """Say goodbye to every dashboard, so that the server can stop. From any thread, even twice."""
        self.closing = True
        self._send(bye_frame())

    def _send(self, frame: Frame) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._fan_out, frame)

    def _fan_out(self, frame: Frame) -> None:
        for mailbox in self._mailboxes:
            mailbox.put(frame)
