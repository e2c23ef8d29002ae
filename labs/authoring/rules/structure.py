"""The skeleton: which cells there are, what they are called, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labs.authoring.page import EXERCISE_CELL, SECTION_CELL, Page, tags
from labs.authoring.rule import Finding, outside, rule

FIRST = ("title", "goals", "parameters", "setup")
LAST = ("recap", "questions", "score", "teardown", "next")
#: The first notebook says how a cell is run before there is one to run.
EXTRA = {0: ("how-cells-work",)}
EXERCISE = ("prompt", "starter", "check", "solution")
#: How many goals, and how many questions.
GOALS = QUESTIONS = (3, 5)
MARKDOWN = {"title", "goals", "recap", "questions", "next", "prompt", "solution"}
CODE = {"parameters", "setup", "score", "teardown", "starter", "check"}
#: A cell of this kind carries this tag: papermill and the tests find it by the tag.
TAGS = {"parameters": "parameters", "starter": "starter", "check": "check", "score": "check"}


@rule
def cell_names(page: Page) -> Iterator[Finding]:
    """Every cell has a name of the house, and no name is used twice."""
    seen: set[str] = set()
    for place, cell in enumerate(page.cells):
        name = cell.get("id", "")
        if name in seen:
            yield name, "this name is used twice"
        seen.add(name)
        if (
            name not in (*FIRST, *LAST, *EXTRA.get(page.number or 0, ()))
            and not SECTION_CELL.match(name)
            and not EXERCISE_CELL.match(name)
        ):
            yield name, f"cell {place} needs a name such as title, s2-run or ex1-check, not {name!r}"


@rule
def cell_order(page: Page) -> Iterator[Finding]:
    """The cells stand in the order title … setup, sections with exercises after them, recap … next."""
    names = [cell.get("id", "") for cell in page.cells]
    exercises = [f"ex{number}-{part}" for number in range(1, len(page.exercises) + 1) for part in EXERCISE]
    if [name for name in names if EXERCISE_CELL.match(name)] != exercises:
        yield "", "the exercises are not ex1-prompt, -starter, -check, -solution, ex2-prompt, …"
    middle = [name for name in names if SECTION_CELL.match(name) or EXERCISE_CELL.match(name)]
    if middle and not SECTION_CELL.match(middle[0]):
        yield middle[0], "stands before the first section"
    wanted = [*FIRST, *middle, *LAST]
    for missing in (name for name in wanted if name not in names):
        yield missing, "this cell is missing"
    known = [name for name in names if name in wanted]
    for name, expected in zip(known, (name for name in wanted if name in names), strict=False):
        if name != expected:
            yield name, f"stands where {expected} belongs"
            return


@rule
def section_numbers(page: Page) -> Iterator[Finding]:
    """Sections are numbered from 1 without a gap, and their cells stand together."""
    numbers = [int(m[1]) for cell in page.cells if (m := SECTION_CELL.match(cell.get("id", "")))]
    runs = [number for place, number in enumerate(numbers) if place == 0 or numbers[place - 1] != number]
    if not runs:
        yield "", "there is no section at all"
    elif runs != list(range(1, len(runs) + 1)):
        yield f"s{runs[0]}", f"the sections come in the order {runs}"


@rule
def cell_kinds(page: Page) -> Iterator[Finding]:
    """Each named cell is of its kind and carries its tag."""
    for cell in page.cells:
        name = cell.get("id", "")
        match = EXERCISE_CELL.match(name)
        role = match[2] if match else name
        if role in MARKDOWN and cell.cell_type != "markdown":
            yield name, "must be a markdown cell"
        if role in CODE and cell.cell_type != "code":
            yield name, "must be a code cell"
        if role in TAGS and TAGS[role] not in tags(cell):
            yield name, f"needs the tag {TAGS[role]!r}"
        for tag in {"parameters", "starter", "check"} & set(tags(cell)):
            if TAGS.get(role) != tag:
                yield name, f"carries the tag {tag!r}, which belongs to other cells"


@rule
def title_line(page: Page) -> Iterator[Finding]:
    """The title is the only H1, `# NN · Title`, with its minutes."""
    for cell in page.markdown:
        for line in _without_code(cell.source).splitlines():
            if re.match(r"^# \S", line) and cell.id != "title":
                yield cell.id, f"a second H1: {line}"
    source = page.source("title")
    if not re.match(rf"^# {page.number:02d} · \S" if page.number is not None else r"^# \S", source):
        yield "title", "must begin with `# NN · Title`, NN as in the file name"
    if not re.search(r"\d+ min", source):
        yield "title", "must say how many minutes it takes"


@rule
def goals(page: Page) -> Iterator[Finding]:
    """There are 3 to 5 goals, under `## What you will be able to do`."""
    source = page.source("goals")
    if not source.startswith("## What you will be able to do"):
        yield "goals", "must begin with `## What you will be able to do`"
    if outside(len(items(source)), GOALS):
        yield "goals", f"names {len(items(source))} goals"


@rule
def recap(page: Page) -> Iterator[Finding]:
    """The recap mirrors the goals, as many and in order, and weighs `Use it when` against `It costs you`."""
    said, promised = items(page.source("recap")), items(page.source("goals"))
    if len(said) != len(promised):
        yield "recap", f"has {len(said)} points where the goals are {len(promised)}"
    for heading in ("Use it when", "It costs you"):
        if not re.search(rf"^\|.*{heading}.*\|", page.source("recap"), re.MULTILINE):
            yield "recap", f"needs a table that says {heading!r}"


@rule
def questions(page: Page) -> Iterator[Finding]:
    """There are 3 to 5 questions at the end."""
    source = page.source("questions")
    asked = [item for item in items(source) if item.rstrip("* ").endswith("?")]
    asked += re.findall(r"^\*\*\d+\..*\?\*\*\s*$", source, re.MULTILINE)
    if outside(len(asked), QUESTIONS):
        yield "questions", f"asks {len(asked)} questions (`- …?` or `**1. …?**`)"


def items(source: str) -> list[str]:
    """The top-level list items of a markdown text, each with its following lines joined to it."""
    found: list[str] = []
    for line in _without_code(source).splitlines():
        if match := re.match(r"^(?:[-*+]|\d+[.)])\s+(.*)", line):
            found.append(match[1])
        elif found and re.match(r"^\s+\S", line) and not re.match(r"^\s*(?:[-*+]|\d+[.)])\s", line):
            found[-1] += " " + line.strip()
    return found


def _without_code(source: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.MULTILINE | re.DOTALL)
