"""A still picture as SVG: one self-contained element, no style sheet, no script, no ids.

The rule: names come from whoever declared the queue, so every text and every attribute is escaped, and what XML
cannot hold is replaced by a sign (`labels.plain`). Without ids, several pictures on one page cannot mix up.
A screen reader gets the title and the description; each node and line says its words on hovering.
https://www.w3.org/TR/SVG2/ · https://www.w3.org/TR/xml/#charsets
"""

from __future__ import annotations

from html import escape

from labs.drawing.describe import describe
from labs.drawing.labels import plain
from labs.drawing.placed import Placed
from labs.drawing.seen import Seen
from labs.drawing.still import look, still_of
from labs.drawing.still.shapes import Box, Line, Shape, Text, Thing


def as_svg(placed: Placed, seen: Seen | None = None) -> str:
    """The picture, for a notebook, a web page or a file."""
    width, height, drawn = still_of(placed, seen)
    title = f"Topology {plain(placed.graph.name)}".strip()
    root: dict[str, str | float] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "labs-still",
        "role": "img",
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{width:g}",
        "height": f"{height:g}",
        "style": "max-width:100%;height:auto",
        "font-family": look.SANS,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    inside = tag("title", {}, escape(title)) + tag("desc", {}, escape(describe(placed.graph, seen)))
    return tag("svg", root, inside + "".join(map(_written, drawn)))


def tag(name: str, attributes: dict[str, str | float], inside: str = "") -> str:
    """One element. `inside` is markup already; attributes are escaped here."""
    said = "".join(
        f' {key}="{escape(f"{round(value, 2):g}" if isinstance(value, float) else value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def _written(drawn: Shape | Thing) -> str:
    match drawn:
        case Thing():
            return tag(
                "g", {}, tag("title", {}, escape(plain(drawn.words))) + "".join(map(_written, drawn.shapes))
            )
        case Box():
            return _box(drawn)
        case Line():
            return _line(drawn)
        case Text():
            return _text(drawn)


def _box(box: Box) -> str:
    said: dict[str, str | float] = {
        "x": float(box.x),
        "y": float(box.y),
        "width": float(box.w),
        "height": float(box.h),
    }
    if box.round:
        said["rx"] = float(box.round)
    return tag("rect", said | _paint(box))


def _line(line: Line) -> str:
    said: dict[str, str | float] = {"d": line.d}
    if line.x or line.y or line.scale != 1:
        scaled = f" scale({line.scale:g})" if line.scale != 1 else ""
        said["transform"] = f"translate({line.x:g} {line.y:g}){scaled}"
    if line.dash:
        said["stroke-linecap"] = "butt"
    if line.dash_from:
        said["stroke-dashoffset"] = float(line.dash_from)
    return tag("path", said | _paint(line))


def _paint(shape: Box | Line) -> dict[str, str | float]:
    said: dict[str, str | float] = {"fill": shape.fill}
    if shape.stroke != "none":
        said |= {"stroke": shape.stroke, "stroke-width": float(shape.width)}
    if shape.dash:
        said["stroke-dasharray"] = " ".join(f"{part:g}" for part in shape.dash)
    return said


def _text(text: Text) -> str:
    said: dict[str, str | float] = {
        "x": float(text.x),
        "y": float(text.y),
        "font-size": float(text.size),
        "fill": text.colour,
    }
    if text.anchor != "start":
        said["text-anchor"] = text.anchor
    if text.bold:
        said["font-weight"] = "600"
    if text.mono:
        said["font-family"] = look.MONO
    if text.spaced:
        said["letter-spacing"] = "1.2"
    return tag("text", said, escape(plain(text.text)))
