"""`Message` to pika's `BasicProperties`, and back: all fourteen properties of AMQP 0-9-1 come back equal.

The body travels beside them, untouched. https://www.rabbitmq.com/docs/publishers#message-properties
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pika.spec import Basic, BasicProperties

from labs.message import TEXTS, Delivery, Message

TRANSIENT, PERSISTENT = 1, 2


def to_properties(message: Message) -> BasicProperties:
    """What pika needs to send this message, besides its body."""
    return BasicProperties(
        **{name: getattr(message, name) for name in TEXTS},
        headers=dict(message.headers) or None,
        delivery_mode=PERSISTENT if message.persistent else TRANSIENT,
        priority=message.priority,
        # The protocol carries the milliseconds as text, for historical reasons.
        expiration=None if message.expiration_ms is None else str(message.expiration_ms),
        timestamp=None if message.timestamp is None else int(message.timestamp.timestamp()),
    )


def to_message(properties: BasicProperties, body: bytes) -> Message:
    """The message that pika received."""
    return Message(
        body=body,
        **{name: getattr(properties, name) for name in TEXTS},
        headers=_plain(properties.headers or {}),
        persistent=properties.delivery_mode == PERSISTENT,
        priority=properties.priority,
        expiration_ms=None if properties.expiration is None else int(properties.expiration),
        timestamp=_moment(properties.timestamp),
    )


def to_delivery(method: Basic.Deliver | Basic.GetOk, properties: BasicProperties, body: bytes) -> Delivery:
    """The message, and how it came here."""
    if method.delivery_tag is None:  # pika's type allows it; a delivery always has one.
        raise ValueError("a delivery without a delivery tag")
    return Delivery(
        message=to_message(properties, body),
        exchange=method.exchange or "",
        routing_key=method.routing_key or "",
        redelivered=bool(method.redelivered),
        delivery_tag=method.delivery_tag,
        consumer_tag=getattr(method, "consumer_tag", None) or "",  # who fetches is no consumer
    )


def _moment(seconds: int | None) -> datetime | None:
    """Some programs write milliseconds here; a moment that no calendar holds is left out, not raised."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _plain(value: Any) -> Any:
    """Plain integers again: pika reads long ones as a class of its own, which prints `5L`."""
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bool():
            return value
        case int():
            return int(value)
    return value
