"""A worker: one consumer in a thread of its own, on a connection of its own, with a record of what it did.

The rule is pika's: a connection belongs to one thread. So two workers are two threads *and* two connections;
share one, and frames of both mix on the line ("pop from an empty deque", lost connections).
The thread only appends to `handled` and `moves`; whoever made the worker reads it, prints it, and says `stop`.
Never stopped, it loses nothing (the broker takes back what is unacked), but some of it comes twice.
https://pika.readthedocs.io/en/stable/faq.html · https://www.rabbitmq.com/docs/consumers
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Self

from labs.errors import WaitTimeout
from labs.message import Delivery
from labs.outcome import Outcome
from labs.retry import Ladder
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer

#: How long a worker may take to begin or to end, in seconds.
PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One delivery that the work is done with, and when: seconds on the clock of `time.monotonic`."""

    delivery: Delivery
    outcome: Outcome
    started_s: float
    finished_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a worker had at one moment: `held` received and not settled, `done` handled; the clock is the same."""

    at_s: float
    held: int
    done: int


class Worker:
    """Does `work(delivery) -> Outcome` with what `queue` delivers, at most `prefetch` deliveries ahead.

    Use it as `with Worker(…) as worker:`, or call `start()` and `stop()`. One that has stopped stays stopped.
    With a `ladder` it publishes its retries on a second connection.
    """

    def __init__(
        self,
        url: str,
        queue: str,
        work: Callable[[Delivery], Outcome],
        *,
        name: str,
        prefetch: int,
        ladder: Ladder | None = None,
    ) -> None:
        self.name = name
        #: What it did, in order. The worker's thread appends; anyone may read.
        self.handled: list[Handled] = []
        #: How many it held and had done, after each delivery that came or was settled.
        self.moves: list[Move] = []
        #: Why it ended, if nobody stopped it.
        self.error: BaseException | None = None
        self._url, self._queue, self._work, self._prefetch = url, queue, work, prefetch
        self._ladder = ladder
        self._consumer: Consumer | None = None
        self._stop, self._begun = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> Self:
        """Begin, and return when the broker knows this consumer. Raises what ended it before that."""
        self._thread.start()
        if not self._begun.wait(PATIENCE_S):
            raise WaitTimeout(awaited=f"{self.name} to begin", seen="no answer from the broker")
        if self.error is not None:
            raise self.error
        return self

    def run(self) -> None:
        """What the thread does: connect, consume until `stop`, and remember why it ended before that."""
        try:
            with connect(self._url, name=self.name) as connection, self._publisher() as publisher:
                self._consumer = Consumer(
                    connection,
                    self._queue,
                    prefetch=self._prefetch,
                    ladder=self._ladder,
                    publish_on=publisher,
                    on_change=self._note,
                )
                self._consumer.run(self._record, until=self._is_over, stop=self._stop)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever started this thread
            self.error = error
        finally:
            self._begun.set()

    def stop(self, *, within_s: float = PATIENCE_S) -> None:
        """Finish the delivery in hand, give back those not begun, and hang up. Safe to call twice.

        Raises what ended the worker, if anything did; `WaitTimeout` when the work in hand takes too long.
        """
        self._stop.set()
        self._thread.join(within_s)
        if self._thread.is_alive():
            raise WaitTimeout(awaited=f"{self.name} to finish what it has in hand", seen="it still works")
        if self.error is not None:
            raise self.error

    def rest(self, seconds: float) -> None:
        """For a `work` that only waits: the worker hears meanwhile what is pushed to it, so `moves` is exact."""
        if self._consumer is None:
            raise RuntimeError(f"{self.name} has not begun: only its own work may rest.")
        self._consumer.rest(seconds)

    def _publisher(self) -> AbstractContextManager[Connection | None]:
        """The line for retries; who never retries needs none."""
        return connect(self._url, name=f"{self.name}.retries") if self._ladder else nullcontext()

    def _is_over(self) -> bool:
        """Asked between deliveries, and for the first time when the broker has accepted the consumer."""
        self._begun.set()
        return False

    def _record(self, delivery: Delivery) -> Outcome:
        began, outcome = time.monotonic(), self._work(delivery)
        ended = time.monotonic()
        self.handled.append(Handled(delivery=delivery, outcome=outcome, started_s=began, finished_s=ended))
        return outcome

    def _note(self, held: int) -> None:
        """A delivery is in `handled` before it is settled, so the two numbers agree at every moment."""
        self.moves.append(Move(at_s=time.monotonic(), held=held, done=len(self.handled)))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
