"""Messages, and their way through pika's encoder and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pika.spec import BasicProperties

from labs.errors import InvalidValue
from labs.message import TEXTS, Delivery, Message
from labs.sync.properties import to_message, to_properties
from tests.unit.strategies import messages, short_texts

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | short_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short_texts, inner, max_size=3),
    max_leaves=5,
)


def _through_pika(message: Message) -> Message:
    """Encode as pika sends it, decode as pika receives it."""
    wire = b"".join(to_properties(message).encode())
    received = BasicProperties()
    received.decode(wire)
    return to_message(received, message.body)


@given(messages())
@settings(max_examples=60)
def test_all_fourteen_properties_come_back_equal(message: Message) -> None:
    """Whatever a message may hold, the one received is equal to the one sent."""
    assert _through_pika(message) == message


def test_there_are_fourteen_properties_and_none_is_forgotten() -> None:
    """The names that pika knows are the names that we fill."""
    full = Message(
        body=b"x",
        headers={"a": 1},
        priority=1,
        expiration_ms=1,
        timestamp=datetime.now(UTC),
        **dict.fromkeys(TEXTS, "t"),
    )
    carried = {name for name, value in vars(to_properties(full)).items() if value is not None}
    assert len(carried) == 14
    assert carried == set(vars(BasicProperties()))


def test_a_message_is_persistent_unless_it_says_otherwise() -> None:
    """The safe choice is the default one: delivery mode 2."""
    assert to_properties(Message(body=b"")).delivery_mode == 2
    assert to_properties(Message(body=b"", persistent=False)).delivery_mode == 1


@given(json_values)
@settings(max_examples=40)
def test_json_goes_in_and_comes_out(data: Any) -> None:
    """And the message says that it is JSON."""
    message = Message.from_json(data)
    assert message.json() == data
    assert message.content_type == "application/json"
    assert json.loads(message.body.decode("utf-8")) == data


def test_from_json_takes_properties_and_lets_the_content_type_be_said() -> None:
    """A versioned content type is still JSON."""
    message = Message.from_json({}, type="order.created", content_type="application/vnd.order+json")
    assert (message.type, message.content_type) == ("order.created", "application/vnd.order+json")


def test_a_body_that_is_not_json_says_so() -> None:
    """Not a traceback of the json module."""
    with pytest.raises(InvalidValue, match="not JSON"):
        Message(body=b"\xff").json()


def test_a_timestamp_is_kept_in_utc_and_to_the_second() -> None:
    """What AMQP cannot carry, the value does not pretend to hold."""
    algiers = timezone(timedelta(hours=1))
    message = Message(body=b"", timestamp=datetime(2026, 5, 1, 9, 30, 15, 999, tzinfo=algiers))
    assert message.timestamp == datetime(2026, 5, 1, 8, 30, 15, tzinfo=UTC)
    assert _through_pika(message) == message


def test_a_timestamp_in_milliseconds_from_another_program_is_left_out() -> None:
    """It must not stop the consumer that receives it."""
    assert to_message(BasicProperties(timestamp=1_700_000_000_000), b"").timestamp is None


def test_long_integers_are_plain_integers_after_the_journey() -> None:
    """Pika's own class for them prints an L that would end up on a learner's page."""
    received = _through_pika(
        Message(body=b"", headers={"big": 2**40, "list": [2**40], "table": {"n": 2**40}})
    )
    assert (
        repr(received.headers)
        == "{'big': 1099511627776, 'list': [1099511627776], 'table': {'n': 1099511627776}}"
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"body": "text"}, "bytes"),
        ({"type": "x" * 256}, "256 bytes"),
        ({"type": "é" * 128}, "256 bytes"),
        ({"correlation_id": "\udc80"}, "UTF-8"),
        ({"message_id": 42}, "must be text"),
        ({"priority": 256}, "0 to 255"),
        ({"priority": True}, "whole number"),
        ({"expiration_ms": -1}, "whole number"),
        ({"expiration_ms": 1.5}, "whole number"),
        ({"timestamp": datetime(2026, 5, 1)}, "time zone"),  # noqa: DTZ001
        ({"timestamp": datetime(1969, 5, 1, tzinfo=UTC)}, "since 1970"),
        ({"headers": {"x": {1, 2}}}, "set"),
        ({"headers": {"x": 2**63}}, "headers"),
        ({"headers": {"n" * 256: 1}}, "256 bytes"),
        ({"headers": {"a": [{"b": object()}]}}, r"headers\['a'\]\[0\]\['b'\]"),
    ],
)
def test_what_amqp_cannot_carry_is_refused_in_one_sentence(wrong: dict[str, Any], says: str) -> None:
    """On the line that made the mistake, naming what was wrong."""
    with pytest.raises(InvalidValue, match=says):
        Message(**({"body": b""} | wrong))


def test_a_short_string_of_exactly_255_bytes_is_fine() -> None:
    """The limit itself is allowed."""
    assert _through_pika(Message(body=b"", type="x" * 255)).type == "x" * 255


def test_headers_are_a_copy() -> None:
    """A message does not change when the dictionary it was made from does."""
    mine = {"region": "EU"}
    message = Message(body=b"", headers=mine)
    mine["region"] = "US"
    assert message.headers == {"region": "EU"}


def test_a_message_shows_only_what_was_said() -> None:
    """And a delivery leaves out the consumer tag, which is another one each time."""
    message = Message(body=b"hi", type="greeting")
    assert repr(message) == "Message(body=b'hi', type='greeting')"
    delivery = Delivery(
        message=message,
        exchange="",
        routing_key="q",
        redelivered=False,
        delivery_tag=1,
        consumer_tag="ctag1.f00",
    )
    assert "ctag" not in repr(delivery)


def test_equal_messages_have_equal_hashes() -> None:
    """So they can be counted in a set."""
    assert len({Message(body=b"", headers={"a": [1]}), Message(body=b"", headers={"a": [1]})}) == 1
