"""Every exercise is proved in both directions, by the real broker: right passes, and wrong does not.

The starter cell of the notebook is *not attempted*, the solution file is *done* (twice: a check leaves no
traces), and every wrong answer we could think of is *not yet*, with the words that its first line expects.
A new notebook is covered as soon as its check cells and `labs/course/checks/nbNN.py` are there.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from labs import paths
from labs.authoring.isolation import isolated
from labs.authoring.page import Page
from labs.authoring.solving import Task, tasks
from labs.broker.address import Broker
from labs.course import Lesson, open_lesson
from labs.course.catalogue import COURSE
from labs.course.exercise import exercises

WRONG = Path(__file__).parent.parent / "wrong_answers"
NOTEBOOKS = {path.stem: path for path in sorted((paths.notebooks() or Path()).glob("[0-9][0-9]_*.ipynb"))}
TASKS = {task.id: task for path in NOTEBOOKS.values() for task in tasks(Page.read(path))}
KNOWN = {exercise.id: exercise for entry in COURSE for exercise in exercises(entry.name)}
#: `nb03_ex2__why.py` is a wrong answer to exercise 3.2.
FILE = re.compile(r"^nb(\d\d)_ex(\d)__[a-z0-9_]+$")


def answers(id_: str) -> list[Path]:
    """The wrong answers to an exercise."""
    notebook, _, number = id_.partition(".")
    return sorted(WRONG.glob(f"nb{int(notebook):02d}_ex{number}__*.py"))


@pytest.fixture(scope="module")
def lesson_of(broker: Broker) -> Iterator[Callable[[Task], Lesson]]:
    """Opens the lesson of a task, once, in a home and under a virtual-host prefix of this run's own."""
    opened: dict[str, Lesson] = {}
    with ExitStack() as stack:
        place = stack.enter_context(isolated(broker, prefix=f"both-{os.getpid()}"))
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in place.items():
            environment.setenv(name, value)

        def open_once(task: Task) -> Lesson:
            name = task.page.name
            if name not in opened:
                opened[name] = open_lesson(name)
            return opened[name]

        yield open_once
        for lesson in opened.values():
            lesson.close()


def test_notebooks_checks_solutions_and_wrong_answers_agree() -> None:
    """What the notebooks show, the checks know, the solutions solve and the wrong answers miss is one set."""
    assert TASKS, "there is no exercise at all"
    assert list(KNOWN) == list(TASKS)
    assert all(exercise.solution.is_file() for exercise in KNOWN.values())
    solutions = Path(KNOWN[next(iter(KNOWN))].solution).parent.glob("nb*.py")
    assert {path.name for path in solutions} == {exercise.solution.name for exercise in KNOWN.values()}
    assert all(answers(id_) for id_ in TASKS), "an exercise has no wrong answer"


def test_every_wrong_answer_belongs_to_an_exercise() -> None:
    """A file that nothing runs proves nothing."""
    matches = {path.stem: FILE.match(path.stem) for path in WRONG.glob("*.py")}
    assert [name for name, match in matches.items() if match is None] == []
    ids = Counter(f"{int(match[1])}.{match[2]}" for match in matches.values() if match)
    assert set(ids) <= set(TASKS)


@pytest.mark.parametrize("id_", list(TASKS))
def test_the_starter_is_not_attempted(id_: str, lesson_of: Callable[[Task], Lesson]) -> None:
    """Whoever has written nothing is not told that it is wrong."""
    task = TASKS[id_]
    verdict = lesson_of(task).verdict(id_, task.untouched())
    assert verdict.state == "not attempted", verdict.text


@pytest.mark.parametrize("id_", list(TASKS))
def test_the_solution_is_done_twice(id_: str, lesson_of: Callable[[Task], Lesson]) -> None:
    """The solution file passes, and passes again: the check starts from nothing each time."""
    task, path = TASKS[id_], KNOWN[id_].solution
    for _ in range(2):
        solution = task.attempt(path.read_text(encoding="utf-8"), path)
        verdict = lesson_of(task).verdict(id_, solution)
        assert verdict.state == "done", verdict.text


@pytest.mark.parametrize(
    ("id_", "path"),
    [pytest.param(id_, path, id=path.stem) for id_ in TASKS for path in answers(id_)],
)
def test_a_wrong_answer_is_told_why(id_: str, path: Path, lesson_of: Callable[[Task], Lesson]) -> None:
    """It is *not yet*, it stops at the first fault, and it says so in the words that the file expects."""
    source = path.read_text(encoding="utf-8")
    expected = source.partition("\n")[0].removeprefix("# expect:").strip()
    assert source.startswith("# expect:"), "its first line says what the learner must read"
    assert len(expected) >= 4, "its first line says what the learner must read"
    task = TASKS[id_]
    verdict = lesson_of(task).verdict(id_, task.attempt(source, path))
    assert verdict.state == "not yet", verdict.text
    assert expected in verdict.text
    assert [step.ok for step in verdict.steps].count(False) == 1
    assert verdict.steps[-1].hint, f"no hint: {verdict.text}"
