"""The rhythm: how much there is of what, so that reading and doing take turns."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from labs.authoring.page import EXERCISE_CELL, Page, tags
from labs.authoring.rule import Finding, outside, rule

CODE_CELLS = (12, 25)
LINES_AT_MOST = 15
MEDIAN_LINES = (3, 6)
MARKDOWN_PER_CODE = (1.0, 1.3)
FILE_KB = 300
#: A section of this many cells only says what it shows; a longer one also reads the result.
SHOW = 2


@rule
def code_cells(page: Page) -> Iterator[Finding]:
    """A notebook has 12 to 25 code cells."""
    if outside(len(page.code), CODE_CELLS):
        yield "", f"has {len(page.code)} code cells, not {CODE_CELLS[0]} to {CODE_CELLS[1]}"


@rule
def cell_length(page: Page) -> Iterator[Finding]:
    """A code cell has at most 15 lines; longer code lives in labs/ and is shown from there."""
    for cell in page.code:
        if lines(cell.source) > LINES_AT_MOST:
            yield cell.id, f"has {lines(cell.source)} lines, {LINES_AT_MOST} at most"


@rule
def median_length(page: Page) -> Iterator[Finding]:
    """The median code cell has 3 to 6 lines; checks, score and teardown are one line and do not count."""
    counted = [lines(c.source) for c in page.code if "check" not in tags(c) and c.id != "teardown"]
    median = statistics.median(counted or [0])
    if outside(median, MEDIAN_LINES):
        yield "", f"the median code cell has {median:g} lines, not {MEDIAN_LINES[0]} to {MEDIAN_LINES[1]}"


@rule
def prose_per_code(page: Page) -> Iterator[Finding]:
    """There are 1.0 to 1.3 markdown cells per code cell."""
    ratio = len(page.markdown) / max(1, len(page.code))
    if outside(round(ratio, 2), MARKDOWN_PER_CODE):
        counts = f"{len(page.markdown)} markdown cells for {len(page.code)} code cells"
        yield "", f"has {counts}: {ratio:.2f}, not {MARKDOWN_PER_CODE[0]} to {MARKDOWN_PER_CODE[1]}"


@rule
def section_beat(page: Page) -> Iterator[Finding]:
    """A section begins with a heading and its story, runs something, and reads the result."""
    for number, cells in page.sections.items():
        first, last = cells[0], cells[-1]
        if first.cell_type != "markdown" or not first.source.startswith("## "):
            yield first.id, f"section {number} must begin with a markdown cell and a `## ` heading"
        after = page.cells[page.cells.index(last) + 1 :][:1]
        practised = bool(after) and EXERCISE_CELL.match(after[0].get("id", "")) is not None
        if not practised and not any(cell.cell_type == "code" for cell in cells):
            yield first.id, f"section {number} runs nothing"
        kinds = "".join("p" if cell.cell_type == "markdown" else "c" for cell in cells)
        if len(cells) > SHOW and "cp" not in kinds:
            yield last.id, f"section {number} never reads the result: no prose follows its code"


@rule
def something_breaks(page: Page) -> Iterator[Finding]:
    """At least one section breaks something on purpose (`with expect(…)`, or the tag `breaks`)."""
    cells = [cell for cells in page.sections.values() for cell in cells if cell.cell_type == "code"]
    if not any("expect(" in cell.source or "breaks" in tags(cell) for cell in cells):
        yield "", "nothing is broken on purpose"


@rule
def brokers_own_view(page: Page) -> Iterator[Finding]:
    """At least one section shows the broker's own view: `lesson.show`, management API, tag `broker-view`."""
    cells = [cell for cells in page.sections.values() for cell in cells if cell.cell_type == "code"]
    shown = ("lesson.show(", "management", "lesson.peek(")
    if not any("broker-view" in tags(cell) or any(word in cell.source for word in shown) for cell in cells):
        yield "", "the broker's own view is never shown"


@rule
def file_size(page: Page) -> Iterator[Finding]:
    """A notebook file stays under 300 KB."""
    size = page.path.stat().st_size if page.path.exists() else 0
    if size >= FILE_KB * 1000:
        yield "", f"the file has {size / 1000:.0f} KB, {FILE_KB} at most"


def lines(source: str) -> int:
    """The lines of a cell that are not blank."""
    return sum(1 for line in source.splitlines() if line.strip())
