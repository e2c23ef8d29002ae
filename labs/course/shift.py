"""A shift: workers with different paces at one queue, and the record of who did what.

Each worker is a `labs.sync.worker.Worker`: a thread and a connection of its own. The work is a pause, so that
the only thing that differs is how the broker hands out the orders.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Protocol, Self

from labs.course.fill import fill
from labs.course.place import Place
from labs.errors import WaitTimeout
from labs.message import Delivery
from labs.outcome import Ack, Outcome
from labs.sync.worker import Handled, Worker

#: How long a shift may take to serve what it was given, in seconds.
PATIENCE_S = 30.0


class Show(Protocol):
    """Whoever draws shifts: `labs.course.race.RaceView`."""

    def following(self, shift: Shift) -> AbstractContextManager[object]:
        """Draw this shift while the block lasts, and its end."""


def race(
    lesson: Place,
    queue: str,
    n: int,
    pace: Mapping[str, float],
    *,
    prefetch: int,
    title: str,
    show: Show | None = None,
) -> Shift:
    """A whole shift: all workers listen, then n orders come. `show` draws it while it runs."""
    with Shift(lesson, queue, pace, prefetch=prefetch, title=title, show=show) as shift:
        shift.send(n)
    return shift


def rates(lesson: Place, n: int, prefetches: Sequence[int], *, url: str | None = None) -> dict[int, int]:
    """Orders per second of one busy worker, for each prefetch: n orders wait, each is 1 ms of work."""
    found = {}
    for prefetch in prefetches:
        with Shift(lesson, "rush", {"busy": 1}, prefetch=prefetch, waiting=n, url=url) as shift:
            shift.wait_until(n)
        found[prefetch] = shift.per_second
    return found


class Shift:
    """`with Shift(lesson, "desk", {"slow": 40, "fast": 5}, prefetch=1) as shift:` and then `shift.send(12)`.

    `pace`: each worker's milliseconds for one order; they subscribe one after the other, as they stand in it.
    `waiting`: how many orders are there before the first of them comes. `url`: another way to the broker.
    `show` draws the shift while it runs.
    """

    def __init__(
        self,
        lesson: Place,
        queue: str,
        pace: Mapping[str, float],
        *,
        prefetch: int = 1,
        waiting: int = 0,
        url: str | None = None,
        title: str = "",
        arguments: dict[str, Any] | None = None,
        show: Show | None = None,
    ) -> None:
        self._lesson, self._queue, self._waiting, self._arguments = lesson, queue, waiting, arguments
        self._show, self._open = show, ExitStack()
        self.title, self.pace, self.prefetch = title, dict(pace), prefetch
        self.sent: list[float] = []  #: when each order went, on the clock of `time.monotonic`
        self.workers = {
            name: Worker(url or lesson.url, queue, self._working(name), name=name, prefetch=prefetch)
            for name in pace
        }

    def send(self, n: int) -> list[int]:
        """Send n orders, wait until all are done, and return how many of them each worker did."""
        before = self._counts()
        fill(self._lesson, self._queue, n, self._arguments, times=self.sent)
        self.wait_until(sum(before) + n)
        return [now - then for now, then in zip(self._counts(), before, strict=True)]

    def wait_until(self, total: int) -> None:
        """Return when that many orders are done in all. Raises `WaitTimeout` after half a minute."""
        deadline = time.monotonic() + PATIENCE_S
        while sum(self._counts()) < total:
            if time.monotonic() > deadline:
                raise WaitTimeout(awaited=f"{total} orders to be done", seen=f"{sum(self._counts())}")
            time.sleep(0.01)

    @property
    def handled(self) -> list[Handled]:
        """What all of them did, in the sequence in which it was finished."""
        done = (one for worker in self.workers.values() for one in worker.handled)
        return sorted(done, key=lambda one: one.finished_s)

    @property
    def in_sequence(self) -> bool:
        """Whether the orders were finished as they came, 1 before 2 before 3."""
        numbers = [int(one.delivery.message.body.split()[-1]) for one in self.handled]
        return numbers == sorted(numbers)

    @property
    def per_second(self) -> int:
        """Orders per second in the best third of the shift: a hiccup of the machine is not the broker's."""
        times = [one.finished_s for one in self.handled]
        third = max(1, (len(times) - 1) // 3)
        return round(max(third / (b - a) for a, b in zip(times[::third], times[third::third], strict=False)))

    def count(self, name: str) -> int:
        """How many orders this worker did."""
        return len(self.workers[name].handled)

    def _counts(self) -> list[int]:
        return [self.count(name) for name in self.workers]

    def _working(self, name: str) -> Callable[[Delivery], Outcome]:
        """The pause that stands for work. Whoever is watched hears meanwhile, so that what it holds is exact."""

        def work(_: Delivery) -> Outcome:
            rest = self.workers[name].rest if self._show else time.sleep
            rest(self.pace[name] / 1000)
            return Ack()

        return work

    def __enter__(self) -> Self:
        with ExitStack() as opening:  # a worker that cannot begin takes the others with it
            if self._show:
                opening.enter_context(self._show.following(self))
            fill(self._lesson, self._queue, self._waiting, self._arguments, times=self.sent)
            for worker in self.workers.values():
                opening.callback(worker.start().stop)
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
