"""The matrix: one row for each fault, one column for each promise, and below it in words whatever was not kept.

A mark never stands alone: a kept promise is ✓, a broken one ✗ with the number of findings, and the colour only says
it once more. The rule: a row means nothing unless the fault has hit, so each row says how one saw that it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from labs.course.chaos.audit import PROMISES, Audit

KEPT, BROKEN = "✓", "✗"
_GREEN, _RED = "rgba(22,163,74,.16)", "rgba(220,38,38,.18)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one fault. `hit`: how one sees that it happened; `again`: events that were published again."""

    fault: str
    hit: str
    again: int
    audit: Audit

    def words(self, promise: str) -> str:
        """The mark for one promise."""
        found = self.audit.found.get(promise, ())
        return f"{BROKEN} {len(found)}" if found else KEPT


class Matrix:
    """Rows in the order in which the faults were first tried; one that is tried again takes its old place."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def add(self, row: Row) -> None:
        """Note what came of a fault."""
        self.rows[row.fault] = row

    def __getitem__(self, fault: str) -> Row:
        return self.rows[fault]

    def only(self, *faults: str) -> Matrix:
        """The same with these rows."""
        chosen = Matrix()
        chosen.rows = {fault: self.rows[fault] for fault in faults}
        return chosen

    @property
    def broken(self) -> Mapping[str, tuple[str, ...]]:
        """Fault → the promises that it broke, by their short names; only where there are some."""
        return {fault: tuple(row.audit.broken) for fault, row in self.rows.items() if not row.audit.whole}

    @property
    def kept(self) -> int:
        """How many promises were kept, over all rows."""
        return sum(len(PROMISES) - len(row.audit.broken) for row in self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        head = ["fault", "it hit", *PROMISES]
        lines = [head, *(self._cells(row) for row in self.rows.values())]
        widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
        text = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
        ]
        text.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join(line.rstrip() for line in [*text, *self._sentences()])

    def _repr_html_(self) -> str:
        left = "text-align:left;vertical-align:bottom"
        head = "".join(f'<th scope="col" style="{left}">{escape(word)}</th>' for word in ("fault", "it hit"))
        head += "".join(
            f'<th scope="col" title="{escape(means)}" style="{left};padding:.3em .4em">{escape(name)}</th>'
            for name, means in PROMISES.items()
        )
        body = "".join(self._row(row) for row in self.rows.values())
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self._sentences())
        table = f'<table style="font-size:.85em"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        return f'<div style="overflow-x:auto">{table}</div>' + (f"<ul>{said}</ul>" if said else "")

    def _row(self, row: Row) -> str:
        fault, hit, *marks = self._cells(row)
        cells = f'<th scope="row" style="text-align:left;font-weight:600">{escape(fault)}</th>'
        cells += f'<td style="text-align:left">{escape(hit)}</td>'
        for mark in marks:
            tint = _GREEN if mark == KEPT else _RED
            word = "kept" if mark == KEPT else f"broken {mark.removeprefix(BROKEN).strip()} times"
            style = f"text-align:center;white-space:nowrap;background:{tint}"
            cells += f'<td style="{style}" aria-label="{word}">{mark}</td>'
        return f"<tr>{cells}</tr>"

    def _cells(self, row: Row) -> list[str]:
        return [row.fault, row.hit, *(row.words(promise) for promise in PROMISES)]

    def _sentences(self) -> list[str]:
        return [
            f"{row.fault}: {sentence}"
            for row in self.rows.values()
            for sentence in row.audit.sentences(most=1)
        ]
