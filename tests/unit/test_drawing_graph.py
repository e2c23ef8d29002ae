"""From a declaration to what is drawn: nodes, ways, badges, what is dead, and groups."""

from __future__ import annotations

import pytest

from labs.drawing.badges import duration, exchange_badges, queue_badges
from labs.drawing.declared import graph_of
from labs.drawing.graph import Graph
from labs.drawing.grouping import drawn_lanes, gathered, group, stands_for
from labs.drawing.labels import drawn_pattern, plain, short_number
from labs.drawing.seen import Seen
from labs.exchange import Exchange
from labs.queue import Queue
from labs.routing import Binding
from labs.topology import Topology
from tests.unit.drawn import DEAD_LETTERS, HEADERS, ONE_QUEUE, RETRY, TOPIC, crowd, with_people


def patterns(graph: Graph) -> dict[str, tuple[str, ...]]:
    return {edge.id: edge.patterns for edge in graph.edges}


def dead(graph: Graph) -> set[str]:
    return {node.id for node in graph.nodes if node.dead}


def test_every_declaration_has_its_node_and_every_binding_its_way() -> None:
    """With ids that say what they are."""
    graph = graph_of(TOPIC)
    assert {node.id for node in graph.nodes} == {"x:audit", "x:orders", "q:bills", "q:eu", "q:log", "q:us"}
    assert patterns(graph) == {
        "binding:x:audit>q:log": (),
        "binding:x:orders>q:bills": ("order.paid.#",),
        "binding:x:orders>q:eu": ("order.*.eu",),
        "binding:x:orders>q:us": ("order.*.us",),
        "binding:x:orders>x:audit": ("#",),
    }
    assert graph["x:audit"].type == "fanout"
    assert graph["q:bills"].type == "quorum"


def test_two_bindings_between_the_same_two_are_one_line_with_two_patterns() -> None:
    """One copy comes, whatever the number of patterns that fit."""
    topology = Topology(
        exchanges=(Exchange(name="x"),),
        queues=(Queue(name="q"),),
        bindings=tuple(Binding(source="x", destination="q", key=key) for key in ("a", "b")),
    )
    assert patterns(graph_of(topology)) == {"binding:x:x>q:q": ("a", "b")}


def test_a_headers_binding_is_read_with_its_mode_first() -> None:
    """`x-match` says how the rest counts."""
    assert patterns(graph_of(HEADERS)) == {
        "binding:x:reports>q:archive": (),
        "binding:x:reports>q:eu_pdf": ("all: format='pdf'",),
        "binding:x:reports>q:urgent": ("any: urgent=True",),
    }
    assert drawn_pattern(Binding(source="h", destination="q", arguments={"a": 1})) == "a=1"


def test_the_default_exchange_is_drawn_where_nothing_else_leads() -> None:
    """A queue without a binding is reached by its name."""
    graph = graph_of(ONE_QUEUE)
    assert patterns(graph) == {"binding:x:>q:hello": ("hello",)}
    assert (graph["x:"].name, graph["x:"].type, graph["x:"].dead) == ("", "direct", False)
    assert "x:" not in {node.id for node in graph_of(TOPIC).nodes}


def test_what_every_vhost_has_is_drawn_only_if_it_is_used() -> None:
    """With the type that it has there."""
    used = Topology(
        queues=(Queue(name="q"),), bindings=(Binding(source="amq.fanout", destination="q", key="ignored"),)
    )
    graph = graph_of(used)
    assert [(node.id, node.type) for node in graph.nodes] == [("q:q", "classic"), ("x:amq.fanout", "fanout")]
    assert patterns(graph) == {"binding:x:amq.fanout>q:q": ()}


def test_what_only_a_binding_names_is_drawn_without_a_type() -> None:
    """It is not declared here; the picture says so."""
    graph = graph_of(Topology(bindings=(Binding(source="there", destination="ghost"),)))
    assert {node.id: node.type for node in graph.nodes} == {"x:there": "", "q:ghost": ""}


def test_an_alternate_and_dead_letters_are_ways_of_their_own() -> None:
    """And only what dead letters alone reach is dead."""
    graph = graph_of(DEAD_LETTERS)
    kinds = {edge.kind: edge.id for edge in graph.edges}
    assert kinds["alternate"] == "alternate:x:orders>x:unrouted"
    assert kinds["dead-letter"] == "dead-letter:q:work>x:dlx"
    assert dead(graph) == {"x:dlx", "q:dead"}


def test_an_exchange_that_somebody_publishes_to_is_not_dead() -> None:
    """Even if dead letters come there too."""
    assert dead(with_people(DEAD_LETTERS, {"shop": "dlx"}, {})) == set()


def test_a_retry_circle_begins_where_messages_come_back_after_a_wait() -> None:
    """With or without somebody who publishes."""
    assert dead(graph_of(RETRY)) == {"x:retry", "q:wait"}
    assert dead(with_people(RETRY, {"shop": "orders"}, {})) == {"x:retry", "q:wait"}


def test_a_wait_that_returns_through_the_default_exchange_is_a_way_too() -> None:
    """Its routing key is the name of the queue."""
    topology = Topology(
        queues=(
            Queue(name="work", dead_letter_exchange="", dead_letter_routing_key="wait"),
            Queue(name="wait", message_ttl_ms=1000, dead_letter_exchange="", dead_letter_routing_key="work"),
        )
    )
    assert patterns(graph_of(topology)) == {
        "dead-letter:q:wait>x:": (),
        "binding:x:>q:work": ("work",),
        "dead-letter:q:work>x:": (),
        "binding:x:>q:wait": ("wait",),
    }


