"""Which column each node stands in: producers, exchanges (one column for each rank), queues, consumers.

An exchange stands to the right of every exchange that feeds it. One that only receives dead letters stands as
far right as it can, next to the queues whose dead letters it takes. Where exchanges feed each other in a circle,
one edge of it leads back; that edge, like a dead letter that returns to a live exchange, becomes a loop.
"""

from __future__ import annotations

from collections.abc import Iterable

from labs.drawing.graph import Edge, Graph, Node

#: Outer columns, by the kind of what stands there.
HEADINGS = ("producers", "exchanges", "queues", "consumers")


def columns_of(graph: Graph) -> tuple[dict[str, int], list[str], set[str]]:
    """Node id → column, the heading of each column, and the ids of the edges that are loops."""
    nodes = {node.id: node for node in graph.nodes}
    known = [edge for edge in graph.edges if edge.source in nodes and edge.target in nodes]
    exchanges = [node.id for node in graph.nodes if kind_of(node) == "exchange"]
    between = [edge for edge in known if edge.source in exchanges and edge.target in exchanges]
    back = _closing_edges(exchanges, between)
    rank = _ranks(exchanges, [edge for edge in between if edge.id not in back], nodes)
    last = max(rank.values(), default=0)
    wanted = {
        node.id: {
            "producer": 0,
            "exchange": 1 + rank.get(node.id, 0),
            "queue": last + 2,
            "consumer": last + 3,
        }[kind_of(node)]
        for node in graph.nodes
    }
    used = sorted(set(wanted.values()))
    column = {node_id: used.index(at) for node_id, at in wanted.items()}
    headings = [HEADINGS[0 if at == 0 else max(1, at - last)] for at in used]
    returning = {edge.id for edge in known if edge.kind == "dead-letter" and not nodes[edge.target].dead}
    return column, headings, back | returning


def kind_of(node: Node) -> str:
    """A group stands where its members would."""
    return node.kind if node.kind != "group" else node.type or "queue"


def _closing_edges(exchanges: list[str], between: list[Edge]) -> set[str]:
    """The edges that close a circle, found by walking each way to its end."""
    leaving: dict[str, list[Edge]] = {exchange: [] for exchange in exchanges}
    fed = {edge.target for edge in between}
    for edge in between:
        leaving[edge.source].append(edge)
    closing: set[str] = set()
    done: set[str] = set()
    # Start where nothing comes in: then the edge that leads back is the one a reader would call so.
    for start in sorted(exchanges, key=lambda exchange: exchange in fed):
        path = [(start, iter(leaving[start]))] if start not in done else []
        done.add(start)
        on_path = {start}
        while path:
            here, ways = path[-1]
            way = next(ways, None)
            if way is None:
                path.pop()
                on_path.discard(here)
            elif way.target in on_path:
                closing.add(way.id)
            elif way.target not in done:
                done.add(way.target)
                on_path.add(way.target)
                path.append((way.target, iter(leaving[way.target])))
    return closing


def _ranks(exchanges: list[str], forward: list[Edge], nodes: dict[str, Node]) -> dict[str, int]:
    """The longest way to each; then those of the dead letters move right as far as what they feed allows."""
    rank = dict.fromkeys(exchanges, 0)
    for _ in exchanges:
        for edge in forward:
            rank[edge.target] = max(rank[edge.target], rank[edge.source] + 1)
    last = max(rank.values(), default=0)
    for exchange in _last_first(exchanges, rank):
        if nodes[exchange].dead:
            fed = [rank[edge.target] - 1 for edge in forward if edge.source == exchange]
            rank[exchange] = min(fed, default=last)
    return rank


def _last_first(exchanges: list[str], rank: dict[str, int]) -> Iterable[str]:
    return sorted(exchanges, key=lambda exchange: -rank[exchange])
