"""The legend below a still picture: only what the picture uses, each as it is drawn there."""

from __future__ import annotations

from dataclasses import replace

from labs.drawing.layout.columns import kind_of
from labs.drawing.measure import text_width
from labs.drawing.placed import Placed
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.lines import DASHES
from labs.drawing.still.shapes import Box, Line, Shape, Text

LEGEND_HEIGHT = 34
SIZE, GAP = 10.5, 20.0


def legend(placed: Placed, seen: Seen | None) -> list[Shape]:
    """A row of samples with words, from the left."""
    x, y = 28.0, placed.height + 14.0
    shapes: list[Shape] = [
        Line(d=f"M1 {placed.height} L{placed.width - 1} {placed.height}", stroke=look.CARD_EDGE, width=1)
    ]
    for sample, words in _entries(placed, seen, y):
        shapes += [replace(shape, x=shape.x + x) for shape in sample]
        wide = max((shape.x + shape.w for shape in sample if isinstance(shape, Box)), default=26.0)
        shapes.append(Text(x=x + wide + 7, y=y + 4, text=words, colour=look.MUTED, on=look.CARD, size=SIZE))
        x += wide + 7 + text_width(words, SIZE) + GAP
    return shapes


def _entries(placed: Placed, seen: Seen | None, y: float) -> list[tuple[list[Shape], str]]:
    kinds = {kind_of(node.node) for node in placed.nodes}
    edges = {edge.edge.kind for edge in placed.edges}
    found: list[tuple[list[Shape], str]] = []
    for kind, corner in (("exchange", 4.5), ("queue", 2.5)):
        if kind in kinds:
            tint = look.tint_of(kind)
            box = Box(x=0, y=y - 6, w=16, h=12, round=corner, fill=tint.fill, stroke=tint.edge, width=1.3)
            found.append(([box], kind))
    if seen and seen.counts:
        ready = Box(x=0, y=y - 5, w=8, h=10, round=1.8, fill=look.READY)
        unacked = Box(x=0, y=y - 5, w=8, h=10, round=1.8, fill=look.CARD, stroke=look.UNACKED, width=0.9)
        hatch = Line(d="M0.5 6 L7.5 1 M0.5 9.5 L7.5 4", x=0, y=y - 5, stroke=look.UNACKED, width=0.9)
        found += [([ready], "ready"), ([unacked, hatch], "+ unacknowledged")]
    for kind, words in (("dead-letter", "dead letters"), ("alternate", "what no binding takes")):
        if kind in edges:
            colour = look.RED if kind == "dead-letter" else look.LINE
            found.append(([Line(d=f"M0 {y} L26 {y}", stroke=colour, width=1.6, dash=DASHES[kind])], words))
    return found
