"""A queue's fill: sixteen cells, ready ones solid, unacknowledged ones hatched, and both numbers.

Against the queue's limit if it has one; up to sixteen messages, one cell is one message; above that each
further cell stands for many (a logarithmic scale), so that 20 and 20 000 still look different.
"""

from __future__ import annotations

from math import ceil, log

from labs.drawing.labels import short_number
from labs.drawing.measure import text_width
from labs.drawing.placed import PlacedNode
from labs.drawing.still import look
from labs.drawing.still.shapes import Line, Shape, Text

CELLS = 16
#: So many messages fill a bar that has no limit.
FULL = 100_000
CELL_GAP, CELL_HEIGHT = 1.6, 9.0
#: At least so much room for the numbers beside the bar.
NUMBERS = 42.0


def bar(placed: PlacedNode, counts: tuple[int, int], tint: look.Tint, y: float | None) -> list[Shape]:
    """The cells and numbers; without a `y` the row is too low for cells, and only the numbers are drawn."""
    ready, unacked = counts[0], f"+{short_number(counts[1])}" if counts[1] else ""
    right = placed.x + placed.w - 13
    base = placed.y + placed.h / 2 + 4.5 if y is None else y + 8.5
    wide = text_width(unacked, 12) + 5 if unacked else 0
    shapes: list[Shape] = [
        Text(
            x=round(right - wide, 1),
            y=base,
            text=short_number(ready),
            colour=look.INK,
            on=tint.fill,
            size=12.5,
            bold=True,
            anchor="end",
        )
    ]
    if unacked:
        shapes.append(
            Text(x=right, y=base, text=unacked, colour=tint.accent, on=tint.fill, size=12, anchor="end")
        )
    if y is not None:
        numbers = wide + text_width(short_number(ready), 12.5, bold=True) + 8
        room = placed.w - 28 - max(NUMBERS, numbers)
        shapes += _cells(placed.x + 14, y, room, cells_of(*counts, placed.node.limit))
    return shapes


def cells_of(ready: int, unacked: int, limit: int | None) -> tuple[int, int]:
    """How many cells are solid and how many are hatched; whatever is there shows in one cell at least."""
    total = ready + unacked
    if limit:
        filled = min(CELLS, ceil(total * CELLS / limit))
    elif total <= CELLS:
        filled = total
    else:
        filled = min(CELLS, ceil(CELLS * log(total) / log(FULL)))
    hatched = min(filled, ceil(filled * unacked / total)) if unacked else 0
    if ready and filled > 1:
        hatched = min(hatched, filled - 1)
    return filled - hatched, hatched


def _cells(x: float, y: float, room: float, cells: tuple[int, int]) -> list[Shape]:
    """Each run of equal cells is one dashed line as thick as a cell is high: three shapes instead of sixteen."""
    solid, hatched = cells
    width = round((room + CELL_GAP) / CELLS - CELL_GAP, 2)
    step = width + CELL_GAP

    def run(first: int, last: int, colour: str) -> Line:
        ends = round(first * step, 2), round(last * step - CELL_GAP / 2, 2)
        d = f"M{ends[0]} {CELL_HEIGHT / 2} L{ends[1]} {CELL_HEIGHT / 2}"
        return Line(d=d, x=x, y=y, stroke=colour, width=CELL_HEIGHT, dash=(width, CELL_GAP))

    shapes: list[Shape] = [run(0, solid, look.READY)] if solid else []
    if hatched:
        hatch = "".join(_hatched(at * step, width) for at in range(solid, solid + hatched))
        shapes.append(Line(d=hatch, x=x, y=y, stroke=look.UNACKED, fill=look.CARD, width=0.9))
    return shapes + [run(solid + hatched, CELLS, look.FREE)] * (solid + hatched < CELLS)


def _hatched(x: float, width: float) -> str:
    """The outline of one cell and two strokes across it."""
    left, right, top, bottom = round(x + 0.45, 2), round(x + width - 0.45, 2), 0.45, CELL_HEIGHT - 0.45
    outline = f"M{left} {top} L{right} {top} L{right} {bottom} L{left} {bottom} L{left} {top} "
    return outline + f"M{left} 5 L{right} 1.4 M{left} 8 L{right} 4.4 "
