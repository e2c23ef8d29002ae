"""The hub: every notification to every open dashboard, in the feed's order, once, and none left out.

An announcement is a *hint* that the feed has grown; the feed itself, in the database, is the truth. The hub knows the
last number that it told. The next one it tells at once. A later one means that something is missing here:
announcements overtook each other, one was lost with a queue, or no row has that number (a transaction that was undone
takes its number with it). Then it reads what comes after its number, and tells that. It looks every few seconds as
well, for the last announcement of an evening can be lost like any other. All this needs one thing of the feed: rows
appear in the order of their numbers (`labs.orders.store.turn`).
Announced from any thread; everything else on the web server's event loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from labs.orders.domain.notification import Notification
from labs.orders.web.frame import Frame, bye_frame, notification_frame, pulse_frame
from labs.orders.web.mailbox import Mailbox

#: How many notifications one look into the feed brings.
PAGE = 200

log = logging.getLogger(__name__)


class Kept(Protocol):
    """What the hub asks of the feed."""

    def after(self, last_id: int, *, limit: int) -> list[Notification]:
        """Up to `limit` notifications after `last_id`, oldest first."""

    def latest_id(self) -> int:
        """The highest number; 0 when there is none."""


class Hub:
    """All open dashboards. `buffer`: how many frames may wait for one; `status`: the truth that a pulse tells."""

    def __init__(self, feed: Kept, *, buffer: int, status: Callable[[], Mapping[str, Any]]) -> None:
        self.closing = False
        self.cut_streams = 0  #: Dashboards that were cut off since the beginning, because they did not read.
        self._feed, self._buffer, self._status = feed, buffer, status
        self._mailboxes: set[Mailbox] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told, self._next_pulse, self._gap = 0, 0.0, asyncio.Event()

    @asynccontextmanager
    async def running(self, *, pulse_s: float) -> AsyncIterator[None]:
        """Serve this event loop until the block ends: fill gaps at once, look and pulse every `pulse_s` seconds."""
        self._told = await asyncio.to_thread(self._feed.latest_id)
        self._loop = asyncio.get_running_loop()
        task = self._loop.create_task(self._keep_up(pulse_s))
        try:
            yield
        finally:
            self._loop = None
            task.cancel()
            await asyncio.wait([task])

    @property
    def open_streams(self) -> int:
        """How many dashboards are listening."""
        return len(self._mailboxes)

    @contextmanager
    def subscribe(self) -> Iterator[Mailbox]:
        """A mailbox that receives every frame from now on; a `TimeoutError` in the block counts as a cut."""
        mailbox = Mailbox(self._buffer)
        if self.closing:
            mailbox.put(bye_frame())
        self._mailboxes.add(mailbox)
        try:
            yield mailbox
        except TimeoutError:
            mailbox.cut = True
            raise
        finally:
            self._mailboxes.discard(mailbox)
            self.cut_streams += mailbox.cut

    def announce(self, *notifications: Notification) -> None:
        """The feed has these now. From any thread, in any order, even twice; returns at once."""
        self._soon(self._heard, notifications)

    def pulse(self) -> None:
        """Tell every dashboard how the system is, once the database has been asked. From any thread, at once."""
        self._soon(self._hurry, 0.0)

    def pulse_now(self) -> Frame:
        """The pulse as it is at this moment. Asks the database."""
        return pulse_frame(self._status())

    def close(self) -> None:
        """Say goodbye to every dashboard, so that the server can stop. From any thread, even twice."""
        self.closing = True
        self._soon(self._fan_out, bye_frame())

    def _soon(self, call: Callable[[Any], None], argument: object) -> None:
        if (loop := self._loop) is not None:
            with suppress(RuntimeError):  # the loop may have closed in this moment
                loop.call_soon_threadsafe(call, argument)

    def _heard(self, notifications: Sequence[Notification]) -> None:
        for notification in notifications:
            if notification.id == self._told + 1:
                self._tell(notification)
            elif notification.id > self._told:
                self._gap.set()

    def _hurry(self, next_pulse: float) -> None:
        self._next_pulse = next_pulse
        self._gap.set()

    async def _keep_up(self, pulse_s: float) -> None:
        self._next_pulse = time.monotonic() + pulse_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._next_pulse - time.monotonic()):
                    await self._gap.wait()
            self._gap.clear()
            if due := time.monotonic() >= self._next_pulse:
                self._next_pulse = time.monotonic() + pulse_s
            try:
                await self._catch_up()
                if due and self._mailboxes:
                    self._fan_out(await asyncio.to_thread(self.pulse_now))
            except SQLAlchemyError:
                log.warning("The feed cannot be read just now; what is missing is told when it is back.")

    async def _catch_up(self) -> None:
        while missed := await asyncio.to_thread(self._feed.after, self._told, limit=PAGE):
            for notification in missed:
                self._tell(notification)

    def _tell(self, notification: Notification) -> None:
        if notification.id > self._told:  # while the feed was read, an announcement may have been quicker
            self._told = notification.id
            if self._mailboxes:
                self._fan_out(notification_frame(notification))

    def _fan_out(self, frame: Frame) -> None:
        for mailbox in self._mailboxes:
            mailbox.put(frame)
