"""What is told, and how: batches, names, holds, the rhythm of looks, policies, journeys. No broker."""

from __future__ import annotations

from typing import Any

import pytest

from labs.exchange import Exchange
from labs.live.about import about, identity
from labs.live.batch import BURST, Batch
from labs.live.cast import Cast
from labs.live.consumers import Consumers
from labs.live.events import Delivered, Gone
from labs.live.holds import Holds
from labs.live.look import Look
from labs.live.names import consumer_name
from labs.live.news import Changed, Connected, Departed, Disconnected, Joined, Opened
from labs.live.policies import Policies
from labs.live.record import Record
from labs.live.rhythm import ACTIVE_MS, AWAKE_MS, IDLE_MS, Rhythm
from labs.live.routes import Routes
from labs.live.shape import Shape
from labs.live.subscriber import Subscriber
from labs.live.trace import Traced
from labs.queue import Queue
from labs.routing import Binding


def traced(body: bytes = b"", *, queue: str | None = None, **properties: Any) -> Traced:
    """A traced message."""
    return Traced(1.0, "orders", ("order.created",), queue, (), "c", 1, False, properties, body, len(body))  # noqa: FBT003


def test_a_message_without_an_id_is_known_by_what_stays_the_same() -> None:
    """Dead-lettering adds `x-death`, takes `expiration` and changes the key; the message is still the same."""
    before = traced(b"one", content_type="text/plain", expiration="5", headers={"a": 1, "CC": ["x"]})
    after = traced(
        b"one", queue="dlq", content_type="text/plain", headers={"a": 1, "x-death": [{"count": 1}]}
    )
    assert identity(before) == identity(after)
    assert identity(before) != identity(traced(b"two", content_type="text/plain", headers={"a": 1}))
    assert identity(traced(b"one", message_id="o-1")) == "m:o-1"


def test_what_is_told_about_a_message_fits_into_a_line() -> None:
    """Long bodies are cut, bytes and odd numbers become text."""
    told = about(traced("é".encode() * 500, headers={"raw": b"\xff", "nan": float("inf")}), ["why"])
    assert told["body"] == "é" * 200
    assert told["bytes"] == 1000
    assert told["headers"] == {"raw": "\ufffd", "nan": "inf"}


def _delivered(lane: str) -> Delivered:
    return Delivered(traced(queue="bills"), "c:bills:x", lane, tuple)


def test_few_events_are_single_and_many_are_grouped_with_their_number() -> None:
    """The numbers always add up."""
    batch = Batch()
    batch.add(_delivered(lane) for lane in "aab")
    assert [event["n"] for event in batch.told(0.0, str)["events"]] == [1, 1, 1]
    batch.add(_delivered(lane) for lane in "ab" * int(BURST))
    batch.add([Gone(1.0, 4, "bills"), Gone(1.0, 2, "bills")])
    line = batch.told(50.0, str.upper)
    assert [(event.get("lane"), event["n"]) for event in line["events"]] == [
        ("A", BURST),
        ("B", BURST),
        (None, 6),
    ]
    assert (line["seen"], line["drawn"], line["behind"]) == (2 * BURST, 3, False)
    assert not batch


def test_a_quiet_moment_allows_single_events_again() -> None:
    """Five hundred a second, not more."""
    batch = Batch()
    for at, drawn in ((0.0, 100), (50.0, 1), (250.0, 100)):
        batch.add(_delivered("a") for _ in range(100))
        assert batch.told(at, str)["drawn"] == drawn


@pytest.mark.parametrize(
    ("tag", "called", "taken", "name"),
    [
        ("ctag1.9f", "worker", (), "worker"),
        ("ctag1.9f", "worker", ("worker",), "worker 2"),
        ("mine", "worker", ("worker",), "mine"),
        ("mine", None, (), "mine"),
        ("amq.ctag-x", None, (), "consumer 1"),
        ("ctag1.9f", None, ("consumer 1", "consumer 3"), "consumer 2"),
    ],
)
def test_consumers_get_names(tag: str, called: str | None, taken: tuple[str, ...], name: str) -> None:
    """The connection's, else a chosen tag, else the lowest free number."""
    assert consumer_name(Subscriber(queue="q", tag=tag, connection="c", channel=1), called, taken) == name


def _look(at: float, **more: Any) -> Look:
    return Look(asked=at, answered=at, counts={}, ours={}, **more)


