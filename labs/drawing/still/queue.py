"""The shapes of a queue: its name, its fill, its badges as chips."""

from __future__ import annotations

from labs.drawing.labels import short_number
from labs.drawing.layout.boxes import CHIP_GAP, CHIP_SIZE, DEAD_MARK, HEIGHTS, chip_width
from labs.drawing.placed import PlacedNode
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.bar import bar
from labs.drawing.still.shapes import Box, Shape, Text, backed

#: Lower boxes than this (compact rows) show a name and a count, and nothing else.
FULL_HEIGHT = 60
CHIP_HEIGHT = 15.0
#: From the top of a full box: the name's base line, the bar, the chips; and without counts: name and chips.
ROWS, ROWS_WITHOUT_BAR = (22, 31, 47), (29, 0, 40)


def queue(placed: PlacedNode, seen: Seen | None) -> list[Shape]:
    """A group of queues looks the same, with the number of its members as its only badge."""
    tint = look.tint_of("queue", dead=placed.node.dead)
    full = placed.h >= FULL_HEIGHT
    counts = seen.counts.get(placed.node.id) if seen else None
    top = placed.y + (placed.h - HEIGHTS["queue"][0]) / 2
    name, cells, chips = (top + row for row in (ROWS if counts else ROWS_WITHOUT_BAR))
    name_y = name if full else placed.y + placed.h / 2 + 4.5
    shapes: list[Shape] = [
        Text(x=placed.x + 14, y=name_y, text=placed.label, colour=look.INK, on=tint.fill, bold=True)
    ]
    if counts:
        shapes += bar(placed, counts, tint, cells if full else None)
    if full:
        shapes += _chips(placed, tint, chips)
    if left := seen.gone.get(placed.node.id, 0) if seen and full else 0:
        shapes += _gone(placed, left)
    return shapes


def _gone(placed: PlacedNode, number: int) -> list[Shape]:
    """Below the box: messages that left without a delivery."""
    return backed(
        Text(
            x=placed.x + placed.w - 12,
            y=placed.y + placed.h + 14,
            text=f"{short_number(number)} gone (inferred)",
            colour=look.MUTED,
            on=look.CARD,
            size=10.5,
            anchor="end",
        )
    )


def _chips(placed: PlacedNode, tint: look.Tint, y: float) -> list[Shape]:
    """Badges side by side; those that find no room are counted."""
    node = placed.node
    marks = [badge.mark for badge in node.badges] + [DEAD_MARK] * node.dead
    if node.kind == "group":
        marks = [f"{len(node.members)} queues"]
    shapes: list[Shape] = []
    x, end = placed.x + 13, placed.x + placed.w - 12
    for at, mark in enumerate(marks):
        rest = len(marks) - at
        needed = chip_width(mark) + (CHIP_GAP + chip_width(f"+{rest - 1}") if rest > 1 else 0)
        if x + needed > end:
            return shapes + _chip(f"+{rest}", x, y, tint)
        shapes += _chip(mark, x, y, look.DEAD if mark in ("DLX", DEAD_MARK) else tint)
        x += chip_width(mark) + CHIP_GAP
    return shapes


def _chip(mark: str, x: float, y: float, tint: look.Tint) -> list[Shape]:
    width = round(chip_width(mark), 1)
    return [
        Box(
            x=round(x, 1),
            y=y,
            w=width,
            h=CHIP_HEIGHT,
            round=CHIP_HEIGHT / 2,
            fill=look.CARD,
            stroke=tint.edge,
            width=0.8,
        ),
        Text(
            x=round(x + width / 2, 1),
            y=y + 11,
            text=mark,
            colour=tint.accent,
            on=look.CARD,
            size=CHIP_SIZE,
            bold=True,
            anchor="middle",
        ),
    ]
