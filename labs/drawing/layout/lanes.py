"""The lines: smooth curves from box to box, each ending in a straight piece on which its label stands.

Dead letters run the other way along the same kind of line. Loops (a dead letter that goes back into a live
exchange) leave downwards, run below everything and come in from the left, where publishers come in too.
"""

from __future__ import annotations

from labs.drawing.layout.sheet import Link, Sheet
from labs.drawing.layout.widths import LABEL_GAP, LOOP_SIDE
from labs.drawing.pen import Piece, Point, through

#: How round a loop's corners are.
CORNER = 12.0
#: Loops into different exchanges run this far below each other.
LOOP_STEP = 16.0
#: From a label's base line up to the middle of its letters.
BASE_LINE = 3.8


def path_of(sheet: Sheet, link: Link) -> list[Piece]:
    """The line as pieces: two points are a straight one, four a curve."""
    pieces: list[Piece] = []
    for one, other in link.steps:
        begin = (right_side(sheet, one), port(sheet, one, "right", link))
        end = (sheet.spots[other].x, port(sheet, other, "left", link))
        straight = (end[0] - sheet.label_room[sheet.spots[other].column], end[1])
        half = (straight[0] - begin[0]) / 2
        pieces.append([begin, (begin[0] + half, begin[1]), (straight[0] - half, straight[1]), straight])
        pieces.append([straight, end])
        if sheet.spots[other].node is None:
            pieces.append([end, (right_side(sheet, other), end[1])])
    pieces = [piece for piece in pieces if piece[0] != piece[-1]]
    return [piece[::-1] for piece in reversed(pieces)] if link.backwards else pieces


def loop_of(sheet: Sheet, link: Link, bottom: float) -> list[Piece]:
    """Out, down, back to the left below everything, up and in."""
    source, target = sheet.spots[link.edge.source], sheet.spots[link.edge.target]
    lane = loop_row(sheet, link)
    low = bottom + LOOP_STEP * lane
    room = sheet.label_room
    if link.edge.kind == "dead-letter":
        begin = (source.x, port(sheet, source.id, "left", link))
        turn = source.x - room[source.column] - LOOP_SIDE * (lane + 1)
    else:
        begin = (source.x + source.width, port(sheet, source.id, "right", link))
        turn = begin[0] + LOOP_SIDE * (lane + 2)
    end = (target.x, port(sheet, target.id, "left", link))
    back = target.x - room[target.column] - LOOP_SIDE * (lane + 1)
    return through([begin, (turn, begin[1]), (turn, low), (back, low), (back, end[1]), end], CORNER)


def loop_row(sheet: Sheet, link: Link) -> int:
    """One for each stream."""
    return list(dict.fromkeys(loop.stream for loop in sheet.loops)).index(link.stream)


def label_at(sheet: Sheet, link: Link) -> Point:
    """Where the label ends: on the straight piece, just before the box."""
    spot = link.hops[0] if link in sheet.loops and link.edge.kind == "dead-letter" else link.hops[-1]
    return sheet.spots[spot].x - LABEL_GAP, port(sheet, spot, "left", link) + BASE_LINE


def port(sheet: Sheet, spot: str, side: str, link: Link) -> float:
    """How high this line touches that side of a box."""
    return sheet.spots[spot].y + sheet.ports.get((spot, side, link.edge.id), 0.0)


def right_side(sheet: Sheet, spot: str) -> float:
    """A box's right edge."""
    return sheet.spots[spot].x + sheet.spots[spot].width
