"""Where everything stands: nothing overlaps, lines end at their boxes, and few of them cross."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.drawing.declared import graph_of
from labs.drawing.graph import Graph, Node, edge, exchange_id, queue_id
from labs.drawing.grouping import group
from labs.drawing.layout import place
from labs.drawing.measure import text_width
from labs.drawing.pen import commands, points_along
from labs.drawing.placed import Placed, PlacedNode
from labs.exchange import Exchange
from labs.queue import Queue
from labs.routing import Binding
from labs.topology import Topology
from tests.unit.drawn import (
    DEAD_LETTERS,
    PLANAR,
    RETRY,
    TOPIC,
    crosses_box,
    crossing_edges,
    crowd,
    with_people,
)

PEOPLE = with_people(
    TOPIC,
    {"webshop": "orders", "mobile-app": "orders"},
    {"eu-worker-1": "eu", "eu-worker-2": "eu", "auditor": "log"},
)


def test_an_empty_graph_is_an_empty_page() -> None:
    """Before the first declaration."""
    placed = place(Graph(name="empty"))
    assert (placed.nodes, placed.edges, placed.columns) == ((), (), ())
    assert placed.width >= 640
    assert json.loads(json.dumps(placed.as_json()))["name"] == "empty"


def test_columns_go_from_producers_to_consumers() -> None:
    """And each has one heading, above its boxes."""
    placed = place(PEOPLE)
    assert [column.label for column in placed.columns] == ["producers", "exchanges", "queues", "consumers"]
    at = {node.node.id: node.x for node in placed.nodes}
    way = ["p:webshop", "x:orders", "x:audit", "q:log", "c:log:auditor"]
    assert [at[each] for each in way] == sorted(at[each] for each in way)
    assert at["q:eu"] == at["q:log"]
    assert at["c:eu:eu-worker-1"] == at["c:log:auditor"]


@pytest.mark.parametrize("name", PLANAR)
def test_what_can_be_drawn_without_a_crossing_is(name: str) -> None:
    """The pictures of the course, and the same with people."""
    topology = PLANAR[name]
    assert crossing_edges(place(graph_of(topology))) == []
    consumers = {f"worker of {queue.name}": queue.name for queue in topology.queues}
    first = topology.exchanges[0].name if topology.exchanges else ""
    if name != "dlx":  # there `dlx` sorts first, and nobody publishes to it
        assert crossing_edges(place(with_people(topology, {"shop": first}, consumers))) == []


def test_an_exchange_for_dead_letters_stands_beside_the_queues() -> None:
    """And the dead letters run back to its right side, dashed by whoever draws them."""
    placed = place(graph_of(DEAD_LETTERS))
    boxes = {node.node.id: node for node in placed.nodes}
    assert boxes["x:dlx"].x == boxes["x:unrouted"].x > boxes["x:orders"].x
    assert boxes["x:dlx"].y > boxes["x:unrouted"].y
    back = next(each for each in placed.edges if each.edge.kind == "dead-letter")
    begin, end = points_along(back.d)[0], points_along(back.d)[-1]
    assert begin[0] == boxes["q:work"].x
    assert end[0] == boxes["x:dlx"].x + boxes["x:dlx"].w


def test_a_dead_letter_that_returns_comes_in_where_publishers_do() -> None:
    """It runs below everything, so it hides nothing."""
    placed = place(with_people(RETRY, {"shop": "orders"}, {}))
    boxes = {node.node.id: node for node in placed.nodes}
    back = next(
        each for each in placed.edges if each.edge.target == "x:orders" and each.edge.kind != "publish"
    )
    points = points_along(back.d)
    assert points[-1][0] == boxes["x:orders"].x
    assert max(y for _, y in points) > max(box.y + box.h for box in placed.nodes)


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Small ones of any shape: exchanges in circles, queues of nobody, dead letters to anywhere."""
    exchanges = [f"x{number}" for number in range(draw(st.integers(1, 5)))]
    queues = [f"queue {number}" for number in range(draw(st.integers(1, 8)))]
    somewhere = st.sampled_from(exchanges)
    bindings = [
        Binding(
            source=draw(somewhere),
            destination=draw(st.sampled_from(queues)),
            key=draw(st.sampled_from("ab#*")),
        )
        for _ in range(draw(st.integers(0, 10)))
    ] + [
        Binding(source=draw(somewhere), destination=draw(somewhere), key="#", to_exchange=True)
        for _ in range(draw(st.integers(0, 4)))
    ]
    return Topology(
        exchanges=tuple(
            Exchange(name=name, alternate_exchange=draw(st.none() | somewhere)) for name in exchanges
        ),
        queues=tuple(
            Queue(name=name, dead_letter_exchange=draw(st.none() | somewhere | st.just("")))
            for name in queues
        ),
        bindings=tuple(bindings),
    )


@settings(max_examples=60, deadline=None)
@given(topologies())
def test_whatever_is_declared_the_picture_is_sound(topology: Topology) -> None:
    """Boxes are apart, lines end at their boxes, labels stand on no box and no foreign line; again: the same."""
    placed = place(graph_of(topology))
    check(placed)
    assert place(graph_of(topology), placed) == placed


@pytest.mark.parametrize("graph", [PEOPLE, crowd(), group(crowd())], ids=["people", "crowd", "grouped"])
def test_known_pictures_are_sound(graph: Graph) -> None:
    """The crowd too, grouped or not."""
    check(place(graph))