def test_badges_say_what_is_special_and_say_it_in_words_too() -> None:
    """In a fixed order."""
    badges = queue_badges(
        type="quorum",
        arguments={
            "x-message-ttl": 5000,
            "x-dead-letter-exchange": "dead",
            "x-max-length": 10,
            "x-single-active-consumer": True,
            "x-delivery-limit": 3,
        },
    )
    assert [badge.mark for badge in badges] == ["D", "quorum", "TTL 5 s", "DLX", "max 10", "limit 3", "SAC"]
    words = " / ".join(badge.text for badge in badges)
    assert (
        "a message waits 5 s at most / dead letters go to dead / at most 10 ready messages; then drop-head"
        in words
    )
    assert [
        badge.mark for badge in queue_badges(durable=False, exclusive=True, auto_delete=True, arguments={})
    ] == [
        "T",
        "excl",
        "auto-del",
    ]
    full = queue_badges(
        arguments={"x-max-length-bytes": 1000, "x-overflow": "reject-publish", "x-max-priority": 5}
    )
    assert [badge.text for badge in full][1:] == [
        "at most 1000 bytes of ready messages; then reject-publish",
        "priorities 0 to 5",
    ]
    assert [badge.mark for badge in exchange_badges(durable=False, internal=True)] == ["T", "internal"]
    assert graph_of(DEAD_LETTERS)["q:work"].limit == 10


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 ms"),
        (1, "1 ms"),
        (1500, "1500 ms"),
        (5000, "5 s"),
        (90_000, "90 s"),
        (7_200_000, "2 h"),
        (86_400_000, "1 d"),
    ],
)
def test_a_duration_is_said_exactly(milliseconds: int, said: str) -> None:
    """In the largest unit that needs no fraction."""
    assert duration(milliseconds) == said


def test_signs_stand_for_what_has_no_shape() -> None:
    """A name cannot break a line, nor turn the writing round."""
    assert plain("a\nb\0\u202ec é🐰") == "a␊b␀�c é🐰"
    assert [short_number(number) for number in (0, 9999, 10_000, 999_999, 1_000_000)] == [
        "0",
        "9999",
        "10k",
        "999k",
        "1M",
    ]


# --- groups -----------------------------------------------------------------------------------------------


def test_many_queues_alike_become_a_group() -> None:
    """Those of one exchange, whose names differ in a number."""
    drawn = group(crowd())
    pile = drawn["g:orders.worker.*"]
    assert (pile.kind, pile.type, pile.name, len(pile.members)) == ("group", "queue", "orders.worker.*", 20)
    assert pile.members[1] == "q:orders.worker.2"
    assert len(drawn.nodes) == 2 + 1 + 20
    assert len(drawn.edges) == 1 + 40
    edge = next(edge for edge in drawn.edges if edge.target == pile.id)
    assert (edge.id, len(edge.patterns)) == ("binding:x:orders>g:orders.worker.*", 20)


def test_an_opened_group_and_a_small_graph_stay_as_they_are() -> None:
    """Nothing is hidden from somebody who asked for it."""
    assert group(crowd(), expanded={"g:orders.worker.*"}) == crowd()
    assert group(graph_of(TOPIC)) == graph_of(TOPIC)


def test_groups_of_different_exchanges_keep_apart() -> None:
    """The same names, fed from elsewhere: two groups."""
    names = [f"w{number}" for number in range(30)]
    topology = Topology(
        exchanges=(Exchange(name="a"), Exchange(name="b")),
        queues=tuple(Queue(name=name) for name in names),
        bindings=tuple(Binding(source="ab"[at % 2], destination=name) for at, name in enumerate(names)),
    )
    assert [node.id for node in group(graph_of(topology)).nodes if node.kind == "group"] == [
        "g:w* x:a",
        "g:w* x:b",
    ]


def test_what_was_seen_is_summed_up_for_the_group() -> None:
    """Counts and lanes; nothing is lost."""
    topology = Topology(queues=tuple(Queue(name=f"w{number}") for number in range(30)))
    whole = with_people(topology, {}, {f"c{number}": f"w{number}" for number in range(30)})
    drawn = group(whole)
    assert stands_for(drawn)["q:w7"] == "g:w*"
    assert stands_for(drawn)["c:w7:c7"] == "g:consumers of w*"
    lane = "consume:g:w*>g:consumers of w*"
    assert drawn_lanes(whole, drawn)["consume:q:w7>c:w7:c7"] == lane
    seen = Seen(
        counts={f"q:w{number}": (2, 1) for number in range(30)},
        holds={f"c:w{number}:c{number}": (1, number != 3) for number in range(30)},
        lanes={f"consume:q:w{number}>c:w{number}:c{number}": 4 for number in range(30)},
        unroutable={"x:": 5},
        redelivered={"consume:q:w1>c:w1:c1": 1},
        gone={"q:w1": 2, "q:w2": 1},
    )
    assert gathered(seen, whole, drawn) == Seen(
        counts={"g:w*": (60, 30)},
        holds={"g:consumers of w*": (30, False)},
        lanes={lane: 120},
        unroutable={"x:": 5},
        redelivered={lane: 1},
        gone={"g:w*": 3},
    )
