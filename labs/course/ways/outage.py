"""The same outage for every way, at the same time: the offices are killed, orders come in, the offices come back.

One outage for all of them is quicker than one after the other, and fairer: the machine is as busy for each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labs.course.ways.result import Trial
from labs.course.ways.trial import Ways, all_running

#: Orders before the outage and after it: the last one tells that what has not come by then does not come.
AROUND = 3


@dataclass(slots=True, kw_only=True)
class Outage:
    """What came of it: a trial for each way; and by `time.monotonic` when the offices were killed and started again."""

    trials: dict[str, Trial]
    began_s: float
    back_s: float

    def moments(self, way: str) -> list[float]:
        """When the office heard of something, in seconds since it was killed."""
        return sorted(moment - self.began_s for moment in self.trials[way].heard[0].values())

    @property
    def missed(self) -> dict[str, int]:
        """For each way how many orders its office never heard of."""
        return {way: len(trial.missed) for way, trial in self.trials.items()}

    @property
    def accepted(self) -> dict[str, int]:
        """For each way how many customers were answered 201."""
        return {way: trial.accepted for way, trial in self.trials.items()}

    @property
    def placed(self) -> list[float]:
        """When a customer sent an order, on the same clock."""
        trips = next(iter(self.trials.values())).trips
        return [trip.began_s - self.began_s for trip in trips]


def outage(
    folder: Path,
    ways: Ways,
    *,
    orders: int,
    seconds: float,
    meanwhile: Callable[[], object],
) -> Outage:
    """Kill every office, place so many orders in each way in so many seconds, call `meanwhile`, start them again."""
    with all_running(folder, ways) as runs:

        def each_places(number: int, pause_s: float) -> None:
            for _ in range(number):
                for run in runs.values():
                    run.place()
                time.sleep(pause_s)

        def all_hear_the_last() -> None:
            for run in runs.values():
                run.wait_until_heard(run.trips[-1].number)

        each_places(AROUND, 0.1)
        all_hear_the_last()
        began_s = time.monotonic()
        for run in runs.values():
            run.offices[0].kill()
        each_places(orders, seconds / orders)
        meanwhile()
        back_s = time.monotonic()
        for run in runs.values():
            run.offices[0].come_back()
        for run in runs.values():
            run.offices[0].wait_until_ready()
        each_places(AROUND, 0.1)
        all_hear_the_last()
        trials = {name: run.result() for name, run in runs.items()}
    return Outage(trials=trials, began_s=began_s, back_s=back_s)
