"""What a still picture is made of: boxes, lines and texts, each with its place and its colour.

One list of shapes is written as SVG and as PNG, so the two cannot differ. Every text also says which colour
lies behind it: that is how the tests know that it can be read. Shapes of one thing share a `thing`: its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labs.drawing.measure import text_width

Anchor = Literal["start", "middle", "end"]
#: Lengths of ink and of gap, by turns; nothing for a whole line.
Dash = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle with round corners."""

    x: float
    y: float
    w: float
    h: float
    round: float = 0.0
    fill: str = "none"
    stroke: str = "none"
    width: float = 1.5
    dash: Dash = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A path in absolute M, L and C commands, moved by (x, y) and enlarged."""

    d: str
    stroke: str = "none"
    fill: str = "none"
    width: float = 1.5
    dash: Dash = ()
    #: How far into the dashes the path begins.
    dash_from: float = 0.0
    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of letters; (x, y) is the beginning, middle or end of its base line."""

    x: float
    y: float
    text: str
    colour: str
    #: The colour behind it.
    on: str
    size: float = 13.0
    bold: bool = False
    mono: bool = False
    anchor: Anchor = "start"
    spaced: bool = False


Shape = Box | Line | Text


def backed(text: Text) -> list[Shape]:
    """A text on a patch of what it stands on, so that a line behind it ends before it touches the letters."""
    width = text_width(text.text, text.size, bold=text.bold, mono=text.mono) + 8
    left = text.x + {"start": -4.0, "middle": -width / 2, "end": 4.0 - width}[text.anchor]
    patch = Box(
        x=round(left, 1), y=text.y - text.size, w=round(width, 1), h=text.size * 1.35, round=3, fill=text.on
    )
    return [patch, text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Shapes that show one node or edge, and what they show in words (its hover text)."""

    words: str
    shapes: tuple[Shape, ...]
