"""The aio-pika lane's properties: what the pika lane sends and receives, and nothing changed in silence."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from pamqp.commands import Basic
from pika.spec import BasicProperties

from labs.aio.properties import to_message, to_properties
from labs.errors import InvalidValue
from labs.message import TEXTS, Message
from labs.sync import properties as sync
from tests.unit.strategies import messages

#: The last second that pamqp does not take for milliseconds.
LAST = datetime.fromtimestamp(2**32 - 1, UTC)


def _clipped(value: Any) -> Any:
    """The same value, with every moment at most `LAST`."""
    match value:
        case datetime():
            return min(value, LAST)
        case dict():
            return {name: _clipped(inner) for name, inner in value.items()}
        case list():
            return [_clipped(inner) for inner in value]
    return value


def carried(message: Message) -> Message:
    """The message without what this lane says it does not carry: texts of no letters, moments after 2106."""
    no_texts = {name: None for name in TEXTS if getattr(message, name) == ""}
    moment = message.timestamp and min(message.timestamp, LAST)
    return dataclasses.replace(message, **no_texts, timestamp=moment, headers=_clipped(message.headers))


@given(messages())
def test_the_bytes_of_one_lane_are_read_by_the_other_and_come_back_equal(message: Message) -> None:
    """All fourteen properties, four ways: from each lane's bytes to each lane's message."""
    message = carried(message)
    ours = to_properties(message).marshal()
    theirs = b"".join(sync.to_properties(message).encode())
    for sent in (ours, theirs):
        by_aio = Basic.Properties()
        by_aio.unmarshal(int.from_bytes(sent[:2], "big"), sent[2:])
        by_pika = BasicProperties().decode(sent)
        assert to_message(by_aio, message.body) == message
        assert sync.to_message(by_pika, message.body) == message


@pytest.mark.parametrize("headers", [{"price": 0.1}, {"nested": {"deep": [0.1]}}, {"x" * 129: 1}])
def test_what_would_be_changed_on_the_way_is_refused(headers: dict[str, Any]) -> None:
    """Half a float, or most of a name, is worse than an error."""
    with pytest.raises(InvalidValue, match="aio-pika would"):
        to_properties(Message(body=b"", headers=headers))


def test_a_message_is_persistent_unless_it_says_otherwise() -> None:
    """aio-pika's own default is the other one."""
    assert to_properties(Message(body=b"")).delivery_mode == 2
    assert to_properties(Message(body=b"", persistent=False)).delivery_mode == 1
