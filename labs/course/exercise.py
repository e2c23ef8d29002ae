"""An exercise: what is asked, and the check that asks the broker whether it was done.

A check is a generator of steps. It stops at the first step that fails: one thing to mend at a time.
The table `EXERCISES` in `labs/course/checks/nbNN.py` lists a notebook's exercises in order.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labs.course.probe import Probe, Stopped
from labs.course.untouched import is_untouched
from labs.course.verdict import Step, Verdict

type_of_check = Callable[[Probe, Callable[..., Any]], Iterator[Step]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """`id` such as "3.2", its title, the check, and hints from gentle to plain."""

    id: str
    title: str
    check: type_of_check
    hints: tuple[str, ...]

    @property
    def solution(self) -> Path:
        """The file with one good answer."""
        number, _, exercise = self.id.partition(".")
        return Path(__file__).parent / "solutions" / f"nb{int(number):02d}_ex{exercise}.py"


def exercises(lesson: str) -> tuple[Exercise, ...]:
    """The exercises of a notebook such as "03_queues", in order; none if it has no checks."""
    name = f"labs.course.checks.nb{lesson[:2]}"
    if not (Path(__file__).parent / "checks" / f"nb{lesson[:2]}.py").exists():
        return ()
    found: tuple[Exercise, ...] = importlib.import_module(name).EXERCISES
    return found


def judge(exercise: Exercise, attempt: object, make_probe: Callable[[], Probe]) -> Verdict:
    """Run the check on the learner's function in a clean virtual host and say what was found."""

    def verdict(state: str, *steps: Step) -> Verdict:
        return Verdict(id=exercise.id, title=exercise.title, state=state, steps=steps)

    if attempt is None or attempt is ...:
        return verdict("not attempted")
    if not callable(attempt):
        hint = "Give the function itself, by its name, without brackets after it."
        return verdict("not yet", Step(ok=False, text=f"the check got {type(attempt).__name__}", hint=hint))
    if is_untouched(attempt):
        return verdict("not attempted")
    steps: list[Step] = []
    try:
        for step in exercise.check(make_probe(), attempt):
            steps.append(step)
            if not step.ok:
                return verdict("not yet", *steps)
    except Stopped as stopped:
        return verdict("not yet", *steps, stopped.step)
    if not steps:
        message = f"check {exercise.id} asked nothing"
        raise AssertionError(message)
    return verdict("done", *steps)
