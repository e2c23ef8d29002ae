"""A watchdog: it asks whether the consumers that should be there really are there.

A program that consumes nothing looks exactly like one that has nothing to do. A connection can be up, its
heartbeats answered, and its consumer gone: cancelled by the broker, or not restored after a reconnection.
The rule: ask the broker, for it alone knows who consumes; and give it time, for a restart is no alarm.
The first thing to watch in production, before any message is counted. One event loop.
https://www.rabbitmq.com/docs/consumers#notification · https://www.rabbitmq.com/docs/monitoring
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self

from labs.aio.connection import Connection
from labs.aio.declare import consumers
from labs.errors import LabsError, NotFound

#: How many consumers a queue has; the broker's answer.
Count = Callable[[str], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A queue has had another number of consumers than it should, for `for_s` seconds by now."""

    queue: str
    expected: int
    #: None: the broker could not be asked.
    seen: int | None
    for_s: float

    def __str__(self) -> str:
        seen = "the broker does not say how many" if self.seen is None else f"the broker has {self.seen}"
        return f"Queue {self.queue!r} should have {self.expected} consumers; {seen}, for {self.for_s:.0f} s."


class Watchdog:
    """Compares `expected` (queue → number of consumers) with the broker: `async with Watchdog(…) as dog:`.

    `source`: a connection, best one of its own, or an async function that counts (the management API's count,
    say). `longer_than_s`: how long a difference may last before it is an alarm. `every_s`: how often to look.
    `on_alarm(alarm)` is called in the loop, once when an alarm begins; `alarms` are those that stand now.
    """

    def __init__(
        self,
        source: Connection | Count,
        *,
        expected: Mapping[str, int],
        longer_than_s: float = 10.0,
        every_s: float = 1.0,
        on_alarm: Callable[[Alarm], object] | None = None,
    ) -> None:
        self.expected = dict(expected)
        self.alarms: dict[str, Alarm] = {}
        #: Why it stopped watching, if anything but the end of its block stopped it.
        self.error: BaseException | None = None
        self._source, self._on_alarm = source, on_alarm
        self._longer_than_s, self._every_s = longer_than_s, every_s
        self._since: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def look(self) -> dict[str, Alarm]:
        """Ask once, now; returns the alarms that stand. For who does not want a task."""
        for queue, expected in self.expected.items():
            seen = await self._count(queue)
            if seen == expected:
                self._since.pop(queue, None)
                self.alarms.pop(queue, None)
                continue
            now = time.monotonic()
            for_s = now - self._since.setdefault(queue, now)
            if for_s < self._longer_than_s:
                continue
            is_new = queue not in self.alarms
            self.alarms[queue] = Alarm(queue=queue, expected=expected, seen=seen, for_s=for_s)
            if is_new and self._on_alarm:
                self._on_alarm(self.alarms[queue])
        return dict(self.alarms)

    async def _count(self, queue: str) -> int | None:
        """A queue that is gone has no consumers; a broker that cannot be asked is no answer."""
        try:
            if isinstance(self._source, Connection):
                return await consumers(self._source, queue)
            return await self._source(queue)
        except NotFound:
            return 0
        except LabsError:
            return None

    async def _watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._every_s)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch(), name="watchdog")
        self._task.add_done_callback(self._ended)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A dog that died must not look like one that found nothing."""
        self.error = None if task.cancelled() else task.exception()

    def __repr__(self) -> str:
        return f"Watchdog(expected={self.expected!r}, alarms={len(self.alarms)})"
