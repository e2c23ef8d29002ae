"""The matcher and `explain` against a real broker: the prediction is where the broker put the message.

First every short pattern against every short key, then random topologies from Hypothesis: topic, direct,
fanout and headers exchanges that feed each other (in circles too), with alternates that may not exist.
Everything is transient and the queues exclusive: nothing of this has to reach a disk.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker, UnroutableError
from pika.spec import BasicProperties

from labs.broker.address import Broker
from labs.exchange import Exchange
from labs.queue import Queue
from labs.routing import Binding, headers_match, topic_matches
from labs.sync.connection import Connection, connect
from labs.sync.declare import declare, delete
from labs.topology import Topology

PATTERN_WORDS = ("", "a", "*", "#")
KEY_WORDS = ("", "a", "b")
EXCHANGES = ("x0", "x1", "x2", "x3")
QUEUES = ("q0", "q1", "q2", "q3")
LABEL_VALUES = ("1", 1, True, "", 0, False, None)


def _queue(name: str) -> Queue:
    return Queue(name=name, durable=False, exclusive=True)


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to the test's own vhost."""
    with connect(broker.url(vhost), name="routing against the broker") as connection:
        yield connection


def _publish(channel: BlockingChannel, exchange: str, key: str, number: int, headers: Any = None) -> bool:
    """Publish message `number`; False when the broker returned it as unroutable."""
    properties = BasicProperties(message_id=str(number), headers=headers)
    try:
        channel.basic_publish(exchange, key, b"", properties=properties, mandatory=True)
    except UnroutableError:
        return False
    return True


def _drain(channel: BlockingChannel, queue: str) -> Counter[int]:
    """Which messages lie in the queue, and how often each. A confirm came for all, so all are there."""
    found: Counter[int] = Counter()
    while True:
        method, properties, _ = channel.basic_get(queue, auto_ack=True)
        if method is None:
            return found
        found[int(properties.message_id)] += 1


def _all_words(words: tuple[str, ...], longest: int) -> list[str]:
    """Every text of up to `longest` of these words, and the empty one."""
    texts = (
        ".".join(some) for length in range(1, longest + 1) for some in itertools.product(words, repeat=length)
    )
    return list(dict.fromkeys(["", *texts]))


def test_every_short_pattern_meets_every_short_key_as_predicted(connection: Connection) -> None:
    """All patterns of up to three words against all keys of up to three, empty words included."""
    patterns, keys = _all_words(PATTERN_WORDS, 3), _all_words(KEY_WORDS, 3)
    assert len(patterns) * len(keys) > 3000
    topology = Topology(
        exchanges=(Exchange(name="t", durable=False),),
        queues=tuple(_queue(f"p{number}") for number in range(len(patterns))),
        bindings=tuple(
            Binding(source="t", destination=f"p{at}", key=text) for at, text in enumerate(patterns)
        ),
    )
    declare(connection, topology)
    channel = connection.channel(confirm=True)
    for number, key in enumerate(keys):
        assert _publish(channel, "t", key, number), f"{key!r} fits # at least"
    for at, pattern in enumerate(patterns):
        predicted = [key for key in keys if topic_matches(pattern, key)]
        measured = [keys[number] for number in sorted(_drain(channel, f"p{at}"))]
        assert measured == predicted, f"the keys that {pattern!r} takes"


def test_every_label_meets_every_binding_as_predicted(connection: Connection) -> None:
    """Types count: each pair of a wanted and a found value, and the four ways to say x-match."""
    wanted: list[dict[str, Any]] = [{"k": value} for value in (*LABEL_VALUES, b"1", 2**40)]
    for mode in ("all", "any", "all-with-x", "any-with-x"):
        wanted += [
            {"x-match": mode, **rest} for rest in ({}, {"k": 1}, {"x-k": 1}, {"k": 1, "x-k": 1}, {"k": None})
        ]
    found: list[dict[str, Any] | None] = [None, {}, *({"k": value} for value in (*LABEL_VALUES, b"1", 2**40))]
    found += [{"x-k": 1}, {"k": 1, "x-k": 1}, {"k": "1", "x-k": 1}, {"other": 1}, {"x-match": "all"}]
    topology = Topology(
        exchanges=(Exchange(name="h", type="headers", durable=False),),
        queues=tuple(_queue(f"w{number}") for number in range(len(wanted))),
        bindings=tuple(
            Binding(source="h", destination=f"w{at}", arguments=arguments)
            for at, arguments in enumerate(wanted)
        ),
    )
    declare(connection, topology)
    channel = connection.channel(confirm=True)
    for number, headers in enumerate(found):
        _publish(channel, "h", "", number, headers)
    for at, arguments in enumerate(wanted):
        predicted = [headers for headers in found if headers_match(arguments, headers)]
        measured = [found[number] for number in sorted(_drain(channel, f"w{at}"))]
        assert measured == predicted, f"the headers that {arguments} takes"


