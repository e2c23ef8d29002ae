"""A still picture as a list of shapes: the card, the headings, lines below, labels above, nodes, a legend."""

from __future__ import annotations

from labs.drawing.placed import Placed
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.legend import LEGEND_HEIGHT, legend
from labs.drawing.still.lines import label_shapes, line_thing
from labs.drawing.still.nodes import node_thing
from labs.drawing.still.shapes import Box, Shape, Text, Thing


def size_of(placed: Placed) -> tuple[float, float]:
    """Width and height with the legend."""
    return placed.width, placed.height + LEGEND_HEIGHT


def still_of(placed: Placed, seen: Seen | None) -> tuple[float, float, list[Shape | Thing]]:
    """Width, height, and everything to draw, from the back to the front."""
    width, height = size_of(placed)
    drawn: list[Shape | Thing] = [
        Box(x=0.5, y=0.5, w=width - 1, h=height - 1, round=14, fill=look.CARD, stroke=look.CARD_EDGE, width=1)
    ]
    drawn += [
        Text(
            x=column.x,
            y=28,
            text=column.label.upper(),
            colour=look.MUTED,
            on=look.CARD,
            size=10.5,
            anchor="middle",
            spaced=True,
        )
        for column in placed.columns
    ]
    # Dead letters lie at the back: they never hide another line.
    edges = sorted(placed.edges, key=lambda edge: edge.edge.kind != "dead-letter")
    drawn += [line_thing(edge, seen) for edge in edges]
    drawn += [shape for edge in placed.edges for shape in label_shapes(edge, seen)]
    drawn += [node_thing(node, seen) for node in placed.nodes]
    drawn += legend(placed, seen)
    return width, height, drawn
