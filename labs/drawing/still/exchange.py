"""The shapes of an exchange: the sign of its type on a patch, its name, its type in words."""

from __future__ import annotations

from labs.drawing.labels import short_number
from labs.drawing.layout.boxes import NOTE_SIZE, exchange_note
from labs.drawing.placed import PlacedNode
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.icons import icon_of
from labs.drawing.still.shapes import Box, Line, Shape, Text, backed

#: The patch's side, and how much larger than 16 the sign on it is.
PATCH, ENLARGED = 32, 1.05
#: Where the words begin.
WORDS = 52


def exchange(placed: PlacedNode, seen: Seen | None) -> list[Shape]:
    """Below it, in red, what no queue took."""
    node, middle = placed.node, placed.y + placed.h / 2
    tint = look.tint_of("exchange", dead=node.dead)
    x, sign = placed.x + WORDS, 8 * ENLARGED
    shapes: list[Shape] = [
        Box(x=placed.x + 11, y=middle - PATCH / 2, w=PATCH, h=PATCH, round=9, fill=tint.patch),
        Line(
            d=icon_of("exchange", node.type),
            x=round(placed.x + 11 + PATCH / 2 - sign, 1),
            y=round(middle - sign, 1),
            scale=ENLARGED,
            stroke=tint.accent,
            width=1.6,
        ),
        Text(x=x, y=middle - 3, text=placed.label, colour=look.INK, on=tint.fill, bold=True),
        Text(x=x, y=middle + 13, text=exchange_note(node), colour=tint.accent, on=tint.fill, size=NOTE_SIZE),
    ]
    if lost := seen.unroutable.get(node.id, 0) if seen else 0:
        shapes += backed(
            Text(
                x=placed.x + placed.w / 2,
                y=placed.y + placed.h + 18,
                text=f"✕ {short_number(lost)} unroutable",
                colour=look.RED_TEXT,
                on=look.CARD,
                size=11.5,
                bold=True,
                anchor="middle",
            )
        )
    return shapes