def test_news_name_a_connection_that_lists_never_see() -> None:
    """It lived for a blink; its message and its consumer still have its name."""
    cast = Cast()
    for news in (
        Connected(name="a", called="shop"),
        Opened(process="p", connection="a", channel=1),
        Joined(process="p", queue="bills", tag="ctag1.1", prefetch=3, auto_ack=False),
        Departed(process="p", queue="bills", tag="ctag1.1"),
        Disconnected(name="a"),
    ):
        assert cast.hear(news, 0.0)
    assert cast.knows("a")
    assert cast.published("a", "orders", 1.0) == "shop"
    assert cast.takes(("a", 1, "bills"), 1.0) == "c:bills:shop"
    assert {node.id for node in cast.nodes()} == {"p:shop", "c:bills:shop"}
    cast.forget(2_000.0)
    assert {node.id for node in cast.nodes()} == {"p:shop"}
    cast.forget(40_000.0)
    assert cast.nodes() == []


def test_a_list_that_is_older_than_the_news_brings_nobody_back() -> None:
    """Whoever has left stays away; whoever has just come stays."""
    cast = Cast()
    old = Subscriber(queue="bills", tag="t", connection="a", channel=1)
    cast.hear(Connected(name="b", called=None), 0.0)
    cast.hear(Opened(process="p", connection="b", channel=1), 0.0)
    cast.hear(Joined(process="p", queue="bills", tag="t2", prefetch=0, auto_ack=True), 0.0)
    cast.hear(Disconnected(name="a"), 0.0)
    cast.see(_look(1.0, connections={"a": "gone"}, subscribers=(old,)), 1.0, with_news=True)
    assert {node.id for node in cast.nodes()} == {"c:bills:t2"}
    assert not cast.hear(Joined(process="unknown", queue="x", tag="", prefetch=0, auto_ack=True), 0.0)
    assert cast.hear(Changed(what="queue.created"), 0.0)


def test_what_several_consumers_hold_is_estimated_within_their_prefetch() -> None:
    """A new delivery to somebody whose prefetch is 1 means that he has acknowledged the one before."""
    consumers, holds = Consumers(), Holds()
    for name in ("ann", "ben"):
        consumers.joins(Subscriber(queue="q", tag=name, connection=name, channel=1, prefetch=1), name)
    for name in ("ann", "ben", "ben", "ben"):
        holds.delivered("q", f"c:q:{name}")
    holds.asked()
    assert holds.seen({"q": (0, 2)}, consumers) == {"c:q:ann": (1, False), "c:q:ben": (1, False)}
    consumers.leaves(("ann", 1, "q", "ann"), 0.0)
    assert holds.seen({"q": (0, 1)}, consumers) == {"c:q:ben": (1, True)}


def test_looks_are_frequent_only_while_something_happens() -> None:
    """Idle, it looks once a second; without news every look is a full one."""
    clock = [0.0]
    rhythm = Rhythm(lambda: clock[0])
    assert rhythm.ask()
    clock[0] = 10 * AWAKE_MS
    for _ in range(4):
        rhythm.ask()  # those for the lists
    rhythm.seen({})
    assert rhythm.due() == clock[0] + IDLE_MS
    rhythm.active()
    assert rhythm.due() == clock[0] + ACTIVE_MS
    rhythm.with_news = True
    assert not rhythm.ask()
    rhythm.hurry(full=True)
    assert rhythm.due() < clock[0] + ACTIVE_MS
    assert rhythm.ask()


def test_one_user_policy_applies_and_an_operator_can_only_tighten() -> None:
    """The highest priority wins as a whole; numbers are the smaller ones."""
    policies = Policies(
        user=(
            {"pattern": "^b", "priority": 1, "apply-to": "queues", "definition": {"max-length": 5}},
            {"pattern": "^b", "priority": 0, "apply-to": "all", "definition": {"message-ttl": 9}},
            {"pattern": "(", "definition": {"expires": 1}},
            {
                "pattern": "",
                "priority": 9,
                "apply-to": "exchanges",
                "definition": {"alternate-exchange": "x"},
            },
        ),
        operator=({"pattern": "", "apply-to": "queues", "definition": {"max-length": 3, "expires": 7}},),
    )
    assert policies.of_queue("bills") == {"max-length": 3, "expires": 7}
    assert policies.of_queue("other") == {"max-length": 3, "expires": 7}
    assert policies.of_exchange("bills") == {"alternate-exchange": "x"}


