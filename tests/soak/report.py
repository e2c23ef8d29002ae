"""The report: a table of accidents, and for each broken promise the command that tells the story again."""

from __future__ import annotations

from collections.abc import Iterable

from tests.soak.case import ACCIDENTS
from tests.soak.judge import Tally
from tests.soak.story import Verdict

COLUMNS = ("runs", "strikes", "confirmed", "unknown", "republ.", "effects", "suppr.", "retried", "parked")


def table(verdicts: Iterable[Verdict]) -> str:
    """One row for each accident that happened, and the sum."""
    by_accident: dict[str, Tally] = {}
    for verdict in verdicts:
        before = by_accident.get(verdict.case.accident, Tally())
        by_accident[verdict.case.accident] = before + verdict.tally
    rows = [(name, by_accident[name]) for name in ACCIDENTS if name in by_accident]
    rows.append(("all", sum(by_accident.values(), start=Tally())))
    head = f"{'accident':<18}" + "".join(f"{column:>10}" for column in COLUMNS)
    lines = [f"{name:<18}" + "".join(f"{number:>10}" for number in tally.row()) for name, tally in rows]
    return "\n".join([head, "-" * len(head), *lines[:-1], "-" * len(head), lines[-1]])


def line(verdict: Verdict) -> str:
    """One run in one line, and a line for each broken promise."""
    case = verdict.case
    mark = "✗" if verdict.violations else "✓"
    first = (
        f"{mark} {case.seed:<6} {case.lane:<5} {case.accident:<18} {case.style:<11} {verdict.seconds:5.1f} s"
    )
    return "\n".join([first, *(f"    {each}" for each in verdict.violations)])


def again(verdict: Verdict) -> str:
    """The command that tells this run's story again."""
    case = verdict.case
    bug = f' --bug "{case.bug}"' if case.bug else ""
    return (
        f"python -m labs soak --runs 1 --seed {case.seed} --lane {case.lane} "
        f'--accident "{case.accident}"{bug} --repeat 20'
    )
