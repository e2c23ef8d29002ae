"""The exercises: asked, hinted at, checked and solved in the same four cells each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labs.authoring.page import EXERCISE_CELL, Page
from labs.authoring.rule import Finding, outside, rule
from labs.authoring.syntax import checked, defined, tree
from labs.course.exercise import exercises

#: How many exercises a notebook has, and how many hints each of them.
EXERCISES, HINTS = (2, 4), (2, 3)


@rule
def exercise_count(page: Page) -> Iterator[Finding]:
    """A notebook has 2 to 4 exercises, and exactly those that its checks know."""
    if outside(len(page.exercises), EXERCISES):
        yield "", f"has {len(page.exercises)} exercises, not 2 to 4"
    known = [exercise.id for exercise in exercises(page.name)]
    shown = [f"{page.number}.{number}" for number in page.exercises]
    if known != shown:
        yield "", f"shows the exercises {shown}, but labs/course/checks has {known}"


@rule
def exercise_prompt(page: Page) -> Iterator[Finding]:
    """A prompt has a heading and two or three graded hints, each in `<details>`."""
    for number in page.exercises:
        source = page.source(f"ex{number}-prompt")
        if not re.match(rf"^#{{2,3}} Exercise {page.number}\.{number} · \S", source):
            wanted = f"### Exercise {page.number}.{number} · What to reach"
            yield f"ex{number}-prompt", f"must begin with `{wanted}`"
        hints = source.count("<details>")
        if outside(hints, HINTS):
            yield f"ex{number}-prompt", f"has {hints} hints in <details>, not 2 or 3"


@rule
def exercise_starter(page: Page) -> Iterator[Finding]:
    """A starter defines one function with a docstring, and its check names exactly that function."""
    for number in page.exercises:
        try:
            functions = defined(tree(page.source(f"ex{number}-starter")))
            calls = checked(tree(page.source(f"ex{number}-check")))
        except SyntaxError:
            continue
        documented = [f for f in functions if f.body and _docstring(f.body[0].__dict__)]
        if len(functions) != 1 or not documented:
            yield f"ex{number}-starter", "must define one function with a docstring"
        names = [function.name for function in functions]
        if calls != [(f"{page.number}.{number}", name) for name in names]:
            wanted = f'lesson.check("{page.number}.{number}", {names[0] if names else "…"})'
            yield f"ex{number}-check", f"must be `{wanted}`"


@rule
def starter_stands_alone(page: Page) -> Iterator[Finding]:
    """Nothing but its own check uses what a starter defines."""
    for number in page.exercises:
        try:
            names = [function.name for function in defined(tree(page.source(f"ex{number}-starter")))]
        except SyntaxError:
            continue
        for cell in page.code:
            match = EXERCISE_CELL.match(cell.id)
            if match and int(match[1]) == number:
                continue
            for name in names:
                if re.search(rf"\b{re.escape(name)}\b", cell.source):
                    yield cell.id, f"uses {name}, which the learner has yet to write"


@rule
def exercise_solution(page: Page) -> Iterator[Finding]:
    """A solution is a file of its own, linked from `<details>`; it is not in the notebook."""
    for number in page.exercises:
        file = f"../labs/course/solutions/nb{page.number or 0:02d}_ex{number}.py"
        source = page.source(f"ex{number}-solution")
        if "<details>" not in source or f"]({file})" not in source:
            yield f"ex{number}-solution", f"must link {file} inside <details>"
        if "```" in source:
            yield f"ex{number}-solution", "must not spell the solution out; the tested file does"


def _docstring(statement: dict[str, object]) -> bool:
    return isinstance(getattr(statement.get("value"), "value", None), str)
