"""The report: a table of accidents, and for each broken promise the command that tells the story again."""

from __future__ import annotations

from collections.abc import Iterable

from tests.soak.case import ACCIDENTS, LANES
from tests.soak.judge import Tally
from tests.soak.story import Verdict

COLUMNS = ("runs", "strikes", "confirmed", "unknown", "republ.", "effects", "suppr.", "retried", "parked")

LEGEND = """
strikes: how often the accident happened · confirmed, unknown: messages · republ.: publishes that were repeated
effects: messages whose effect is recorded · suppr.: duplicates dropped by the inbox · parked: its handler gave up"""


def table(verdicts: Iterable[Verdict]) -> str:
    """One row for each accident that happened, one for each lane, and the sum."""
    by_name: dict[str, Tally] = {}
    for verdict in verdicts:
        for name in (verdict.case.accident, f"{verdict.case.lane} lane", "all"):
            by_name[name] = by_name.get(name, Tally()) + verdict.tally
    order = (*ACCIDENTS, *(f"{lane} lane" for lane in LANES), "all")
    rows = [(name, by_name[name]) for name in order if name in by_name]
    head = f"{'accident':<18}" + "".join(f"{column:>10}" for column in COLUMNS)
    lines = [f"{name:<18}" + "".join(f"{number:>10}" for number in tally.row()) for name, tally in rows]
    rule = "-" * len(head)
    summed = sum(name in ACCIDENTS for name, _ in rows)
    return "\n".join([head, rule, *lines[:summed], rule, *lines[summed:], LEGEND])


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
