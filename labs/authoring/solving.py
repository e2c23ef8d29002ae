"""Notebooks as other people would leave them: solved, or untouched.

Both are made from the committed notebook and the solution files: what is proved is what learners have.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from labs.authoring.page import EXERCISE_CELL, SECTION_CELL, Page
from labs.authoring.syntax import checked, imports, tree
from labs.course.exercise import exercises


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An exercise as the notebook ``page`` shows it: its id, and the function that the learner writes."""

    page: Page
    id: str
    function: str
    cell: str

    def untouched(self) -> Any:
        """The function of the starter cell, made where the notebook makes it: after the cells above."""
        return self.attempt(self.page.source(self.cell), self.page.path)

    def attempt(self, source: str, place: Path) -> Any:
        """The function that ``source`` makes, with the notebook's imports at hand, as in its kernel."""
        namespace: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(imports_above(self.page, self.cell), str(self.page.path), "exec"), namespace)  # noqa: S102
        exec(compile(source, str(place), "exec"), namespace)  # noqa: S102 - our own files
        return namespace[self.function]


def tasks(page: Page) -> list[Task]:
    """The exercises of a notebook, read from its check cells."""
    found: list[Task] = []
    for number in page.exercises:
        for id_, function in checked(tree(page.source(f"ex{number}-check"))):
            found.append(Task(page=page, id=id_, function=function, cell=f"ex{number}-starter"))
    return found


def solved(page: Page) -> NotebookNode:
    """A copy of the notebook in which every starter cell holds the text of the solution file.

    Raises LookupError when an exercise has no starter cell, so that a renamed cell cannot pass in silence.
    """
    notebook = copy.deepcopy(page.notebook)
    files = {exercise.id: exercise.solution for exercise in exercises(page.name)}
    cells = {task.id: task.cell for task in tasks(page)}
    if set(files) != set(cells) or not files:
        message = f"{page.name} shows the exercises {sorted(cells)}; there are solutions for {sorted(files)}"
        raise LookupError(message)
    for cell in notebook.cells:
        for id_, name in cells.items():
            if cell.id == name:
                cell.source = files[id_].read_text(encoding="utf-8")
    return notebook


def exercises_only(page: Page) -> NotebookNode:
    """A copy whose sections only import: what a learner runs who goes straight to the exercises."""
    notebook = copy.deepcopy(page.notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code" and SECTION_CELL.match(cell.id):
            cell.source = "\n".join(ast.unparse(node) for node in imports(tree(cell.source)))
    return notebook


def imports_above(page: Page, name: str) -> str:
    """The import statements of the code cells above the cell ``name``, exercises left out."""
    lines: list[str] = []
    for cell in page.cells:
        if cell.id == name:
            break
        if cell.cell_type == "code" and not EXERCISE_CELL.match(cell.id):
            lines += [ast.unparse(node) for node in imports(tree(cell.source))]
    return "\n".join(lines)
