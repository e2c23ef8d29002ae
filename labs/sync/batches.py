"""A batch consumer: hands over whatever has already arrived, all of it in one go.

Some effects have a price for each time, not for each message: a commit waits for the disk once, whether it holds
one row or fifty. So under load the deliveries of one moment share it, and when little comes each comes alone:
nothing waits here for a batch to fill, so it costs no latency.
The rule is a consumer's: settle each, once, when its effect is kept. A run of acks goes as one frame ("this one
and all before it"), which is true only because the batch is settled strictly in order.
What breaks: when the handler raises, no outcome is known, so all of the batch comes again: make effects idempotent.
One thread. https://www.rabbitmq.com/docs/confirms#consumer-acks-multiple-parameter
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from itertools import islice

from labs.limits import whole_number
from labs.message import Delivery
from labs.outcome import Ack, Outcome
from labs.retry import Ladder, restored
from labs.sync.connection import Connection
from labs.sync.consumer import TICK_S
from labs.sync.settle import Settler
from labs.sync.subscription import Subscription

#: What becomes of a batch: one outcome for each delivery, in the same order.
BatchHandler = Callable[[Sequence[Delivery]], Sequence[Outcome]]


class BatchConsumer:
    """Consumes `queue`; at most `prefetch` (1 to 65535) deliveries are unsettled at any time.

    `most`: how many one batch may hold; None: as many as `prefetch`. `ladder`: where a `Retry` waits and a `Dead`
    is parked. `publish_on`: the connection for that, of this same thread; without it, the one that consumes.
    """

    def __init__(
        self,
        connection: Connection,
        queue: str,
        *,
        prefetch: int,
        ladder: Ladder | None = None,
        publish_on: Connection | None = None,
        most: int | None = None,
    ) -> None:
        self.queue = queue
        self.prefetch = whole_number("prefetch", prefetch, least=1, most=65535)
        self.most = whole_number("size of a batch", most or prefetch, least=1, most=65535)
        self._subscription = Subscription(connection, queue)
        self._ladder = ladder
        self._settler = Settler(self._subscription, ladder=ladder, publish_on=publish_on or connection)

    def run(
        self,
        handler: BatchHandler,
        *,
        until: Callable[[], bool] | None = None,
        stop: threading.Event | None = None,
        idle_s: float | None = None,
    ) -> int:
        """Give what has arrived to `handler`, settle each by its outcome, and return how many were settled.

        Ends when `until()` is true, `stop` is set (by any thread), or nothing came for `idle_s` seconds. It
        drains: the batch in hand is finished and settled, what is not begun goes back. If the handler raises,
        its whole batch goes back, and the exception rises. Raises `ValueError` for the wrong number of
        outcomes; `ConnectionLost` when the line broke: the broker has taken back what was unsettled.
        """
        settled, last_seen = 0, time.monotonic()
        with self._subscription.consuming(prefetch=self.prefetch) as arrived:
            while not (stop and stop.is_set()) and not (until and until()):
                if arrived:
                    # They leave `arrived` when they are settled: what is still in there at the end goes back.
                    batch = [self._seen(each) for each in islice(arrived, self.most)]
                    self._settle(batch, _one_each(batch, handler(batch)), stop)
                    for _ in batch:
                        arrived.popleft()
                    settled, last_seen = settled + len(batch), time.monotonic()
                    self._subscription.wait(0)  # what came meanwhile belongs to the next batch
                elif idle_s is not None and time.monotonic() - last_seen >= idle_s:
                    break
                else:
                    self._settler.keep_alive()
                    self._subscription.wait(TICK_S)
        return settled

    def close(self) -> None:
        """Close the channel: everything unsettled goes back to the queue. Safe to call twice."""
        self._subscription.close()

    def _settle(
        self, batch: Sequence[Delivery], outcomes: Sequence[Outcome], stop: threading.Event | None
    ) -> None:
        """In order. A run of acks is held until something else comes, and is then said in one frame."""
        done: list[Delivery] = []
        for delivery, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Ack):
                done.append(delivery)
                continue
            self._ack(done)
            done = []
            self._settler.settle(delivery, outcome, stopped=stop.is_set if stop else lambda: False)
        self._ack(done)

    def _ack(self, done: Sequence[Delivery]) -> None:
        if done:
            self._settler.keep_alive()
            self._subscription.ack_up_to(done[-1])

    def _seen(self, delivery: Delivery) -> Delivery:
        """What a handler is shown: after a trip through the ladder, what was published."""
        return restored(delivery) if self._ladder else delivery

    def __repr__(self) -> str:
        return f"BatchConsumer(queue={self.queue!r}, prefetch={self.prefetch}, most={self.most})"


def _one_each(batch: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    if len(outcomes) != len(batch):
        raise ValueError(
            f"A handler returns an outcome for each of {len(batch)} deliveries, not {len(outcomes)}."
        )
    return outcomes
