"""Which exchanges and queues see dead letters and nothing else.

Live is what a message can reach without dying: from an exchange that somebody publishes to, or that nothing
feeds, along bindings and alternates. Whatever only a dead letter reaches is marked. A retry circle without a
known publisher (work → dead letters → wait → work) has no beginning on paper; the exchange that only gets
messages back after a wait (a queue with a time to live) is taken for it.
https://www.rabbitmq.com/docs/dlx
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from labs.drawing.graph import Edge, Node

#: Ways along which a message stays alive.
ALIVE = ("publish", "binding", "alternate")


def dead_ids(nodes: Iterable[Node], edges: Iterable[Edge], entries: Iterable[str] = ()) -> set[str]:
    """The ids of the exchanges and queues that only dead letters reach. `entries` are live in any case."""
    by_id = {node.id: node for node in nodes}
    incoming: dict[str, list[Edge]] = defaultdict(list)
    outgoing: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    exchanges = [node.id for node in by_id.values() if node.kind == "exchange"]
    live = _reached(
        {*entries, *(one for one in exchanges if _published(incoming[one]) or not incoming[one])},
        outgoing,
        ALIVE,
    )
    while lost := [one for one in exchanges if one not in _reached(live, outgoing, (*ALIVE, "dead-letter"))]:
        first = min(lost, key=lambda one: (not _after_a_wait(incoming[one], by_id), -len(outgoing[one]), one))
        live |= _reached({first}, outgoing, ALIVE)
    return {
        one
        for one, node in by_id.items()
        if node.kind in ("exchange", "queue") and incoming[one] and one not in live
    }


def _reached(start: set[str], outgoing: dict[str, list[Edge]], kinds: tuple[str, ...]) -> set[str]:
    reached, waiting = set(start), list(start)
    while waiting:
        for edge in outgoing[waiting.pop()]:
            if edge.kind in kinds and edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return reached


def _published(incoming: list[Edge]) -> bool:
    return any(edge.kind == "publish" for edge in incoming)


def _after_a_wait(incoming: list[Edge], by_id: dict[str, Node]) -> bool:
    return all(
        edge.kind == "dead-letter"
        and any(badge.mark.startswith("TTL") for badge in by_id[edge.source].badges)
        for edge in incoming
    )
