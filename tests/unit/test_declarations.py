"""Exchanges and queues: equal when the broker would accept one in place of the other."""

from __future__ import annotations

from typing import Any

import pytest

from labs.errors import InvalidValue
from labs.exchange import PREDECLARED, Exchange
from labs.outcome import Ack, Dead, Retry
from labs.queue import ARGUMENTS, Queue


def test_a_queue_declares_only_what_was_said() -> None:
    """The broker's own defaults stay the broker's."""
    assert Queue(name="q").declare_arguments == {}
    assert Queue(name="q").durable


def test_every_queue_property_reaches_its_argument() -> None:
    """Our names going in, the broker's coming out."""
    queue = Queue(
        name="q", type="quorum", message_ttl_ms=1, expires_ms=2, max_length=0, max_length_bytes=4,
        overflow="reject-publish", dead_letter_exchange="", dead_letter_routing_key="dead", max_priority=5,
        single_active_consumer=True, delivery_limit=-1, arguments={"x-queue-leader-locator": "balanced"},
    )  # fmt: skip
    assert queue.declare_arguments == {
        "x-queue-type": "quorum", "x-message-ttl": 1, "x-expires": 2, "x-max-length": 0,
        "x-max-length-bytes": 4,
        "x-overflow": "reject-publish", "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead",
        "x-max-priority": 5, "x-single-active-consumer": True, "x-delivery-limit": -1,
        "x-queue-leader-locator": "balanced",
    }  # fmt: skip
    assert len(ARGUMENTS) == 10


def test_an_exchange_declares_its_alternate() -> None:
    """Under the broker's name for it."""
    exchange = Exchange(name="orders", alternate_exchange="unrouted", arguments={"x-other": 1})
    assert exchange.declare_arguments == {"alternate-exchange": "unrouted", "x-other": 1}
    assert (exchange.type, exchange.durable) == ("topic", True)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (Queue(name="q"), Queue(name="q", type="classic", arguments={}), True),
        (Queue(name="q"), Queue(name="q", type="quorum"), False),
        (Queue(name="q"), Queue(name="q", durable=False), False),
        (Queue(name="q", max_length=1), Queue(name="q", max_length=2), False),
        (Exchange(name="x"), Exchange(name="x", type="topic"), True),
        (Exchange(name="x"), Exchange(name="x", type="fanout"), False),
        (Exchange(name="x"), Exchange(name="x", alternate_exchange="y"), False),
    ],
)
def test_equal_means_the_same_declaration(left: object, right: object, *, same: bool) -> None:
    """That is also what 406 PRECONDITION_FAILED is about."""
    assert (left == right) is same
    assert (len({left, right}) == 1) is same


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Queue(name="q", arguments={"x-message-ttl": 5}), "message_ttl_ms"),
        (lambda: Queue(name="q", arguments={"x-queue-type": "quorum"}), "type=…"),
        (lambda: Exchange(name="x", arguments={"alternate-exchange": "y"}), "alternate_exchange"),
        (lambda: Queue(name=""), "lets the broker choose"),
        (lambda: Exchange(name=""), "default exchange"),
        (lambda: Queue(name="q" * 256), "256 bytes"),
        (lambda: Queue(name="\ud800"), "UTF-8"),
        (lambda: Exchange(name=7), "must be text"),
        (lambda: Exchange(name="x", alternate_exchange="y" * 300), "alternate exchange's name has 300"),
        (lambda: Queue(name="q", arguments={"x-odd": object()}), "AMQP table cannot carry"),
    ],
)
def test_a_declaration_that_cannot_be_sent_does_not_exist(make: Any, says: str) -> None:
    """One spelling for each property, and names that fit."""
    with pytest.raises(InvalidValue, match=says):
        make()


def test_the_predeclared_exchanges_are_those_of_the_specification() -> None:
    """Five of them, all durable."""
    assert [each.name for each in PREDECLARED] == [
        "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic",
    ]  # fmt: skip
    assert all(each.durable for each in PREDECLARED)


def test_a_value_shows_only_what_was_said() -> None:
    """So that an error that names two of them can be read."""
    assert repr(Queue(name="q", type="quorum")) == "Queue(name='q', type='quorum')"
    assert repr(Exchange(name="x", arguments={"a": 1})) == "Exchange(name='x', arguments={'a': 1})"


def test_the_three_outcomes_are_values() -> None:
    """Equal when they say the same; a delay is a whole number of milliseconds."""
    assert Ack() == Ack()
    assert Retry(after_ms=5) != Retry(after_ms=6)
    assert Dead(reason="no such order") == Dead(reason="no such order")
    with pytest.raises(InvalidValue, match="delay of a retry"):
        Retry(after_ms=-1)
