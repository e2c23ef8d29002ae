"""One run of a consumer: subscribe, hand out, drain; and subscribe again when the line was made anew.

The rule: whatever ends it (an outcome, `stop`, a cancellation, a broken line) the same drain follows, so there
is one way out and no task is left behind. Before it goes on with a new line it finishes the old hands: their
messages are delivered again, and should not be in work twice at once. One event loop.
https://www.rabbitmq.com/docs/consumers#connection-recovery
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from labs.aio.connection import Connection
from labs.aio.hands import Hands
from labs.aio.settle import Settler
from labs.aio.subscription import Subscription
from labs.errors import ConnectionLost, PublisherBlocked
from labs.message import Delivery

#: How often a run looks at `stop`, `until` and the clock while nothing happens, in seconds.
TICK_S = 0.1
#: How long one look for a new line takes while the connection is down, in seconds.
LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """When a run ends by itself."""

    until: Callable[[], bool] | None
    stop: asyncio.Event | threading.Event | None
    idle_s: float | None


class Run:
    """`seen` turns a delivery into what the handler is shown; `wake` is set by `hands` when one has ended."""

    def __init__(
        self,
        hands: Hands,
        settler: Settler,
        ends: Ends,
        *,
        seen: Callable[[Delivery], Delivery],
        wake: asyncio.Event,
    ) -> None:
        #: How many were settled, and how many outcomes came too late for their channel.
        self.settled = self.late = 0
        self._hands, self._settler, self._ends, self._seen, self._wake = hands, settler, ends, seen, wake
        self._arrived: deque[Delivery] = deque()
        self._last_s = time.monotonic()
        self._over = False

    async def go(self, connection: Connection, queue: str, *, prefetch: int, drain_s: float) -> None:
        """From the first subscription to the last drain."""
        try:
            while subscription := await self._subscribe(connection, queue, prefetch):
                await self._consume(subscription, drain_s)
        finally:
            self._hands.close()
            await self._settler.close()

    async def _subscribe(self, connection: Connection, queue: str, prefetch: int) -> Subscription | None:
        """A subscription on a line that works; None when the run is over before there is one."""
        while not self._is_over():
            try:
                return await Subscription.open(
                    connection, queue, prefetch=prefetch, arrived=self._on_arrival, within_s=LOOK_S
                )
            except (ConnectionLost, PublisherBlocked):
                if connection.raw.close_called:
                    raise
                await asyncio.sleep(TICK_S)
        return None

    async def _consume(self, subscription: Subscription, drain_s: float) -> None:
        """Until the run is over, or the line broke. Raises what else ended the subscription or a handler."""
        self._settler.hurry.clear()
        try:
            while not self._is_over() and self._hands.error is None:
                self._wake.clear()
                if subscription.is_over:
                    if not isinstance(why := subscription.why(), ConnectionLost):
                        raise why
                    break
                if self._arrived:
                    self._hands.begin(partial(self._one, subscription, self._arrived.popleft()))
                else:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(TICK_S):
                            await self._wake.wait()
        finally:
            await self._drain(subscription, drain_s)
        if self._hands.error is not None:
            raise self._hands.error

    async def _one(self, subscription: Subscription, delivery: Delivery) -> None:
        shown = self._seen(delivery)
        if await self._settler.settle(subscription, shown, await self._hands.call(shown)):
            self.settled += 1
        else:
            self.late += 1
        self._last_s = time.monotonic()

    async def _drain(self, subscription: Subscription, drain_s: float) -> None:
        self._arrived.clear()  # not begun: they go back when the channel closes
        self._settler.hurry.set()
        try:
            await subscription.cancel()
        finally:
            try:
                await self._hands.finish(within_s=drain_s)
            finally:
                self._arrived.clear()
                await subscription.close()

    def _on_arrival(self, delivery: Delivery) -> None:
        self._arrived.append(delivery)
        self._last_s = time.monotonic()
        self._wake.set()

    def _is_over(self) -> bool:
        """Once over, over: the condition may hold for a moment only."""
        ends = self._ends
        self._over = (
            self._over
            or (ends.stop is not None and ends.stop.is_set())
            or (ends.until is not None and ends.until())
            or (ends.idle_s is not None and self._is_idle(ends.idle_s))
        )
        return self._over

    def _is_idle(self, idle_s: float) -> bool:
        nothing = not self._arrived and not self._hands.are_full
        return nothing and time.monotonic() - self._last_s >= idle_s
