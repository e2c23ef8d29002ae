"""The shapes of producers and consumers: pills, with an arrow that says which way messages go."""

from __future__ import annotations

from labs.drawing.placed import PlacedNode
from labs.drawing.seen import Seen
from labs.drawing.still import look
from labs.drawing.still.icons import icon_of
from labs.drawing.still.shapes import Line, Shape, Text

TINT = look.NEUTRAL
#: Lower pills have room for one line only.
TWO_LINES = 40
NOTE_SIZE = 10.5


def producer(placed: PlacedNode) -> list[Shape]:
    """Its name, and an arrow out."""
    middle = placed.y + placed.h / 2
    return [
        Text(x=placed.x + 15, y=middle + 4.5, text=placed.label, colour=look.INK, on=TINT.fill, bold=True),
        Line(d=icon_of("producer"), x=placed.x + placed.w - 29, y=middle - 8, stroke=TINT.accent, width=1.6),
    ]


def consumer(placed: PlacedNode, seen: Seen | None) -> list[Shape]:
    """An arrow in, its name, and what it holds of what it may hold."""
    middle = placed.y + placed.h / 2
    note = note_of(placed, seen) if placed.h >= TWO_LINES else ""
    name_y = middle - 2 if note else middle + 4.5
    shapes: list[Shape] = [
        Line(d=icon_of("consumer"), x=placed.x + 13, y=middle - 8, stroke=TINT.accent, width=1.6),
        Text(x=placed.x + 37, y=name_y, text=placed.label, colour=look.INK, on=TINT.fill, bold=True),
    ]
    if note:
        shapes.append(
            Text(x=placed.x + 37, y=middle + 13, text=note, colour=TINT.accent, on=TINT.fill, size=NOTE_SIZE)
        )
    return shapes


def note_of(placed: PlacedNode, seen: Seen | None) -> str:
    """`holds 3 of 10`; `≈` where several consumers share a queue and only their sum is known."""
    node = placed.node
    if node.kind == "group":
        return f"{len(node.members)} consumers"
    if node.auto_ack:
        return "auto-ack"
    held = seen.holds.get(node.id) if seen else None
    if held:
        about = "" if held[1] else "≈"
        return f"holds {about}{held[0]}" + (f" of {node.prefetch}" if node.prefetch else "")
    if node.prefetch is None:
        return ""
    return f"prefetch {node.prefetch}" if node.prefetch else "no limit"
