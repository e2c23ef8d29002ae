"""Topologies to draw, those of the course among them, and what a test wants to know of a drawn one."""

from __future__ import annotations

from itertools import combinations, pairwise

from labs.drawing.declared import graph_of
from labs.drawing.graph import Graph, Node, consumer_id, edge, exchange_id, producer_id, queue_id
from labs.drawing.pen import Point, points_along
from labs.drawing.placed import Placed, PlacedEdge
from labs.exchange import Exchange
from labs.queue import Queue
from labs.routing import Binding
from labs.topology import Topology

ONE_QUEUE = Topology(queues=(Queue(name="hello"),))
TOPIC = Topology(
    exchanges=(Exchange(name="orders"), Exchange(name="audit", type="fanout")),
    queues=(Queue(name="eu"), Queue(name="us"), Queue(name="bills", type="quorum"), Queue(name="log")),
    bindings=(
        Binding(source="orders", destination="eu", key="order.*.eu"),
        Binding(source="orders", destination="us", key="order.*.us"),
        Binding(source="orders", destination="bills", key="order.paid.#"),
        Binding(source="orders", destination="audit", key="#", to_exchange=True),
        Binding(source="audit", destination="log"),
    ),
)
DEAD_LETTERS = Topology(
    exchanges=(
        Exchange(name="orders", alternate_exchange="unrouted"),
        Exchange(name="unrouted", type="fanout"),
        Exchange(name="dlx", type="fanout"),
    ),
    queues=(
        Queue(name="work", dead_letter_exchange="dlx", message_ttl_ms=60_000, max_length=10),
        Queue(name="dead"),
        Queue(name="lost"),
    ),
    bindings=(
        Binding(source="orders", destination="work", key="order.#"),
        Binding(source="dlx", destination="dead"),
        Binding(source="unrouted", destination="lost"),
    ),
)
RETRY = Topology(
    exchanges=(Exchange(name="orders"), Exchange(name="retry", type="direct")),
    queues=(
        Queue(name="bills", dead_letter_exchange="retry"),
        Queue(name="wait", message_ttl_ms=5000, dead_letter_exchange="orders"),
    ),
    bindings=(
        Binding(source="orders", destination="bills", key="order.paid"),
        Binding(source="retry", destination="wait", key="order.paid"),
    ),
)
HEADERS = Topology(
    exchanges=(Exchange(name="reports", type="headers"),),
    queues=(Queue(name="eu_pdf"), Queue(name="urgent"), Queue(name="archive", type="stream")),
    bindings=(
        Binding(source="reports", destination="eu_pdf", arguments={"x-match": "all", "format": "pdf"}),
        Binding(source="reports", destination="urgent", arguments={"x-match": "any", "urgent": True}),
        Binding(source="reports", destination="archive"),
    ),
)
PLANAR = {"one queue": ONE_QUEUE, "topic": TOPIC, "dlx": DEAD_LETTERS, "retry": RETRY, "headers": HEADERS}


def with_people(topology: Topology, publishes: dict[str, str], consumes: dict[str, str]) -> Graph:
    """The topology's graph with producers (name → exchange) and consumers (name → queue)."""
    nodes = [Node(id=producer_id(name), kind="producer", name=name) for name in publishes]
    edges = [edge("publish", producer_id(name), exchange_id(to)) for name, to in publishes.items()]
    for name, queue in consumes.items():
        nodes.append(Node(id=consumer_id(queue, name), kind="consumer", name=name, prefetch=10))
        edges.append(edge("consume", queue_id(queue), consumer_id(queue, name)))
    return graph_of(topology, "shop", nodes=nodes, edges=edges)


def crowd() -> Graph:
    """40 queues and 60 bindings: twenty workers alike, and twenty queues that listen to two exchanges."""
    workers = [f"orders.worker.{number}" for number in range(1, 21)]
    others = [f"service{letter}" for letter in "abcdefghijklmnopqrst"]
    bindings = [Binding(source="orders", destination=name, key=f"order.{name[14:]}") for name in workers]
    bindings += [
        Binding(source=source, destination=name, key="order.#")
        for name in others
        for source in ("orders", "mail")
    ]
    topology = Topology(
        exchanges=(Exchange(name="orders"), Exchange(name="mail")),
        queues=tuple(Queue(name=name) for name in (*workers, *others)),
        bindings=tuple(bindings),
    )
    return graph_of(topology, "crowd")


def crosses_box(edge: PlacedEdge, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether the line passes through a box, a label's say."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    points = points_along(edge.d)
    return any(left < x < right and top < y < bottom for x, y in points) or any(
        _meet(a, b, c, d) for a, b in pairwise(points) for c, d in pairwise(corners)
    )


def crossing_edges(placed: Placed) -> list[tuple[str, str]]:
    """Pairs of edges whose lines cross (lines that share an end meet there, which is no crossing)."""
    return [
        (one.edge.id, other.edge.id)
        for one, other in combinations(placed.edges, 2)
        if one.edge.id != other.edge.id and _cross(one, other)
    ]


def _cross(one: PlacedEdge, other: PlacedEdge) -> bool:
    first, second = points_along(one.d), points_along(other.d)
    return any(_meet(a, b, c, d) for a, b in pairwise(first) for c, d in pairwise(second))


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < -1e-6 and side(c, d, a) * side(c, d, b) < -1e-6
