"""Pictures in words: stable, complete, and the same in every form of the picture."""

from __future__ import annotations

from base64 import b64decode

from labs.drawing.declared import graph_of
from labs.drawing.describe import describe
from labs.drawing.graph import Graph
from labs.drawing.layout import place
from labs.drawing.phrases import edge_words, node_words
from labs.drawing.picture import Picture
from labs.drawing.seen import Seen
from labs.drawing.svg import as_svg
from labs.queue import Queue
from labs.topology import Topology
from tests.unit.drawn import DEAD_LETTERS, TOPIC, crowd, with_people

PEOPLE = with_people(DEAD_LETTERS, {"shop": "orders"}, {"worker-1": "work"})
SEEN = Seen(
    counts={"q:work": (3, 1), "q:dead": (2, 0), "q:lost": (0, 0)},
    holds={"c:work:worker-1": (1, True)},
    lanes={
        "publish:p:shop>x:orders": 8,
        "binding:x:orders>q:work": 7,
        "consume:q:work>c:work:worker-1": 4,
        "dead-letter:q:work>x:dlx": 2,
        "binding:x:dlx>q:dead": 2,
    },
    unroutable={"x:orders": 1},
    redelivered={"consume:q:work>c:work:worker-1": 1},
    gone={"q:lost": 1},
)


def test_a_graph_is_told_thing_by_thing() -> None:
    """Who feeds whom, by what pattern, and what is special."""
    assert describe(PEOPLE) == (
        "producer shop\n"
        "  to exchange orders\n"
        "exchange dlx (fanout, for dead letters only)\n"
        "  everything to queue dead\n"
        "exchange orders (topic)\n"
        "  order.# to queue work\n"
        "  what no binding takes to exchange unrouted\n"
        "exchange unrouted (fanout)\n"
        "  everything to queue lost\n"
        "queue dead (classic, durable, for dead letters only)\n"
        "queue lost (classic, durable)\n"
        "queue work (classic, durable, a message waits 1 min at most, dead letters go to dlx, "
        "at most 10 ready messages; then drop-head)\n"
        "  to consumer worker-1 (prefetch 10)\n"
        "  dead letters to exchange dlx"
    )


def test_what_was_seen_is_told_with_it_and_what_was_inferred_is_called_so() -> None:
    """Counts, totals, unroutable, redelivered, dead-lettered, gone."""
    assert describe(PEOPLE, SEEN) == (
        "producer shop\n"
        "  to exchange orders: 8 messages\n"
        "exchange dlx (fanout, for dead letters only)\n"
        "  everything to queue dead: 2 messages, inferred\n"
        "exchange orders (topic)\n"
        "  order.# to queue work: 7 messages\n"
        "  what no binding takes to exchange unrouted: no messages\n"
        "  to no queue (unroutable): 1 message\n"
        "exchange unrouted (fanout)\n"
        "  everything to queue lost: no messages\n"
        "queue dead (classic, durable, for dead letters only): 2 ready, 0 unacknowledged\n"
        "queue lost (classic, durable): 0 ready, 0 unacknowledged\n"
        "  gone without a delivery (expired, dropped, refused or purged): 1 message, inferred\n"
        "queue work (classic, durable, a message waits 1 min at most, dead letters go to dlx, "
        "at most 10 ready messages; then drop-head): 3 ready, 1 unacknowledged\n"
        "  to consumer worker-1 (prefetch 10): 4 messages, 1 of them redelivered, holds 1\n"
        "  dead letters to exchange dlx: 2 messages, inferred"
    )


def test_the_words_do_not_depend_on_the_order_of_reading() -> None:
    """Nor on where things stand."""
    other_way = Graph(name="", nodes=PEOPLE.nodes[::-1], edges=PEOPLE.edges[::-1])
    assert describe(other_way, SEEN) == describe(PEOPLE, SEEN)


def test_nothing_is_told_as_nothing() -> None:
    """An empty vhost."""
    assert describe(Graph(name="")) == "nothing is declared"
    assert repr(Topology().draw()) == "nothing is declared"


def test_each_thing_says_its_own_words() -> None:
    """For a hover and for a screen reader."""
    words = {node.id: node_words(node, PEOPLE) for node in PEOPLE.nodes}
    assert words["q:dead"] == "queue dead, classic, durable, for dead letters only"
    assert words["c:work:worker-1"] == "consumer worker-1 of work, prefetch 10"
    assert words["x:orders"] == "exchange orders, topic"
    assert words["p:shop"] == "producer shop"
    said = {edge.id: edge_words(edge, PEOPLE) for edge in PEOPLE.edges}
    assert said["binding:x:orders>q:work"] == "orders → work: order.#"
    assert said["dead-letter:q:work>x:dlx"] == "work → dlx: dead letters"
    assert said["publish:p:shop>x:orders"] == "shop → orders"


def test_a_topology_draws_itself_without_a_broker() -> None:
    """One picture in three forms, with one text."""
    picture = TOPIC.draw("Who gets what?")
    data, metadata = picture._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "image/png", "text/plain"}
    assert data["text/plain"] == repr(picture) == "Who gets what?\n" + describe(graph_of(TOPIC))
    assert data["image/svg+xml"].startswith("<svg")
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert set(metadata) == {"image/png"}
    assert set(picture._repr_mimebundle_(include=["text/plain"])[0]) == {"text/plain"}
    assert "image/png" not in picture._repr_mimebundle_(exclude=["image/png"])[0]


def test_the_same_picture_is_the_same_to_the_letter() -> None:
    """So a stored one can be compared with a new one."""
    assert TOPIC.draw()._repr_mimebundle_() == TOPIC.draw()._repr_mimebundle_()


def test_a_crowd_is_drawn_and_told_in_groups() -> None:
    """The words are those of the picture."""
    picture = Picture(crowd(), Seen(counts={f"q:orders.worker.{number}": (1, 0) for number in range(1, 21)}))
    assert "group orders.worker.* (20 queues, durable): 20 ready, 0 unacknowledged" in repr(picture)


def test_a_name_of_two_lines_stays_on_one() -> None:
    """Otherwise a name could pretend to be a line of ours."""
    trick = Topology(queues=(Queue(name="a\nqueue b (classic): 9 ready"),))
    assert len(repr(trick.draw()).splitlines()) == 3
    assert "a␊queue b" in as_svg(place(graph_of(trick)))