def check(placed: Placed) -> None:
    """Everything that is true of every picture."""
    boxes = {node.node.id: node for node in placed.nodes}
    assert set(boxes) == {node.id for node in placed.graph.nodes}
    assert {each.edge for each in placed.edges} == set(placed.graph.edges)
    for one, other in combinations(placed.nodes, 2):
        assert apart(one, other), (one, other)
    for node in placed.nodes:
        assert 0 < node.x < node.x + node.w < placed.width
        assert 0 < node.y < node.y + node.h < placed.height
    for each in placed.edges:
        assert set("".join(each.d.split())) <= set("MLC-.0123456789")
        points = points_along(each.d)
        assert on_side(points[0], boxes[each.edge.source])
        assert on_side(points[-1], boxes[each.edge.target])
        for x, y in points:
            assert 0 < x < placed.width
            assert 0 < y < placed.height
        if each.label:
            label = each.lx - text_width(each.label, 11, mono=True), each.ly - 9, each.lx, each.ly + 2
            assert not any(
                label[0] < box.x + box.w
                and box.x < label[2]
                and label[1] < box.y + box.h
                and box.y < label[3]
                for box in placed.nodes
            )
            assert not [one for one in placed.edges if one is not each and crosses_box(one, *label)]


def apart(one: PlacedNode, other: PlacedNode) -> bool:
    """With some air between them."""
    across = one.x + one.w < other.x or other.x + other.w < one.x
    return across or one.y + one.h + 4 < other.y or other.y + other.h + 4 < one.y


def on_side(point: tuple[float, float], box: PlacedNode) -> bool:
    """At the left or right edge, within its height."""
    at_edge = min(abs(point[0] - box.x), abs(point[0] - box.x - box.w)) < 0.2
    return at_edge and box.y <= point[1] <= box.y + box.h


@pytest.mark.parametrize("graph", [PEOPLE, graph_of(DEAD_LETTERS), group(crowd())])
def test_no_label_overlaps_another(graph: Graph) -> None:
    """Each has a row of its own on the straight end of its line."""
    placed = place(graph)
    labels = [each for each in placed.edges if each.label]
    assert labels
    for one, other in combinations(labels, 2):
        assert one.lx != other.lx or abs(one.ly - other.ly) >= 13


def test_lines_are_straight_below_their_labels() -> None:
    """So a label always stands on its own line, and on no other."""
    for each in place(PEOPLE).edges:
        last, ends = list(commands(each.d))[-1]
        before = points_along(each.d)[-2]
        assert last == "L"
        assert before[1] == ends[0][1]
        assert before[0] <= each.lx - text_width(each.label, 11, mono=True)


def test_the_same_graph_gives_the_same_picture() -> None:
    """Whatever the order in which it was read."""
    assert place(PEOPLE) == place(PEOPLE)
    other_way = Graph(name="shop", nodes=PEOPLE.nodes[::-1], edges=PEOPLE.edges[::-1])
    ids = {node.node.id: (node.x, node.y) for node in place(PEOPLE).nodes}
    assert {node.node.id: (node.x, node.y) for node in place(other_way).nodes} == ids


def test_a_change_does_not_reshuffle_the_picture() -> None:
    """A queue more at an exchange: the others keep their order, even where their names say otherwise."""
    nodes = [Node(id=exchange_id("x"), kind="exchange", name="x", type="fanout")]
    nodes += [Node(id=queue_id(name), kind="queue", name=name) for name in "abcd"]
    edges = [edge("binding", "x:x", queue_id(name)) for name in "abcd"]
    placed = place(Graph(name="", nodes=tuple(nodes[:4]), edges=tuple(edges[:3])))
    upside_down = replace(placed, heights=tuple((name, -y) for name, y in placed.heights))
    after = place(Graph(name="", nodes=tuple(nodes), edges=tuple(edges)), upside_down)
    height = {each.node.name: each.y for each in after.nodes if each.node.kind == "queue"}
    kept = [name for name in sorted(height, key=lambda name: height[name]) if name != "d"]
    assert kept == ["c", "b", "a"]


def test_numbers_in_names_count_as_numbers() -> None:
    """`q2` stands above `q10`."""
    topology = Topology(queues=tuple(Queue(name=f"q{number}") for number in (1, 2, 10)))
    height = {node.node.name: node.y for node in place(graph_of(topology)).nodes}
    assert height["q1"] < height["q2"] < height["q10"]


def test_a_picture_is_as_wide_as_a_page() -> None:
    """Never below 640; a usual one about 960."""
    assert place(graph_of(Topology(queues=(Queue(name="a"),)))).width == 640
    usual = with_people(Topology(queues=(Queue(name="hello"),)), {"shop": ""}, {"worker": "hello"})
    assert place(usual).width == 960


def test_a_name_that_is_too_long_is_cut_in_its_middle() -> None:
    """Its ends tell it from others; the whole name stays in `name` and in the words."""
    name = "order_notifications_of_the_whole_northern_region.retry.5s"
    node = next(
        node for node in place(graph_of(Topology(queues=(Queue(name=name),)))).nodes if node.node.name == name
    )
    assert "…" in node.label
    assert name.startswith(node.label.split("…")[0])
    assert name.endswith(node.label.split("…")[1])
    assert node.as_json()["name"] == name
    assert name in node.words
