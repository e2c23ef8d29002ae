"""How large each node's box is, and what is written where its name would not fit.

All boxes of a column are equally wide, so that its edges are straight lines. A box grows in height with the
lines that touch it, so that every line, with its label, has a row of its own. Many queues: compact rows.
"""

from __future__ import annotations

from collections import Counter
from math import ceil

from labs.drawing.graph import Graph, Node
from labs.drawing.labels import plain
from labs.drawing.layout.columns import kind_of
from labs.drawing.layout.sheet import Sheet, Spot
from labs.drawing.measure import fitted, text_width

#: More queues than this (or more of anything in one column): compact rows.
COMPACT_ABOVE = 12
#: The narrowest and widest box of each kind.
WIDTHS = {"producer": (100, 168), "exchange": (128, 224), "queue": (172, 236), "consumer": (112, 172)}
#: The height of each kind, and its height in compact rows.
HEIGHTS = {"producer": (36, 30), "exchange": (54, 46), "queue": (68, 32), "consumer": (46, 30)}
#: What is left and right of the name in each box.
PADDING = {"producer": 50, "exchange": 62, "queue": 28, "consumer": 52}
#: The size of the letters of a name.
NAME_SIZE, NOTE_SIZE = 13, 11
#: What is written on boxes that only dead letters reach.
DEAD_MARK = "dead letters"
#: Between two lines that touch one box: with labels, and without.
LABELLED_STEP, STEP = 16, 9
#: A badge is its text and this.
CHIP_SIZE, CHIP_PADDING, CHIP_GAP = 9.5, 11, 4


def add_boxes(sheet: Sheet, graph: Graph, column: dict[str, int]) -> None:
    """Put a spot for every node on the sheet."""
    compact = is_compact(graph)
    ins = Counter(edge.target for edge in graph.edges if edge.kind != "dead-letter")
    outs = Counter(edge.source for edge in graph.edges if edge.kind != "dead-letter")
    dead = Counter(edge.source for edge in graph.edges if edge.kind == "dead-letter")
    for heading in range(max(column.values(), default=-1) + 1):
        nodes = [node for node in graph.nodes if column[node.id] == heading]
        width = max(_width(node, compact=compact) for node in nodes)
        for node in nodes:
            touching = LABELLED_STEP * (ins[node.id] + bool(dead[node.id]) + 0.5), STEP * (outs[node.id] + 1)
            usual = HEIGHTS[kind_of(node)][compact and node.kind != "group"]
            sheet.spots[node.id] = Spot(
                id=node.id,
                column=heading,
                width=width,
                height=max(usual, *touching) if kind_of(node) != "producer" else usual,
                node=node,
                label=fitted(shown_name(node), width - PADDING[kind_of(node)], NAME_SIZE, bold=True),
            )


def is_compact(graph: Graph) -> bool:
    """Whether there is too much in one column for full-height rows."""
    per_kind = Counter(kind_of(node) for node in graph.nodes)
    return max(per_kind.values(), default=0) > COMPACT_ABOVE


def shown_name(node: Node) -> str:
    """The name as it is drawn. One exchange has none."""
    return plain(node.name) or "(default)"


def exchange_note(node: Node) -> str:
    """What is written below an exchange's name."""
    notes = [node.type or "not declared", *(badge.mark for badge in node.badges)]
    return " · ".join([*notes, DEAD_MARK] if node.dead else notes)


def chip_width(mark: str) -> float:
    """How wide a badge is drawn."""
    return text_width(mark, CHIP_SIZE, bold=True) + CHIP_PADDING


def _width(node: Node, *, compact: bool) -> float:
    kind = kind_of(node)
    least, most = WIDTHS[kind]
    needed = text_width(shown_name(node), NAME_SIZE, bold=True) + PADDING[kind]
    if kind == "exchange":
        needed = max(needed, text_width(exchange_note(node), NOTE_SIZE) + PADDING[kind])
    if kind == "queue":
        marks = [*(badge.mark for badge in node.badges), *[DEAD_MARK] * node.dead]
        chips = sum(chip_width(mark) + CHIP_GAP for mark in marks) + PADDING[kind]
        needed = needed + 60 if compact else max(needed, chips)
    return ceil(min(max(least, needed), most))
