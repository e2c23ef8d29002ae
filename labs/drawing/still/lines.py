"""The shapes of edges: the line, an arrow at its end, and its label with the number of messages that took it.

Dead letters are dashed and red, what an alternate exchange gets is dash-dotted, everything else is a whole line.
Once messages were counted, a line that some took is darker, and wider the more there were.
"""

from __future__ import annotations

from math import log10

from labs.drawing.labels import short_number
from labs.drawing.layout.links import LABEL_SIZE
from labs.drawing.measure import text_width
from labs.drawing.pen import length
from labs.drawing.placed import PlacedEdge
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.shapes import Dash, Line, Shape, Text, Thing, backed

DASHES: dict[str, Dash] = {"dead-letter": look.DEAD_DASH, "alternate": look.ALTERNATE_DASH}
#: An arrow that points to the right and ends in (0, 0), and one that points to the left.
ARROW, ARROW_BACK = "M-8 -4 L0 0 L-8 4 L-6.2 0", "M8 -4 L0 0 L8 4 L6.2 0"
TOTAL_GAP = 5.0


def line_thing(placed: PlacedEdge, seen: Seen | None) -> Thing:
    """The line and its arrow."""
    total = seen.lanes.get(placed.edge.id, 0) if seen else 0
    colour = _colour(placed, total)
    width = 1.6 + min(1.5, 0.45 * log10(total + 1))
    x, y = _numbers(placed.d)[-2:]
    before = _numbers(placed.d)[-4]
    dash = DASHES.get(placed.edge.kind, ())
    # Dashes are counted from the end, so that lines which run together there look like one.
    begin = -length(placed.d) % sum(dash) if dash else 0.0
    shapes: list[Shape] = [
        Line(d=placed.d, stroke=colour, width=round(width, 2), dash=dash, dash_from=round(begin, 1)),
        Line(d=ARROW if before <= x else ARROW_BACK, x=x, y=y, fill=colour),
    ]
    return Thing(words=placed.words, shapes=tuple(shapes))


def label_shapes(placed: PlacedEdge, seen: Seen | None) -> list[Shape]:
    """What the binding asks for, how many messages took this way, and how many deliveries came again."""
    total = seen.lanes.get(placed.edge.id, 0) if seen else 0
    again = seen.redelivered.get(placed.edge.id, 0) if seen else 0
    red = placed.edge.kind == "dead-letter"
    x = placed.lx
    shapes: list[Shape] = []
    count = f"×{short_number(total)}" + (f" ↻{short_number(again)}" if again else "") if total else ""
    if count:
        shapes += backed(_text(placed, x, count, look.RED_TEXT if red else look.INK, bold=True))
        x -= text_width(count, LABEL_SIZE, mono=True) + TOTAL_GAP
    if placed.label:
        shapes += backed(_text(placed, x, placed.label, look.RED_TEXT if red else look.FAINT))
    return shapes


def _text(placed: PlacedEdge, x: float, text: str, colour: str, *, bold: bool = False) -> Text:
    return Text(
        x=round(x, 1),
        y=placed.ly,
        text=text,
        colour=colour,
        on=look.CARD,
        size=LABEL_SIZE,
        bold=bold,
        mono=True,
        anchor="end",
    )


def _colour(placed: PlacedEdge, total: int) -> str:
    if placed.edge.kind == "dead-letter":
        return look.RED
    return look.LINE_USED if total else look.LINE


def _numbers(d: str) -> list[float]:
    return [float(word.lstrip("MLC")) for word in d.split()]
