"""A notebook as its author thinks of it: named cells in a fixed order.

A page is read from disk and handed to the rules; it changes nothing by itself.
The one rule: a cell is found by its *name* (the nbformat 4.5 cell id), never by its position.
Break it, and every link, check and test that names the cell points at another one after the next edit.

The format: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

#: `03_queues.ipynb`: two digits, then the name.
FILE_NAME = re.compile(r"^(?P<number>\d\d)_(?P<slug>[a-z0-9_]+)$")
SECTION_CELL = re.compile(r"^s(\d+)-[a-z0-9-]+$")
#: The tag of a cell that another version of RabbitMQ makes print something else.
BROKER_DEPENDENT = "broker-dependent"
EXERCISE_CELL = re.compile(r"^ex(\d+)-(prompt|starter|check|solution)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One notebook file, parsed.

    ``number`` is ``None`` when the file name does not begin with two digits, which a rule reports.
    """

    path: Path
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> Page:
        """Read ``path`` as nbformat 4; raises what nbformat raises when the file is not a notebook."""
        return cls(path=path, notebook=nbformat.read(path, as_version=4))

    def write(self) -> None:
        """Write the notebook back, with one newline at the end, as every other text file has."""
        text: str = nbformat.writes(self.notebook)
        self.path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")

    @property
    def name(self) -> str:
        """``03_queues``: the name by which ``open_lesson`` and the catalogue know it."""
        return self.path.stem

    @property
    def number(self) -> int | None:
        """The two digits at the front of the file's name."""
        match = FILE_NAME.match(self.path.stem)
        return int(match["number"]) if match else None

    @property
    def cells(self) -> list[NotebookNode]:
        """Every cell, in order."""
        return list(self.notebook.cells)

    @property
    def code(self) -> list[NotebookNode]:
        """The code cells, in order."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @property
    def markdown(self) -> list[NotebookNode]:
        """The markdown cells, in order."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "markdown"]

    def cell(self, name: str) -> NotebookNode | None:
        """The cell called ``name``, or ``None``."""
        return next((cell for cell in self.notebook.cells if cell.get("id") == name), None)

    def source(self, name: str) -> str:
        """The text of the cell called ``name``; empty when there is no such cell."""
        cell = self.cell(name)
        return "" if cell is None else str(cell.source)

    @property
    def exercises(self) -> list[int]:
        """The numbers of the exercises, in the order in which their cells stand: ``[1, 2, 3]``."""
        matches = (EXERCISE_CELL.match(cell.get("id", "")) for cell in self.notebook.cells)
        return list(dict.fromkeys(int(match[1]) for match in matches if match))

    @property
    def sections(self) -> dict[int, list[NotebookNode]]:
        """The cells of each section: ``{1: [s1-story, s1-run, …], 2: […]}``."""
        found: dict[int, list[NotebookNode]] = {}
        for cell in self.notebook.cells:
            if match := SECTION_CELL.match(cell.get("id", "")):
                found.setdefault(int(match[1]), []).append(cell)
        return found


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell; an empty list when it has none."""
    return list(cell.metadata.get("tags", []))
