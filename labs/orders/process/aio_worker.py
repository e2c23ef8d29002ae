"""The services that call the world outside, all in one event loop in one thread.

A mail server, a bank, somebody's webhook: each call is mostly waiting, and an event loop waits for a hundred of
them as cheaply as for one. Two connections: one consumes, the other publishes retries, so that a broker in alarm
never keeps an ack. The line is made again by aio-pika, and each reader subscribes again by itself.
A reader that stumbles (a database that is away, a queue that somebody deleted) begins again a little later, and
the others do not notice. Nothing may block this loop: database work goes through `asyncio.to_thread`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from threading import Event, Thread

from labs.aio.connection import Connection, connect
from labs.aio.declare import consumers, declare
from labs.aio.watchdog import Watchdog
from labs.errors import LabsError
from labs.orders.process.aio_reading import AioReading, rest
from labs.orders.process.worker import CONNECT_S, told
from labs.topology import Topology

#: How often it looks whether it was told to stop, and whether the broker is there, in seconds.
TICK_S = 0.1
#: How often the broker is asked who consumes, and how long a queue may be without anybody, in seconds.
LOOK_S, ALONE_S = 5.0, 15.0


class AioWorker:
    """Runs all of `readings` in a thread named `name`, on connections to `url`; shaped like `Worker`.

    `closing` are awaited in the loop at the end. `changed` is called whenever `connected` changes.
    """

    def __init__(
        self,
        name: str,
        readings: Sequence[AioReading],
        *,
        url: str,
        topology: Topology,
        closing: Sequence[Callable[[], Awaitable[None]]] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.connected = False
        self.fault: Exception | None = None
        #: Queues that nobody consumes, as the broker says: shown to dashboards.
        self.alarms: tuple[str, ...] = ()
        self._readings, self._url, self._topology = readings, url, topology
        self._closing, self._changed = closing, changed
        self._stop = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name=name, daemon=True)

    def start(self) -> None:
        """Begin. Returns at once; `connected` says when the broker has answered."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the handlers finish what they hold and end. Returns at once."""
        self._stop.set()

    def stop(self, within_s: float) -> bool:
        """Ask it to stop, and wait for it; False when it needed longer than `within_s` seconds."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(within_s)
        return not self._thread.is_alive()

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            for close in self._closing:
                stack.push_async_callback(close)
            lines = await self._lines(stack)
            if lines is None:
                return
            tasks = [asyncio.create_task(each.work(*lines, self._stop)) for each in self._readings]
            await self._watch(lines)
            await asyncio.wait(tasks)
        self._note(connected=False)

    async def _watch(self, lines: Sequence[Connection]) -> None:
        """Until the stop: know whether the lines are there, and whether the broker sees us at the queues."""
        expected = {each.reader.queue: 1 for each in self._readings}
        ask = self._at_least_one(lines[0])
        async with Watchdog(ask, expected=expected, longer_than_s=ALONE_S, every_s=LOOK_S) as dog:
            while not self._stop.is_set():
                self.alarms = tuple(map(str, dog.alarms.values()))
                self._note(connected=all(line.is_open for line in lines))
                await asyncio.sleep(TICK_S)

    async def _lines(self, stack: AsyncExitStack) -> tuple[Connection, Connection] | None:
        """Both connections and everything declared; None when it is to stop before there is a broker."""
        attempt = 0
        while not self._stop.is_set():
            try:
                async with AsyncExitStack() as opened:
                    names = (self.name, f"{self.name}.retries")
                    lines = [
                        await opened.enter_async_context(
                            await connect(self._url, name=name, timeout_s=CONNECT_S)
                        )
                        for name in names
                    ]
                    await declare(lines[0], self._topology)
                    await stack.enter_async_context(opened.pop_all())
                    return lines[0], lines[1]
            except LabsError as error:
                self._note(connected=False, fault=error)
            await rest(attempt, self._stop)
            attempt += 1
        return None

    @staticmethod
    def _at_least_one(line: Connection) -> Callable[[str], Awaitable[int]]:
        """Other processes may read the same queue; what matters is that somebody does."""

        async def ask(queue: str) -> int:
            return min(1, await consumers(line, queue))

        return ask

    def _note(self, *, connected: bool, fault: Exception | None = None) -> None:
        changed = connected != self.connected
        self.connected, self.fault = connected, None if connected else fault
        if changed:
            told(self._changed)
