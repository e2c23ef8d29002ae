"""`place`: from a graph to a picture's numbers, step by step."""

from __future__ import annotations

from labs.drawing.graph import Edge, Graph, Node
from labs.drawing.layout.boxes import add_boxes, shown_name
from labs.drawing.layout.columns import columns_of
from labs.drawing.layout.lanes import LOOP_STEP, label_at, loop_of, loop_row, path_of
from labs.drawing.layout.links import add_links
from labs.drawing.layout.ordering import order
from labs.drawing.layout.ports import set_ports
from labs.drawing.layout.rows import set_rows
from labs.drawing.layout.sheet import Link, Sheet
from labs.drawing.layout.widths import set_widths
from labs.drawing.pen import as_d
from labs.drawing.phrases import edge_words, node_words
from labs.drawing.placed import Column, Placed, PlacedEdge, PlacedNode

#: Above everything (the headings stand there), and below.
TOP, BOTTOM = 54, 30
LEAST_HEIGHT = 140


def place(graph: Graph, previous: Placed | None = None) -> Placed:
    """Lay out a graph; near to what `previous` looked like, where that costs no crossing."""
    column, headings, loops = columns_of(graph)
    sheet = Sheet(headings=headings)
    add_boxes(sheet, graph, column)
    add_links(sheet, graph, loops)
    order(sheet, dict(previous.heights) if previous else {})
    set_ports(sheet)
    set_rows(sheet)
    bottom = _move_down(sheet)
    width = set_widths(sheet)
    rows = max((loop_row(sheet, loop) + 1 for loop in sheet.loops), default=0)
    height = max(bottom + LOOP_STEP * (rows + bool(rows)) + BOTTOM, LEAST_HEIGHT)
    by_id = {link.edge.id: link for link in (*sheet.links, *sheet.loops)}
    return Placed(
        heights=tuple((spot.id, spot.y) for spot in sheet.spots.values()),
        graph=graph,
        width=width,
        height=round(height),
        columns=_columns(sheet),
        nodes=tuple(_node(sheet, node, graph) for node in graph.nodes),
        edges=tuple(
            _edge(sheet, by_id[edge.id], edge, graph, bottom + LOOP_STEP)
            for edge in graph.edges
            if edge.id in by_id
        ),
    )


def _move_down(sheet: Sheet) -> float:
    """Let the highest box begin below the headings; answer with where the lowest one ends."""
    spots = list(sheet.spots.values())
    highest = min((spot.y - spot.height / 2 for spot in spots), default=0.0)
    for spot in spots:
        spot.y = round(spot.y - highest + TOP, 1)
    return max((spot.y + spot.height / 2 for spot in spots), default=0.0)


def _columns(sheet: Sheet) -> tuple[Column, ...]:
    """Each heading once, over the middle of its columns."""
    found = []
    for label in dict.fromkeys(sheet.headings):
        boxes = [
            spot
            for spot in sheet.spots.values()
            if spot.node is not None and sheet.headings[spot.column] == label
        ]
        left, right = min(box.x for box in boxes), max(box.x + box.width for box in boxes)
        found.append(Column(label=label, x=round((left + right) / 2, 1)))
    return tuple(found)


def _node(sheet: Sheet, node: Node, graph: Graph) -> PlacedNode:
    spot = sheet.spots[node.id]
    return PlacedNode(
        node=node,
        label=spot.label or shown_name(node),
        words=node_words(node, graph),
        x=spot.x,
        y=round(spot.y - spot.height / 2, 1),
        w=spot.width,
        h=round(spot.height, 1),
    )


def _edge(sheet: Sheet, link: Link, edge: Edge, graph: Graph, bottom: float) -> PlacedEdge:
    pieces = loop_of(sheet, link, bottom) if link in sheet.loops else path_of(sheet, link)
    lx, ly = label_at(sheet, link)
    return PlacedEdge(
        edge=edge,
        d=as_d(pieces),
        label=link.label,
        words=edge_words(edge, graph),
        lx=round(lx, 1),
        ly=round(ly, 1),
    )
