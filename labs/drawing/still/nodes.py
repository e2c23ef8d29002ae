"""The shapes of one node: its box, and what its kind shows inside.

Round pills are people, round boxes exchanges, square boxes queues, a pile of boxes a group: the shape says it,
the colour only repeats it. What sees dead letters only is red, dashed, and says so in words.
"""

from __future__ import annotations

from labs.drawing.layout.columns import kind_of
from labs.drawing.placed import PlacedNode
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.exchange import exchange
from labs.drawing.still.people import consumer, producer
from labs.drawing.still.queue import queue
from labs.drawing.still.shapes import Box, Shape, Thing

#: How round the corners are; people are pills.
CORNERS = {"exchange": 14.0, "queue": 9.0}
#: How far the boxes of a pile stand out, from the back to the front.
PILE = (6.0, 3.0)


def node_thing(placed: PlacedNode, seen: Seen | None) -> Thing:
    """Everything drawn for one node."""
    kind = kind_of(placed.node)
    match kind:
        case "exchange":
            inside = exchange(placed, seen)
        case "queue":
            inside = queue(placed, seen)
        case "consumer":
            inside = consumer(placed, seen)
        case _:
            inside = producer(placed)
    return Thing(words=placed.words, shapes=(*_box(placed, kind), *inside))


def _box(placed: PlacedNode, kind: str) -> list[Shape]:
    tint = look.tint_of(kind, dead=placed.node.dead)
    dash = look.DEAD_DASH if placed.node.dead else ()

    def frame(right: float, down: float, fill: str, stroke: str = "none") -> Box:
        return Box(
            x=placed.x + right,
            y=placed.y + down,
            w=placed.w,
            h=placed.h,
            round=CORNERS.get(kind, placed.h / 2),
            fill=fill,
            stroke=stroke,
            dash=dash if stroke != "none" else (),
        )

    behind = [frame(by, by, tint.fill, tint.edge) for by in PILE] if placed.node.kind == "group" else []
    return [frame(0, 2, look.SHADOW), *behind, frame(0, 0, tint.fill, tint.edge)]
