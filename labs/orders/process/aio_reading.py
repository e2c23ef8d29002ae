"""Reading one queue for a service that calls the world outside: many deliveries at once, in one event loop.

The rule: what goes wrong with one event is the service's business (it says `Retry` or `Dead`). What *rises* is
about the program or the database; then the reader rests a little and begins again, and its messages with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Event

from labs.aio.connection import Connection
from labs.aio.consumer import Consumer
from labs.message import Delivery
from labs.orders.domain.tally import Tally
from labs.orders.process.worker import BACKOFF_S
from labs.orders.topology import Reader
from labs.outcome import Outcome

#: How often a rest looks whether it was told to stop, in seconds.
TICK_S = 0.1

#: One event to one service.
AioHandler = Callable[[Delivery], Awaitable[Outcome]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AioReading:
    """Gives what `reader`'s queue delivers to `handle`, at most `prefetch` at once.

    `drain_s`: how long those in work may take when it stops; what takes longer is delivered again.
    """

    reader: Reader
    handle: AioHandler
    prefetch: int
    drain_s: float
    tally: Tally

    async def work(self, line: Connection, retries: Connection, stop: Event) -> None:
        """Consume from `line` until `stop` is set, and begin again after every stumble."""
        attempt = 0
        while not stop.is_set():
            settled = 0
            consumer = Consumer(
                line, self.reader.queue, prefetch=self.prefetch, ladder=self.reader.ladder,
                publish_on=retries, drain_s=self.drain_s,
            )  # fmt: skip
            try:
                settled = await consumer.run(self._counted, stop=stop)
            except Exception as error:  # noqa: BLE001 one reader that stumbles must not take the others along
                log.warning("%s stumbled and will start again: %r", self.reader.name, error)
            attempt = 0 if settled else attempt + 1
            await rest(attempt, stop)

    async def _counted(self, delivery: Delivery) -> Outcome:
        outcome = await self.handle(delivery)
        self.tally.outcome(self.reader.name, outcome)
        return outcome


async def rest(attempt: int, stop: Event) -> None:
    """Wait before the next attempt, longer each time; no longer than until `stop` is set."""
    for _ in range(round(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)] / TICK_S)):
        if not stop.is_set():
            await asyncio.sleep(TICK_S)
