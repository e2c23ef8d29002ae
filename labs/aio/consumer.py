"""A consumer: receives deliveries from one queue, works at several at once, and settles each exactly once.

The broker pushes; `prefetch` says how many unsettled deliveries it may push ahead, and here it is also how
many handlers run at once, for each delivery gets a task. aio-pika has no default for it: no limit.
The rule: when told to stop, *drain*. Cancel the subscription, finish what is in hand, and leave what takes
too long unsettled: the channel closes, and the broker delivers it again. Nothing is ever rejected because
the program ends (aio-pika's own `process()` does that). With a `ladder`, what failed waits in a delay queue
and what is dead is parked; declare `ladder.topology` beside the queue. One event loop.
https://www.rabbitmq.com/docs/consumers · https://www.rabbitmq.com/docs/consumer-prefetch
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from labs.aio.connection import Connection
from labs.aio.hands import Handler, Hands
from labs.aio.run import Ends, Run
from labs.aio.settle import Settler
from labs.limits import whole_number
from labs.message import Delivery
from labs.retry import Ladder, restored


class Consumer:
    """Consumes `queue`; at most `prefetch` (1 to 65535) deliveries are unsettled, and in work, at any time.

    `ladder`: where a `Retry` waits and a `Dead` is parked; handlers see what was published, plus the attempt.
    `publish_on`: the connection for that; without it, the one that consumes. `drain_s`: how long the handlers
    in hand may take, in seconds, when the run ends or its line breaks.
    """

    def __init__(
        self,
        connection: Connection,
        queue: str,
        *,
        prefetch: int,
        ladder: Ladder | None = None,
        publish_on: Connection | None = None,
        drain_s: float = 5.0,
    ) -> None:
        self.connection, self.queue, self.drain_s = connection, queue, drain_s
        self.prefetch = whole_number("prefetch", prefetch, least=1, most=65535)
        #: How often an outcome came too late for its channel: those messages are delivered again.
        self.redelivery_expected = 0
        self._ladder, self._publish_on = ladder, publish_on or connection

    async def run(
        self,
        handler: Handler,
        *,
        until: Callable[[], bool] | None = None,
        stop: asyncio.Event | threading.Event | None = None,
        idle_s: float | None = None,
    ) -> int:
        """Give each delivery to `handler`, settle it by the outcome, and return how many were settled.

        Ends when `until()` is true, `stop` is set, or nothing came for `idle_s` seconds; and when its task is
        cancelled. Each time it drains. If a handler raises, its delivery goes back, and the exception rises.
        When the line breaks, it waits for the new one and goes on. Raises `NotFound` when the queue is gone.
        """
        wake = asyncio.Event()
        hands = Hands(handler, prefetch=self.prefetch, changed=wake.set)
        settler = Settler(ladder=self._ladder, publish_on=self._publish_on)
        ends = Ends(until=until, stop=stop, idle_s=idle_s)
        run = Run(hands, settler, ends, seen=restored if self._ladder else _as_it_is, wake=wake)
        try:
            await run.go(self.connection, self.queue, prefetch=self.prefetch, drain_s=self.drain_s)
        finally:
            self.redelivery_expected += run.late
        return run.settled

    def __repr__(self) -> str:
        return f"Consumer(queue={self.queue!r}, prefetch={self.prefetch})"


def _as_it_is(delivery: Delivery) -> Delivery:
    return delivery
