"""Totals of single queues, added up when a group begins to stand for them.

A vhost that grows beyond some two dozen queues is drawn with groups. What was counted on the lanes of their members
before that belongs to the lanes of the groups from then on, so that the numbers in a picture still add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from labs.drawing.graph import Edge, edge_id


def fold(graph: Mapping[str, Any], edges: Mapping[str, Edge], *totals: Counter[str]) -> None:
    """Move what is counted on members, or on lanes of members, to the groups in this picture."""
    by = {member: node["id"] for node in graph["nodes"] for member in node["members"]}
    if not by:
        return
    for counted in totals:
        for name in list(counted):
            if (new := _drawn(name, edges, by)) != name:
                counted[new] += counted.pop(name)


def _drawn(name: str, edges: Mapping[str, Edge], by: Mapping[str, str]) -> str:
    if (edge := edges.get(name)) is None:
        return by.get(name, name)
    return edge_id(edge.kind, by.get(edge.source, edge.source), by.get(edge.target, edge.target))
