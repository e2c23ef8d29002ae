"""How far apart the columns stand: room for curves, then for labels, and no less than a page's width.

In the gap before a column the lines first curve, each to its own row, then run straight into the box. Labels
stand on the straight part, where no two lines cross: so no label ever hides a line.
"""

from __future__ import annotations

from labs.drawing.layout.links import LABEL_SIZE
from labs.drawing.layout.sheet import Sheet
from labs.drawing.measure import text_width

#: Left and right of everything.
MARGIN = 26
#: Loops turn up and down beside each other at this distance.
LOOP_SIDE = 8.0
#: For the curves of one gap: the higher the steepest of them, the more.
LEAST_CURVE, CURVE_PER_RISE, MOST_CURVE = 38, 0.32, 130
#: Beside a label: its distance from the box, and room for a total like `×999`.
LABEL_GAP, TOTAL_ROOM = 12, 42
#: The width of a picture with so many columns, at least.
LEAST_WIDTH = {0: 640, 1: 640, 2: 640, 3: 800}
USUAL_WIDTH = 960


def set_widths(sheet: Sheet) -> float:
    """Fill in `x` of every spot and the room for labels; answer with the picture's width."""
    sheet.label_room = [_label_room(sheet, index) for index in range(len(sheet.columns))]
    turns = _room_for_turns(sheet)
    gaps = [_curve(sheet, at) + turns[at + 1] + room for at, room in enumerate(sheet.label_room[1:])]
    boxes = [max((sheet.spots[spot].width for spot in column), default=0) for column in sheet.columns]
    before = MARGIN + turns[0] + sum(sheet.label_room[:1])
    natural = before + sum(boxes) + sum(gaps) + turns[-1] + MARGIN
    width = max(natural, LEAST_WIDTH.get(len(boxes), USUAL_WIDTH))
    more = (width - natural) / len(gaps) if gaps else 0.0
    x = before if gaps else (width - sum(boxes)) / 2
    for index, column in enumerate(sheet.columns):
        for spot in column:
            sheet.spots[spot].x = round(x, 1)
            sheet.spots[spot].width = boxes[index]
        x += boxes[index] + (gaps[index] + more if index < len(gaps) else 0)
    return round(width)


def _curve(sheet: Sheet, left: int) -> float:
    """For the lines from this column to the next."""
    rises = [
        abs(sheet.spots[one].y - sheet.spots[other].y)
        for link in sheet.links
        for one, other in link.steps
        if sheet.spots[one].column == left
    ]
    return min(LEAST_CURVE + CURVE_PER_RISE * max(rises, default=0), MOST_CURVE)


def _room_for_turns(sheet: Sheet) -> list[float]:
    """For the loops that turn up or down in each gap: before the first column, …, after the last."""
    rooms = [0.0] * (len(sheet.columns) + 1)
    room = LOOP_SIDE * (len({loop.stream for loop in sheet.loops}) + 2)
    for loop in sheet.loops:
        source, target = (sheet.spots[end].column for end in loop.hops)
        rooms[target] = room
        rooms[source + (loop.edge.kind != "dead-letter")] = room
    return rooms


def _label_room(sheet: Sheet, index: int) -> float:
    """For the longest label of the lines that end in this column; nothing if none does."""
    ending = [link for link in sheet.links if sheet.spots[link.hops[-1]].column == index]
    ending += [loop for loop in sheet.loops if index in _columns_touched(sheet, loop.hops)]
    if not ending:
        return 0.0
    longest = max(text_width(link.label, LABEL_SIZE, mono=True) for link in ending)
    return longest + TOTAL_ROOM + LABEL_GAP


def _columns_touched(sheet: Sheet, hops: tuple[str, ...]) -> set[int]:
    return {sheet.spots[hop].column for hop in hops}
