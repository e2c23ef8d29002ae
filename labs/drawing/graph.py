"""A graph: what a picture of a vhost shows, as one value, before anything has a place.

Producers publish to exchanges, exchanges route to queues (or to exchanges), queues deliver to consumers.
The rule: an id says what a thing is (`x:orders`, `q:bills`) and never changes, so a picture made later can be
compared with this one, and a message can be told to travel along `binding:x:orders>q:bills`. There is one
edge for each kind, source and target, with all its patterns, because that is one line on the paper.
https://www.rabbitmq.com/tutorials/amqp-concepts
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["producer", "exchange", "queue", "consumer", "group"]
EdgeKind = Literal["publish", "binding", "alternate", "dead-letter", "consume"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A short `mark` drawn on a node, and the `text` that says the same in words."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing in the picture."""

    id: str
    kind: NodeKind
    name: str
    #: An exchange's type, a queue's type; for a group, the kind of its members.
    type: str = ""
    badges: tuple[Badge, ...] = ()
    #: A consumer's: how many it may hold (0: no limit), and whether it never acknowledges.
    prefetch: int | None = None
    auto_ack: bool | None = None
    #: A queue's: how many ready messages it takes.
    limit: int | None = None
    #: It receives dead letters and nothing else.
    dead: bool = False
    #: A group's: the ids of the nodes that it stands for.
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A way that messages take."""

    id: str
    kind: EdgeKind
    source: str
    target: str
    #: What each binding asks for; nothing for a fanout.
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Everything in one vhost. Equal graphs give equal pictures."""

    name: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def __getitem__(self, node_id: str) -> Node:
        return {node.id: node for node in self.nodes}[node_id]


def edge(kind: EdgeKind, source: str, target: str, patterns: Iterable[str] = ()) -> Edge:
    """An edge with the id that its kind and its ends give it."""
    return Edge(
        id=edge_id(kind, source, target),
        kind=kind,
        source=source,
        target=target,
        patterns=tuple(dict.fromkeys(patterns)),
    )


def edge_id(kind: EdgeKind, source: str, target: str) -> str:
    """`binding:x:orders>q:bills`."""
    return f"{kind}:{source}>{target}"


def producer_id(name: str) -> str:
    """`p:shop`."""
    return f"p:{name}"


def exchange_id(name: str) -> str:
    """`x:orders`; the default exchange has no name: `x:`."""
    return f"x:{name}"


def queue_id(name: str) -> str:
    """`q:bills`."""
    return f"q:{name}"


def consumer_id(queue: str, name: str) -> str:
    """`c:bills:worker-1`."""
    return f"c:{queue}:{name}"


def group_id(name: str) -> str:
    """`g:orders.*`."""
    return f"g:{name}"
