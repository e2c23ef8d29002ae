"""The same picture in words: for a screen reader, a terminal, and a notebook's stored text.

One block for each exchange with its ways, then for each queue, in the order of their names. The rule: the text
depends on the graph and on what was counted, never on time or on where things stand; so it can be compared.
What no trace shows (dead-lettering, expiry) is called inferred. https://www.rabbitmq.com/docs/firehose
"""

from __future__ import annotations

from collections.abc import Iterator

from labs.drawing.graph import Edge, Graph, Node
from labs.drawing.labels import natural, plain
from labs.drawing.phrases import consumer_notes, name_of
from labs.drawing.seen import Seen

#: What is told first.
KINDS = ("producer", "exchange", "queue", "group")


def describe(graph: Graph, seen: Seen | None = None) -> str:
    """Everything the picture shows, one thing a line."""
    nodes = {node.id: node for node in graph.nodes}
    told = sorted(
        (node for node in graph.nodes if node.kind in KINDS and node.type != "consumer"),
        key=lambda node: (KINDS.index(node.kind), natural(node.name)),
    )
    lines = [plain(line) for node in told for line in _block(node, nodes, graph, seen)]
    return "\n".join(lines) or "nothing is declared"


def _block(node: Node, nodes: dict[str, Node], graph: Graph, seen: Seen | None) -> Iterator[str]:
    ways = [edge for edge in graph.edges if edge.source == node.id and edge.target in nodes]
    ways.sort(key=lambda edge: (_turn(edge), natural(edge.target)))
    yield _head(node, seen)
    for way in ways:
        yield f"  {_way(way, nodes, seen)}"
    if lost := seen.unroutable.get(node.id, 0) if seen else 0:
        yield f"  to no queue (unroutable): {_messages(lost)}"
    if gone := seen.gone.get(node.id, 0) if seen else 0:
        yield f"  gone without a delivery (expired, dropped, refused or purged): {_messages(gone)}, inferred"


def _head(node: Node, seen: Seen | None) -> str:
    notes = [node.type] if node.kind in ("exchange", "queue") and node.type else []
    notes += [f"{len(node.members)} {node.type or 'queue'}s"] if node.kind == "group" else []
    notes += [badge.text for badge in node.badges if badge.mark != node.type]
    notes += ["for dead letters only"] if node.dead else []
    head = name_of(node) + (f" ({', '.join(notes)})" if notes else "")
    if seen and node.id in seen.counts:
        ready, unacked = seen.counts[node.id]
        head += f": {ready} ready, {unacked} unacknowledged"
    return head


def _way(way: Edge, nodes: dict[str, Node], seen: Seen | None) -> str:
    target = nodes[way.target]
    match way.kind:
        case "binding":
            asked = " or ".join(plain(pattern) for pattern in way.patterns if pattern) or "everything"
            words = f"{asked} to {name_of(target)}"
        case "dead-letter":
            words = f"dead letters to {name_of(target)}"
        case "alternate":
            words = f"what no binding takes to {name_of(target)}"
        case _:
            notes = consumer_notes(target) if target.kind == "consumer" else []
            words = f"to {name_of(target)}" + (f" ({', '.join(notes)})" if notes else "")
    return words + (_totals(way, nodes, seen) if seen else "")


def _totals(way: Edge, nodes: dict[str, Node], seen: Seen) -> str:
    total, again = seen.lanes.get(way.id, 0), seen.redelivered.get(way.id, 0)
    said = _messages(total)
    if total and (way.kind == "dead-letter" or (nodes[way.source].dead and way.kind == "binding")):
        said += ", inferred"
    if again:
        said += f", {again} of them redelivered"
    if way.target in seen.holds:
        held, exact = seen.holds[way.target]
        said += f", holds {held}" if exact else f", holds about {held}"
    return f": {said}"


def _messages(number: int) -> str:
    return {0: "no messages", 1: "1 message"}.get(number, f"{number} messages")


def _turn(edge: Edge) -> int:
    return ("publish", "binding", "alternate", "consume", "dead-letter").index(edge.kind)
