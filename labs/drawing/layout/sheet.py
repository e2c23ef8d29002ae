"""The sheet on which a picture is worked out, step by step; each module of the layout fills in its part.

A *spot* is something that takes up room in a column: a node, or a way-point where a long line passes. A *link*
is an edge as the layout sees it: from spot to spot, always from left to right, even if the messages run back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from labs.drawing.graph import Edge, Node


@dataclass(slots=True, kw_only=True)
class Spot:
    """A box in a column; `y` is its middle. Without a node it is a way-point."""

    id: str
    column: int
    width: float
    height: float
    node: Node | None = None
    label: str = ""
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True, kw_only=True)
class Link:
    """One edge; `hops` are the spots it visits, from left to right."""

    edge: Edge
    hops: tuple[str, ...]
    label: str = ""
    #: Messages run from right to left: a dead letter on its way to the last exchange column.
    backwards: bool = False

    @property
    def stream(self) -> str:
        """All dead letters on their way to one exchange are one stream; every other edge is its own."""
        return self.edge.target if self.edge.kind == "dead-letter" else self.edge.id

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each pair of spots in neighbouring columns that the line joins."""
        return list(pairwise(self.hops))


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Everything known so far."""

    spots: dict[str, Spot] = field(default_factory=dict)
    #: Spot ids from top to bottom.
    columns: list[list[str]] = field(default_factory=list)
    #: The heading of each column.
    headings: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: Edges that lead back into the flow; they go round below everything.
    loops: list[Link] = field(default_factory=list)
    #: (spot, side, edge) → how far below the spot's middle the line touches it. Side: "left" or "right".
    ports: dict[tuple[str, str, str], float] = field(default_factory=dict)
    #: For each gap to the right of a column: the room for labels at its right end.
    label_room: list[float] = field(default_factory=list)
