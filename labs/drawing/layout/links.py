"""Edges as links between neighbouring columns; a long one gets a way-point in each column it passes.

Way-points take up room like any box, so no line runs behind somebody else's node.
"""

from __future__ import annotations

from labs.drawing.graph import Edge, Graph
from labs.drawing.labels import plain
from labs.drawing.layout.sheet import Link, Sheet, Spot
from labs.drawing.measure import MONO, fitted

#: A way-point's height.
PASSAGE = 12
#: The longest label that is drawn, and the size of its letters.
LABEL_WIDTH, LABEL_SIZE = 216, 11
#: What is written on edges that have no pattern, but a meaning.
MEANINGS = {"alternate": "alternate"}


def add_links(sheet: Sheet, graph: Graph, loops: set[str]) -> None:
    """Put every edge on the sheet, and the way-points that it needs."""
    for edge in graph.edges:
        if edge.source not in sheet.spots or edge.target not in sheet.spots:
            continue
        ends = sheet.spots[edge.source], sheet.spots[edge.target]
        if edge.id in loops:
            sheet.loops.append(Link(edge=edge, hops=(edge.source, edge.target), label=label_of(edge)))
            continue
        left, right = sorted(ends, key=lambda spot: spot.column)
        hops = [left.id]
        for column in range(left.column + 1, right.column):
            point = Spot(id=f"via {edge.id} {column}", column=column, width=0, height=PASSAGE)
            sheet.spots[point.id] = point
            hops.append(point.id)
        link = Link(
            edge=edge,
            hops=(*hops, right.id),
            label=label_of(edge),
            backwards=left.id != edge.source,
        )
        sheet.links.append(link)


def label_of(edge: Edge) -> str:
    """All patterns if there is room; else the first and how many more."""
    patterns = [plain(pattern) for pattern in edge.patterns if pattern]
    whole = ", ".join(patterns)
    if len(patterns) > 1 and len(whole) * LABEL_SIZE * MONO > LABEL_WIDTH:
        more = f" +{len(patterns) - 1}"
        return fitted(patterns[0], LABEL_WIDTH - len(more) * LABEL_SIZE * MONO, LABEL_SIZE, mono=True) + more
    return fitted(whole, LABEL_WIDTH, LABEL_SIZE, mono=True) if whole else MEANINGS.get(edge.kind, "")
