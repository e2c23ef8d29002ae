"""Small pieces a notebook shows: a table, a note, a piece of source.

Each has two forms with the same words: HTML for the notebook, plain text for a terminal, a test or a
screen reader. Both are stable: they are sorted, counted and named, never an object's address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

#: A tint with a left border reads well in JupyterLab's light and dark themes alike.
PANEL = (
    "border-left:4px solid {edge};background:{tint};padding:.5em .9em;margin:.3em 0;"
    "border-radius:3px;max-width:52em;line-height:1.5"
)
GREY = {"edge": "#64748b", "tint": "rgba(100,116,139,.12)"}
BLUE = {"edge": "#2563eb", "tint": "rgba(37,99,235,.10)"}
GREEN = {"edge": "#16a34a", "tint": "rgba(22,163,74,.12)"}
RED = {"edge": "#dc2626", "tint": "rgba(220,38,38,.10)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under named columns; `None` is shown as a dash, `True`/`False` as yes and no."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    caption: str = ""

    def __repr__(self) -> str:
        lines = [[_word(cell) for cell in row] for row in self.rows]
        widths = [
            max(len(line[i]) for line in [list(self.columns), *lines]) for i in range(len(self.columns))
        ]
        out = [self.caption] if self.caption else []
        out.append("  ".join(name.ljust(w) for name, w in zip(self.columns, widths, strict=True)).rstrip())
        out.append("  ".join("-" * w for w in widths))
        for row, line in zip(self.rows, lines, strict=True):
            out.append(
                "  ".join(
                    text.rjust(w) if _is_number(cell) else text.ljust(w)
                    for cell, text, w in zip(row, line, widths, strict=True)
                ).rstrip()
            )
        if not lines:
            out.append("(none)")
        return "\n".join(out)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="text-align:left">{escape(c)}</th>' for c in self.columns)
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{"right" if _is_number(cell) else "left"}">{escape(_word(cell))}</td>'
                for cell in row
            )
            + "</tr>"
            for row in self.rows
        )
        empty = f'<tr><td colspan="{len(self.columns)}" style="text-align:left">(none)</td></tr>'
        caption = (
            f'<caption style="text-align:left;font-weight:600">{escape(self.caption)}</caption>'
            if self.caption
            else ""
        )
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body or empty}</tbody></table>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Lines in a tinted panel; the first one is bold.

    `drawing` is HTML that says some of it once more, to the eye: not escaped, and not in the text.
    """

    lines: Sequence[str]
    tone: str = "grey"
    drawing: str = ""

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        colours = {"grey": GREY, "blue": BLUE, "green": GREEN, "red": RED}[self.tone]
        first, *rest = [escape(line) for line in self.lines]
        inside = "".join(f"<br>{_indented(line)}" for line in rest)
        return f'<div style="{PANEL.format(**colours)}"><strong>{first}</strong>{inside}{self.drawing}</div>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Python source, coloured by the notebook."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"


def _word(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:g}"
    return str(cell)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _indented(line: str) -> str:
    text = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(text)) + text
