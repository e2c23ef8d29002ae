"""Rows for the tables of the lesson: coarse words for what was measured, so that they are true on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median

from labs.course.ways.result import Trial

#: News is old when it took longer than this, in milliseconds.
OLD_MS = 250
HALVES = ("at once", "half the interval", "the interval")


def in_halves(polled: Trial, interval_s: float) -> str:
    """How late the last of the offices that poll hears, on average, in halves of its interval."""
    halves = round(2 * mean(polled.delays_ms(-1)) / (1000 * interval_s))
    return HALVES[min(halves, len(HALVES) - 1)]


def is_old(trial: Trial, office: int) -> bool:
    """Whether the news is old when an office hears it, for the median order."""
    return median(trial.delays_ms(office)) > OLD_MS


def is_heavy(trial: Trial, office: int) -> bool:
    """Whether an office sends the database more than one query for each order."""
    return trial.asked[office] > len(trial.trips)


def is_both(trial: Trial, office: int) -> bool:
    """Whether the news is old *and* the queries are many."""
    return is_old(trial, office) and is_heavy(trial, office)


def polls(polled: Trial, rush: Trial, intervals: Sequence[float]) -> list[list[object]]:
    """The office that asks most often and the one that asks least often; and that one again, in a rush."""
    rows: list[list[object]] = [
        [f"{intervals[n]:g} s", "now and then", is_old(polled, n), is_heavy(polled, n)] for n in (0, -1)
    ]
    return [*rows, [f"{intervals[-1]:g} s", "all at once", is_old(rush, 0), is_heavy(rush, 0)]]


def overview(way: str, calm: Trial, slow: Trial, *, slow_ms: float) -> list[object]:
    """One way on one line. `calm` is with quick offices, `slow` with slow ones, which work `slow_ms` together."""
    knew = slow.known == len(slow.trips)
    return [way, slow.answer_ms > slow_ms, knew, is_old(calm, -1), any(calm.asked)]


def bars(calm: Trial, slow: Trial) -> dict[str, float]:
    """What one way costs, in milliseconds: for the customer, and from the commit until a quick office has heard."""
    return {
        "answer, two slow offices": slow.answer_ms,
        "commit to news, a quick office": median(calm.hops_ms(-1)),
    }
