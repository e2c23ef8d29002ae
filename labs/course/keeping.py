"""Keeping a solved exercise, so that the whole shop runs with your part in place of the course's.

The rule: a part is kept only when its exercise's check says done, and what is checked is what is kept: the text of
your function, made again without your kernel. It lies in `.labs/kept/`, in plain Python; nobody else runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from IPython.display import display

from labs import paths
from labs.course.catalogue import COURSE
from labs.course.exercise import Exercise, exercises, judge
from labs.course.portable import portable
from labs.course.practice import Practice
from labs.course.untouched import is_untouched
from labs.course.verdict import STATES, CheckFailed, Verdict
from labs.course.view import Note, Table
from labs.errors import LabsError
from labs.orders.domain.own_part import ARCHIVE, OWN_PARTS, RELAY, WAREHOUSE

#: Part → the exercise that proves it.
PROOF: Mapping[str, str] = {RELAY: "19.2", WAREHOUSE: "19.1", ARCHIVE: "7.1"}
#: A kept file begins so: which function it is, and which exercise proved it.
HEAD = "# {function}, proved by exercise {exercise}\n"


class Keeping(Practice):
    """Parts of the learner's own, in any lesson."""

    def keep(self, name: str, function: Any) -> None:
        """Prove `function` by the exercise of the part `name`, and keep it for the whole shop if it is right.

        Raises `LabsError` for a part that nobody knows, and for a function that cannot live without its kernel.
        """
        exercise = _exercise(name)
        if function is None or function is ... or (callable(function) and is_untouched(function)):
            display(_not_kept(name, judge(exercise, None, self._probe)))
            return
        if not callable(function):
            raise LabsError(f"This is {type(function).__name__}, and not a function.")
        text = portable(function)
        verdict = judge(exercise, _made(text, function.__name__, name), self._probe)
        if verdict.state != "done":
            display(_not_kept(name, verdict))
            if self.strict:
                raise CheckFailed(verdict)
            return
        place = _file(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(
            HEAD.format(function=function.__name__, exercise=exercise.id) + text, encoding="utf-8"
        )
        lines = (f"✓ kept · {name}", f"From now on your function {function.__name__} {OWN_PARTS[name]}.")
        display(Note(lines=lines, tone="green"))

    def kept(self) -> None:
        """The shop's parts that can be yours, and whose they are."""
        mine = self.own_parts()
        rows = [
            [name, does, PROOF[name], f"yours: {mine[name].__name__}" if name in mine else "the course's"]
            for name, does in OWN_PARTS.items()
        ]
        display(Table(columns=("part", "what it does", "exercise", "whose"), rows=rows))

    def own_parts(self) -> dict[str, Callable[..., Any]]:
        """The kept functions by part, for `OrderSystem(parts=…)`."""
        return {name: _load(name) for name in OWN_PARTS if _file(name).exists()}

    def unkeep(self, name: str) -> None:
        """Forget a kept part: the course's takes its place again. Nothing happens when there is none."""
        _exercise(name)
        _file(name).unlink(missing_ok=True)


def _exercise(name: str) -> Exercise:
    if name not in PROOF:
        raise LabsError(f"The shop has no place for {name!r}.", hint=f"There are {', '.join(PROOF)}.")
    wanted = PROOF[name]
    number = int(wanted.partition(".")[0])
    lesson = next(one.name for one in COURSE if one.number == number)
    return next(one for one in exercises(lesson) if one.id == wanted)


def _file(name: str) -> Path:
    return paths.home() / "kept" / f"{name}.py"


def _load(name: str) -> Callable[..., Any]:
    text = _file(name).read_text(encoding="utf-8")
    return _made(text, text.removeprefix("# ").partition(",")[0], name)


def _made(text: str, function: str, name: str) -> Callable[..., Any]:
    """The function that the text makes. It is the learner's own code, in the learner's own kernel."""
    namespace: dict[str, Any] = {"__name__": f"kept_{name}"}
    exec(compile(text, str(_file(name)), "exec"), namespace)  # noqa: S102
    made: Callable[..., Any] = namespace[function]
    return made


def _not_kept(name: str, verdict: Verdict) -> Note:
    lines = [
        f"○ not kept · {name}",
        f"Exercise {verdict.id} says: {STATES[verdict.state][0]} {verdict.state}.",
    ]
    lines += [step.text for step in verdict.steps if not step.ok]
    return Note(lines=[*lines, "The shop goes on with what it had."])