def test_ways_follow_the_broker_and_dead_letters_theirs() -> None:
    """Through other exchanges, alternates and the default exchange; each queue by the first way that reaches it."""
    routes = Routes(
        Shape(
            exchanges=(
                Exchange(name="in", type="topic", alternate_exchange="other"),
                Exchange(name="mid", type="fanout"),
                Exchange(name="other", type="fanout"),
                Exchange(name="odd", type="x-plugin"),
            ),
            queues=(
                Queue(name="a", dead_letter_exchange="", dead_letter_routing_key="b"),
                Queue(name="b", dead_letter_exchange="in", dead_letter_routing_key="a.x"),
                Queue(name="c", dead_letter_exchange="in"),
            ),
            bindings=(
                Binding(source="in", destination="a", key="a.*"),
                Binding(source="in", destination="mid", key="#.x", to_exchange=True),
                Binding(source="mid", destination="b"),
                Binding(source="other", destination="c"),
                Binding(source="odd", destination="c", key="?"),
            ),
        )
    )
    first, mid, b = "binding:x:in>q:a", "binding:x:in>x:mid", "binding:x:mid>q:b"
    assert routes.ways("in", ["a.x"], {}, ["a", "b"]) == {"a": (first,), "b": (mid, b)}
    assert routes.ways("in", ["nobody"], {}, ["c"]) == {
        "c": ("alternate:x:in>x:other", "binding:x:other>q:c")
    }
    assert routes.ways("in", ["nobody", "a.b"], {}, ["a"]) == {"a": (first,)}  # CC
    assert routes.ways("", ["a"], {}, ["a"]) == {"a": ("binding:x:>q:a",)}
    assert routes.ways("odd", ["x"], {}, ["c"]) == {"c": ("binding:x:odd>q:c",)}
    assert routes.ways("mid", ["x"], {}, ["c"]) == {}
    assert routes.dead_ways("a") == {"b": ("dead-letter:q:a>x:", "binding:x:>q:b")}
    assert routes.dead_ways("b") == {
        "a": ("dead-letter:q:b>x:in", first),
        "b": ("dead-letter:q:b>x:in", mid, b),
    }
    assert set(routes.dead_ways("c")) == {"a", "b", "c"}  # any key may come
    assert set(routes.dead_sources("b")) == {"a", "b", "c"}


def test_a_record_is_bounded_and_forgets_totals_at_a_mark() -> None:
    """Whoever took part since the mark stays in the picture, whoever left before does not."""
    record = Record()
    node = {"kind": "queue", "type": "", "prefetch": None, "auto_ack": None, "limit": None, "dead": False}
    nodes = [node | {"id": f"q:{name}", "name": name, "badges": [], "members": []} for name in "ab"]
    edge = {"id": "consume:q:a>q:b", "kind": "consume", "source": "q:a", "target": "q:b", "patterns": []}
    record.feed({"type": "graph", "graph": {"name": "n", "nodes": nodes, "edges": [edge]}})
    event = {"kind": "deliver", "n": 3, "lane": edge["id"], "again": True, "message": "m:1"}
    record.feed({"type": "batch", "behind": False, "events": [event]})
    record.feed({"type": "graph", "graph": {"name": "n", "nodes": nodes[:1], "edges": []}})
    assert [one.id for one in record.whole().nodes] == ["q:a", "q:b"]
    assert record.seen.lanes == record.seen.redelivered == {edge["id"]: 3}
    record.mark()
    assert [one.id for one in record.whole().nodes] == ["q:a"]
    assert record.seen.lanes == {}
    group = nodes[0] | {"id": "g:*", "kind": "group", "members": ["q:a", "q:b"]}
    record.feed({"type": "graph", "graph": {"name": "n", "nodes": nodes, "edges": [edge]}})
    record.feed({"type": "batch", "behind": False, "events": [event]})
    record.feed({"type": "graph", "graph": {"name": "n", "nodes": [group], "edges": []}})
    assert record.seen.lanes == {"consume:g:*>g:*": 3}  # what was counted on members is the group's now
    for _ in range(6_000):
        record.feed({"type": "batch", "behind": True, "events": [event]})
    assert len(record.events()) == 5_000
    assert record.behind
