"""A graph with a place for everything: what a page needs to draw it, and nothing else.

The rule: geometry is worked out here, once, and both the live view (JavaScript) and the still pictures (SVG,
PNG) draw these same numbers, so they cannot disagree. `as_json` is the whole contract with the page.
Paths hold absolute M, C and L commands with plain numbers. https://developer.mozilla.org/docs/Web/SVG/Attribute/d
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labs.drawing.graph import Edge, Graph, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading and the middle of what it stands over."""

    label: str
    x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNode:
    """A node, the box it fills (left, top, width, height), and its name cut to fit there."""

    node: Node
    label: str
    words: str
    x: float
    y: float
    w: float
    h: float

    def as_json(self) -> dict[str, Any]:
        """One flat object."""
        node = self.node
        said = {name: getattr(node, name) for name in ("id", "kind", "name", "type", "prefetch", "auto_ack")}
        badges = [{"mark": badge.mark, "text": badge.text} for badge in node.badges]
        said |= {"limit": node.limit, "dead": node.dead, "members": list(node.members), "badges": badges}
        said |= {name: getattr(self, name) for name in ("label", "words", "x", "y", "w", "h")}
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEdge:
    """An edge, its path, and its label with the point where it ends (or begins: `anchor`)."""

    edge: Edge
    d: str
    label: str
    words: str
    lx: float
    ly: float
    anchor: str = "end"

    def as_json(self) -> dict[str, Any]:
        """One flat object."""
        said = {name: getattr(self.edge, name) for name in ("id", "kind", "source", "target")}
        said["patterns"] = list(self.edge.patterns)
        said |= {name: getattr(self, name) for name in ("d", "label", "words", "lx", "ly", "anchor")}
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The whole picture."""

    graph: Graph
    width: float
    height: float
    columns: tuple[Column, ...]
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    #: How high everything stands, the way-points of long lines too: what the next picture starts from.
    heights: tuple[tuple[str, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What the page is sent."""
        return {
            "name": self.graph.name,
            "width": self.width,
            "height": self.height,
            "columns": [{"label": column.label, "x": column.x} for column in self.columns],
            "nodes": [node.as_json() for node in self.nodes],
            "edges": [edge.as_json() for edge in self.edges],
        }
