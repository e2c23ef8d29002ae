"""Many queues as few: those of one exchange whose names differ only in a number or a last word become a group.

`orders.worker.1` … `orders.worker.20` are drawn as one pile, `orders.worker.*`, with the sum of their counts,
until somebody opens it. The rule: grouping changes what is drawn, never what is counted; `Groups` says what
stands for what, so that events on the real lanes can be shown on the drawn ones.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from labs.drawing.graph import Edge, Graph, Node, edge, edge_id, group_id
from labs.drawing.labels import natural
from labs.drawing.seen import Seen

#: No more queues than this: each is drawn. Fewer alike than this: no group.
GROUP_ABOVE, LEAST_MEMBERS = 24, 3
#: A name's last word or number, and what stands before it.
LAST_WORD = re.compile(r"(?s)(.*[.\-_:/])[^.\-_:/]+|(.*?\D)\d+")


def group(graph: Graph, expanded: Collection[str] = frozenset()) -> Graph:
    """The graph with groups in place of many queues alike, except for the groups (by id) in `expanded`."""
    queues = [node for node in graph.nodes if node.kind == "queue"]
    if len(queues) <= GROUP_ABOVE:
        return graph
    groups = [each for each in _groups(queues, graph.edges) if each.id not in expanded]
    groups += _consumer_groups(groups, graph)
    stand_in = {member: each for each in groups for member in each.members}
    nodes = dict.fromkeys(stand_in.get(node.id, node) for node in graph.nodes)
    names = {node: each.id for node, each in stand_in.items()}
    merged: dict[str, Edge] = {}
    for way in graph.edges:
        ends = names.get(way.source, way.source), names.get(way.target, way.target)
        drawn = edge(way.kind, *ends, way.patterns)
        before = merged[drawn.id].patterns if drawn.id in merged else ()
        merged[drawn.id] = edge(way.kind, *ends, before + way.patterns)
    return replace(graph, nodes=tuple(nodes), edges=tuple(merged.values()))


def stands_for(drawn: Graph) -> dict[str, str]:
    """Node id → the id of the group that is drawn in its place."""
    return {member: node.id for node in drawn.nodes for member in node.members}


def drawn_lanes(graph: Graph, drawn: Graph) -> dict[str, str]:
    """Edge id in the whole graph → the id of the edge that is drawn for it."""
    by = stands_for(drawn)
    return {
        way.id: edge_id(way.kind, by.get(way.source, way.source), by.get(way.target, way.target))
        for way in graph.edges
    }


def gathered(seen: Seen, graph: Graph, drawn: Graph) -> Seen:
    """What was seen on the whole graph, summed up for the one that is drawn."""
    by, lanes = stands_for(drawn), drawn_lanes(graph, drawn)
    ready: Counter[str] = Counter()
    unacked: Counter[str] = Counter()
    for queue, counts in seen.counts.items():
        ready[by.get(queue, queue)] += counts[0]
        unacked[by.get(queue, queue)] += counts[1]
    held: Counter[str] = Counter()
    exact: dict[str, bool] = {}
    for consumer, (number, surely) in seen.holds.items():
        held[by.get(consumer, consumer)] += number
        exact[by.get(consumer, consumer)] = surely and exact.get(by.get(consumer, consumer), True)
    return Seen(
        counts={queue: (ready[queue], unacked[queue]) for queue in ready},
        holds={consumer: (held[consumer], surely) for consumer, surely in exact.items()},
        lanes=_summed(seen.lanes.items(), lanes),
        unroutable=seen.unroutable,
        redelivered=_summed(seen.redelivered.items(), lanes),
        gone=_summed(seen.gone.items(), by),
    )


def _groups(queues: list[Node], edges: Iterable[Edge]) -> list[Node]:
    fed: dict[str, set[str]] = defaultdict(set)
    for way in edges:
        if way.kind == "binding":
            fed[way.target].add(way.source)
    alike: dict[tuple[str, tuple[str, ...], bool], list[Node]] = defaultdict(list)
    for queue in queues:
        if found := LAST_WORD.fullmatch(queue.name):
            alike[found[1] or found[2], tuple(sorted(fed[queue.id])), queue.dead].append(queue)
    many = {key: members for key, members in alike.items() if len(members) >= LEAST_MEMBERS}
    stems = Counter(stem for stem, _, _ in many)
    return [
        _group_of(f"{stem}*" if stems[stem] == 1 else f"{stem}* {' '.join(of)}{' dead' * dead}", members)
        for (stem, of, dead), members in many.items()
    ]


def _consumer_groups(groups: list[Node], graph: Graph) -> list[Node]:
    found = []
    for each in groups:
        ids = {way.target for way in graph.edges if way.kind == "consume" and way.source in each.members}
        consumers = [node for node in graph.nodes if node.id in ids]
        if len(consumers) >= LEAST_MEMBERS:
            found.append(_group_of(f"consumers of {each.name}", consumers))
    return found


def _group_of(name: str, members: list[Node]) -> Node:
    common = set.intersection(*(set(node.badges) for node in members))
    return Node(
        id=group_id(name),
        kind="group",
        name=name,
        type=members[0].kind,
        badges=tuple(badge for badge in members[0].badges if badge in common),
        dead=members[0].dead,
        members=tuple(sorted((node.id for node in members), key=natural)),
    )


def _summed(items: Iterable[tuple[str, int]], names: dict[str, str]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for name, number in items:
        sums[names.get(name, name)] += number
    return dict(sums)
