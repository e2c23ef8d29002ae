"""A node or an edge in words, for a screen reader, for a hover, and for the text beside a picture."""

from __future__ import annotations

from labs.drawing.graph import Edge, Graph, Node
from labs.drawing.labels import plain


def name_of(node: Node) -> str:
    """Its kind and its name, or what it is if it has none."""
    if node.kind == "exchange" and not node.name:
        return "the default exchange"
    if node.kind == "group":
        return f"group {plain(node.name)}"
    return f"{node.kind} {plain(node.name)}"


def node_words(node: Node, graph: Graph) -> str:
    """What it is and what is special about it: `queue bills, classic, durable`."""
    notes = [node.type] if node.type and node.kind in ("exchange", "queue") else []
    notes += [badge.text for badge in node.badges if badge.mark != node.type]
    if node.kind == "group":
        notes.append(f"{len(node.members)} {node.type or 'queue'}s")
    if node.kind == "consumer":
        notes += consumer_notes(node)
    if node.dead:
        notes.append("for dead letters only")
    return ", ".join([name_of(node) + _of_queue(node, graph), *notes])


def consumer_notes(node: Node) -> list[str]:
    """How much a consumer takes at once."""
    if node.auto_ack:
        return ["auto-ack"]
    if node.prefetch is None:
        return []
    return [f"prefetch {node.prefetch}" if node.prefetch else "no prefetch limit"]


def edge_words(edge: Edge, graph: Graph) -> str:
    """`orders → bills: order.*`."""
    names = {node.id: plain(node.name) or "(default)" for node in graph.nodes}
    asked = ", ".join(plain(pattern) for pattern in edge.patterns if pattern)
    meaning = {"dead-letter": "dead letters", "alternate": "what no binding takes"}.get(edge.kind, asked)
    return f"{names[edge.source]} → {names[edge.target]}" + (f": {meaning}" if meaning else "")


def _of_queue(node: Node, graph: Graph) -> str:
    if node.kind != "consumer":
        return ""
    names = {each.id: plain(each.name) for each in graph.nodes}
    queues = [names[edge.source] for edge in graph.edges if edge.kind == "consume" and edge.target == node.id]
    return f" of {queues[0]}" if queues else ""
