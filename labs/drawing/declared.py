"""The graph of a topology, without a broker.

Every exchange and queue that is declared, what only a binding names (an `amq.` exchange, say), and the ways
between them: bindings, alternate exchanges, dead letters. The default exchange is drawn where it is needed: for
dead letters that go through it, and for queues that no binding leads to, since nothing else reaches those.
Producers and consumers are no part of a topology; who knows them adds them (`nodes`, `edges`).
https://www.rabbitmq.com/docs/exchanges#default-exchange
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from labs.drawing.badges import exchange_badges, queue_badges
from labs.drawing.dead import dead_ids
from labs.drawing.graph import Edge, EdgeKind, Graph, Node, NodeKind, edge, exchange_id, queue_id
from labs.drawing.labels import drawn_pattern
from labs.exchange import PREDECLARED, Exchange
from labs.explain import Declared
from labs.queue import Queue

#: The default exchange, and the `amq.` ones: drawn only if they are used.
DEFAULT = Node(id=exchange_id(""), kind="exchange", name="", type="direct")


def graph_of(
    declared: Declared, name: str = "", *, nodes: Iterable[Node] = (), edges: Iterable[Edge] = ()
) -> Graph:
    """What `declared` says, and the further `nodes` and `edges` (producers, consumers and their ways)."""
    known = [*map(_exchange_node, declared.exchanges), *map(_queue_node, declared.queues), *nodes]
    unreached = list(_through_default_exchange(declared))
    ways = _merged(chain(_ways(declared), unreached, edges))
    ids = {node.id for node in known}
    used = dict.fromkeys(end for way in ways for end in (way.source, way.target) if end not in ids)
    standard = {node.id: node for node in (DEFAULT, *map(_exchange_node, PREDECLARED))}
    known += [standard.get(end) or _unknown(end) for end in used]
    dead = dead_ids(known, ways, [DEFAULT.id] if unreached else [])
    return Graph(
        name=name,
        nodes=tuple(replace(node, dead=node.id in dead) for node in known),
        edges=tuple(ways),
    )


def _exchange_node(exchange: Exchange) -> Node:
    return Node(
        id=exchange_id(exchange.name),
        kind="exchange",
        name=exchange.name,
        type=exchange.type,
        badges=exchange_badges(
            durable=exchange.durable, auto_delete=exchange.auto_delete, internal=exchange.internal
        ),
    )


def _queue_node(queue: Queue) -> Node:
    badges = queue_badges(
        type=queue.type,
        durable=queue.durable,
        exclusive=queue.exclusive,
        auto_delete=queue.auto_delete,
        arguments=queue.declare_arguments,
    )
    return Node(
        id=queue_id(queue.name),
        kind="queue",
        name=queue.name,
        type=queue.type,
        badges=badges,
        limit=queue.max_length,
    )


def _ways(declared: Declared) -> Iterable[Edge]:
    types = {exchange.name: exchange.type for exchange in (*PREDECLARED, *declared.exchanges)}
    for binding in declared.bindings:
        target = (exchange_id if binding.to_exchange else queue_id)(binding.destination)
        pattern = "" if types.get(binding.source) == "fanout" else drawn_pattern(binding)
        yield edge("binding", exchange_id(binding.source), target, [pattern] if pattern else [])
    for exchange in declared.exchanges:
        if exchange.alternate_exchange:
            other = exchange_id(exchange.alternate_exchange)
            yield edge("alternate", exchange_id(exchange.name), other)
    for queue in declared.queues:
        if queue.dead_letter_exchange is not None:
            yield edge("dead-letter", queue_id(queue.name), exchange_id(queue.dead_letter_exchange))
        back = queue.dead_letter_routing_key
        if queue.dead_letter_exchange == "" and back:
            yield edge("binding", exchange_id(""), queue_id(back), [back])


def _through_default_exchange(declared: Declared) -> Iterable[Edge]:
    """The way into each queue that no binding leads to."""
    bound = {binding.destination for binding in declared.bindings if not binding.to_exchange}
    bound |= {
        queue.dead_letter_routing_key or "" for queue in declared.queues if not queue.dead_letter_exchange
    }
    for queue in declared.queues:
        if queue.name not in bound:
            yield edge("binding", exchange_id(""), queue_id(queue.name), [queue.name])


def _merged(ways: Iterable[Edge]) -> list[Edge]:
    """One edge for each kind, source and target, with all patterns."""
    once: dict[tuple[EdgeKind, str, str], Edge] = {}
    for way in ways:
        ends = (way.kind, way.source, way.target)
        patterns = once[ends].patterns if ends in once else ()
        once[ends] = edge(*ends, patterns + way.patterns)
    return list(once.values())


def _unknown(end: str) -> Node:
    """Named by a binding or as somebody's dead-letter exchange, but not declared here."""
    kinds: dict[str, NodeKind] = {"p": "producer", "x": "exchange", "q": "queue", "c": "consumer"}
    kind, _, name = end.partition(":")
    return Node(id=end, kind=kinds[kind], name=name)
