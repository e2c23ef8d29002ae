"""A consumer: receives deliveries from one queue, and settles each exactly once.

The broker pushes; `prefetch` says how many unsettled deliveries it may push ahead. Without that number the
first consumer swallows the whole queue and the others stand idle. A consumer that dies loses nothing: its
unsettled deliveries go back, and come to somebody else with `redelivered` set.
The rule: one thread, and short handlers. While a handler runs nobody answers the broker's heartbeat.
With a `ladder`, what failed waits in a delay queue and what is dead is parked (`labs.sync.settle`); declare
`ladder.topology` beside the queue.
https://www.rabbitmq.com/docs/consumers · https://www.rabbitmq.com/docs/consumer-prefetch
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from labs.errors import InvalidValue
from labs.limits import whole_number
from labs.message import Delivery
from labs.outcome import Outcome
from labs.retry import Ladder, restored
from labs.sync.connection import Connection
from labs.sync.settle import Settler
from labs.sync.subscription import Subscription

#: How often `run` looks at `stop`, `until` and the clock while the queue is empty, in seconds.
TICK_S = 0.1


class Consumer:
    """Consumes `queue`; in each take or run at most `prefetch` (1 to 65535) deliveries are unsettled.

    `ladder`: where a `Retry` waits and a `Dead` is parked; handlers see what was published, plus the attempt.
    `publish_on`: the connection for that, of this same thread; without it, the one that consumes.
    `on_change(held)` is called, in this thread, when a delivery has come or was settled: `held` are unsettled.
    """

    def __init__(
        self,
        connection: Connection,
        queue: str,
        *,
        prefetch: int,
        ladder: Ladder | None = None,
        publish_on: Connection | None = None,
        on_change: Callable[[int], object] | None = None,
    ) -> None:
        self.queue = queue
        self.prefetch = whole_number("prefetch", prefetch, least=1, most=65535)
        self._subscription = Subscription(connection, queue)
        self._subscription.on_change = on_change
        self._ladder = ladder
        self._settler = Settler(self._subscription, ladder=ladder, publish_on=publish_on or connection)

    def take(self, n: int, within_s: float = 5.0) -> list[Delivery]:
        """Up to `n` deliveries in the queue's order: returns when it has them, or after `within_s` seconds.

        They stay unacked until you settle them, or the channel closes. No other message is held: the prefetch
        of this take is `n`, so the broker never pushes one too many, and what crosses with the end goes back.
        Raises `InvalidValue` for more than `prefetch`: that could never be filled.
        """
        if not 0 < n <= self.prefetch:
            allowed = f"prefetch={self.prefetch} is the most the broker pushes before one is settled"
            raise InvalidValue(f"take({n}) cannot be filled: {allowed}.")
        deadline = time.monotonic() + within_s
        with self._subscription.consuming(prefetch=n) as arrived:
            while len(arrived) < n and (left := deadline - time.monotonic()) > 0:
                self._subscription.wait(left)
            return [self._seen(arrived.popleft()) for _ in range(min(n, len(arrived)))]

    def run(
        self,
        handler: Callable[[Delivery], Outcome],
        *,
        until: Callable[[], bool] | None = None,
        stop: threading.Event | None = None,
        idle_s: float | None = None,
    ) -> int:
        """Give each delivery to `handler`, settle it by the outcome, and return how many were settled.

        Ends when `until()` is true, `stop` is set (by any thread), or nothing came for `idle_s` seconds. It
        drains: the delivery in hand is finished and settled, those not begun go back, oldest first. If the
        handler raises, its delivery goes back too, and the exception rises. Without a ladder, a `Retry` comes
        again after a short pause that grows. Raises what refuses a copy five times in a row.
        """
        settled, last_seen = 0, time.monotonic()
        with self._subscription.consuming(prefetch=self.prefetch) as arrived:
            while not (stop and stop.is_set()) and not (until and until()):
                if arrived:
                    # It leaves `arrived` when it is settled: what is still in there at the end goes back.
                    delivery = self._seen(arrived[0])
                    self.settle(delivery, handler(delivery), stop=stop)
                    arrived.popleft()
                    settled, last_seen = settled + 1, time.monotonic()
                elif idle_s is not None and time.monotonic() - last_seen >= idle_s:
                    break
                else:
                    self._settler.keep_alive()
                    self._subscription.wait(TICK_S)
        return settled

    def settle(self, delivery: Delivery, outcome: Outcome, *, stop: threading.Event | None = None) -> None:
        """Do what the outcome means: ack, retry, park or give back. Pauses end early when `stop` is set."""
        self._settler.settle(delivery, outcome, stopped=stop.is_set if stop else _never)

    def ack(self, delivery: Delivery) -> None:
        """Done: the broker forgets the message."""
        self._subscription.ack(delivery)

    def give_back(self, delivery: Delivery) -> None:
        """Not now: back to the queue, as a failed attempt (`basic.reject` with requeue)."""
        self._subscription.back(delivery, failed=True)

    def dead(self, delivery: Delivery) -> None:
        """Never again: to the queue's dead-letter exchange; without one the broker drops it."""
        self._subscription.dead(delivery)

    def rest(self, seconds: float) -> None:
        """For a handler whose work is to wait: what is pushed meanwhile is received, and heartbeats are answered."""
        self._subscription.rest(seconds)

    def close(self) -> None:
        """Close the channel: everything unsettled goes back to the queue. Safe to call twice."""
        self._subscription.close()

    def _seen(self, delivery: Delivery) -> Delivery:
        """What a handler is shown: after a trip through the ladder, what was published."""
        return restored(delivery) if self._ladder else delivery

    def __repr__(self) -> str:
        return f"Consumer(queue={self.queue!r}, prefetch={self.prefetch})"


def _never() -> bool:
    return False