patterns = st.lists(st.sampled_from(PATTERN_WORDS), min_size=1, max_size=4).map(".".join)
keys = st.lists(st.sampled_from(KEY_WORDS), min_size=1, max_size=3).map(".".join)
labels = st.dictionaries(st.sampled_from(["h", "g", "x-h"]), st.sampled_from(LABEL_VALUES), max_size=2)
kinds = st.sampled_from(["topic", "topic", "direct", "fanout", "headers"])
# Mostly one that exists and leads somewhere, because an alternate is where intuition fails.
alternates = st.sampled_from(["catch", "catch", "catch", *EXCHANGES, "missing", None])
CATCH = Exchange(name="catch", type="fanout", durable=False)


@st.composite
def bindings_of(draw: st.DrawFn, source: Exchange) -> list[Binding]:
    """One or two destinations for an exchange, each with a key or labels of its kind."""
    found = []
    for destination in draw(
        st.lists(st.sampled_from([*EXCHANGES, *QUEUES]), min_size=1, max_size=2, unique=True)
    ):
        mode = draw(st.sampled_from(["all", "any", "all-with-x", "any-with-x"]))
        found.append(
            Binding(
                source=source.name,
                destination=destination,
                key=draw(keys if source.type == "direct" else patterns),
                arguments={"x-match": mode} | draw(labels) if source.type == "headers" else {},
                to_exchange=destination in EXCHANGES,
            )
        )
    return found


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Four exchanges that feed each other and four queues, in any way, and one that catches the rest."""
    exchanges = [
        Exchange(name=name, type=draw(kinds), alternate_exchange=draw(alternates), durable=False)
        for name in EXCHANGES
    ]
    bindings = [binding for exchange in exchanges for binding in draw(bindings_of(exchange))]
    return Topology(
        exchanges=(*exchanges, CATCH),
        queues=tuple(_queue(name) for name in QUEUES),
        bindings=(*bindings, Binding(source="catch", destination="q3")),
    )


shots = st.lists(
    st.tuples(st.sampled_from([*EXCHANGES, ""]), keys | st.sampled_from(QUEUES), labels),
    min_size=6,
    max_size=12,
    unique_by=repr,
)


def test_explain_is_where_the_broker_puts_the_message(connection: Connection) -> None:
    """In any topology, from any exchange, with any key and headers: the same queues, one copy in each."""
    channel = connection.channel(confirm=True)
    asked = 0

    @settings(max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.too_slow])
    @given(topologies(), shots)
    def check(topology: Topology, messages: list[tuple[str, str, dict[str, Any]]]) -> None:
        nonlocal asked
        asked += len(messages)
        note(topology.text())
        declare(connection, topology)
        try:
            routed = [_publish(channel, *shot[:2], number, shot[2]) for number, shot in enumerate(messages)]
            arrived = {queue: _drain(channel, queue) for queue in QUEUES}
        finally:
            delete(connection, topology)
        for number, (exchange, key, headers) in enumerate(messages):
            told = topology.explain(exchange, key, headers)
            note(f"{exchange!r} {key!r} {headers}:\n{told}")
            measured = {queue: copies[number] for queue, copies in arrived.items() if number in copies}
            assert measured == dict.fromkeys(told.queues, 1)
            assert routed[number] == bool(told.queues), (
                "returned as unroutable exactly when no queue is predicted"
            )

    check()
    assert asked > 200


def test_the_alternate_exchange_is_asked_when_no_binding_fits_and_only_then(connection: Connection) -> None:
    """A binding that fits and leads nowhere keeps it out; the alternate's own alternate is asked in turn."""
    topology = Topology(
        exchanges=(
            Exchange(name="shop", durable=False, alternate_exchange="second"),
            Exchange(name="second", durable=False, alternate_exchange="last"),
            Exchange(name="last", type="fanout", durable=False),
            Exchange(name="empty", type="fanout", durable=False),
            Exchange(name="above", type="fanout", durable=False),
        ),
        queues=(_queue("paid"), _queue("rest"), _queue("all")),
        bindings=(
            Binding(source="shop", destination="paid", key="paid"),
            Binding(source="shop", destination="empty", key="lost", to_exchange=True),
            Binding(source="last", destination="rest"),
            Binding(source="above", destination="all"),
            Binding(source="above", destination="shop", to_exchange=True),
        ),
    )
    declare(connection, topology)
    channel = connection.channel(confirm=True)
    # The last: `all` has its copy already, and the alternate of `shop` is asked all the same.
    for exchange, key, reached in (
        ("shop", "paid", ("paid",)),
        ("shop", "lost", ()),
        ("shop", "other", ("rest",)),
        ("above", "other", ("all", "rest")),
    ):
        assert topology.explain(exchange, key).queues == reached
        assert _publish(channel, exchange, key, 1) == bool(reached)
        measured = tuple(queue for queue in ("all", "paid", "rest") if _drain(channel, queue))
        assert measured == reached


def test_a_publish_that_explain_calls_refused_is_refused(connection: Connection) -> None:
    """404 for an exchange that is not there, 403 for an internal one."""
    topology = Topology(exchanges=(Exchange(name="in", internal=True),))
    declare(connection, topology)
    for exchange, code in (("nope", 404), ("in", 403)):
        assert f"the broker answers {code}" in str(topology.explain(exchange, "k"))
        with pytest.raises(ChannelClosedByBroker) as seen:
            connection.channel(confirm=True).basic_publish(exchange, "k", b"")
        assert seen.value.reply_code == code
