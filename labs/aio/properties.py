"""`Message` to aiormq's `Properties`, and back: the same message as in the pika lane.

aio-pika's own `Message` is left out on purpose: it is transient unless told, gives every message priority 0,
and takes an empty text for none. Three things its codec (pamqp) does are met here: a header name over 128
bytes would be cut, a float sent with half its digits (both are refused), and a text of no letters is not sent.
What stays: a message without `message_id` leaves with a random one (aiormq finds a returned message by it),
and a moment after 2106 is read back as milliseconds.
https://www.rabbitmq.com/docs/publishers#message-properties
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from aiormq.abc import DeliveredMessage
from pamqp import encode
from pamqp.commands import Basic

from labs.errors import InvalidValue
from labs.message import TEXTS, Delivery, Message

TRANSIENT, PERSISTENT = 1, 2
#: The longest header name, in bytes, that pamqp sends whole.
NAME_BYTES = 128


def to_properties(message: Message) -> Basic.Properties:
    """What aiormq needs to send this message, besides its body. `InvalidValue` for what would be changed."""
    texts = {name: getattr(message, name) for name in TEXTS if getattr(message, name)}
    # pamqp may not name a property `type`, because Python has a function of that name.
    kind, cluster_id = texts.pop("type", None), texts.pop("cluster_id", None)
    properties = Basic.Properties(
        **texts,
        message_type=kind,
        headers=sendable(message.headers) or None,
        delivery_mode=PERSISTENT if message.persistent else TRANSIENT,
        priority=message.priority,
        # The protocol carries the milliseconds as text, for historical reasons.
        expiration=None if message.expiration_ms is None else str(message.expiration_ms),
        timestamp=message.timestamp,
    )
    if cluster_id is not None:
        properties.cluster_id = cluster_id  # pamqp lets nobody ask for one, and carries it all the same
    return properties


def to_message(properties: Basic.Properties, body: bytes) -> Message:
    """The message that aiormq received."""
    texts = {name: getattr(properties, name) for name in TEXTS if name not in {"type", "cluster_id"}}
    return Message(
        body=body,
        **texts,
        type=properties.message_type,
        cluster_id=properties.cluster_id or None,  # pamqp's word for "none" is a text of no letters
        headers=_plain(properties.headers or {}),
        persistent=properties.delivery_mode == PERSISTENT,
        priority=properties.priority,
        expiration_ms=None if properties.expiration is None else int(properties.expiration),
        timestamp=properties.timestamp,
    )


def to_delivery(raw: DeliveredMessage) -> Delivery:
    """The message, and how it came here."""
    if raw.delivery_tag is None:  # aiormq's type allows it; a delivery always has one.
        raise ValueError("a delivery without a delivery tag")
    return Delivery(
        message=to_message(raw.header.properties, raw.body),
        exchange=raw.exchange or "",
        routing_key=raw.routing_key or "",
        redelivered=bool(raw.redelivered),
        delivery_tag=raw.delivery_tag,
        consumer_tag=raw.consumer_tag or "",
    )


def sendable(value: Any) -> Any:
    """A header or an argument as pamqp takes it. `InvalidValue` for what it would change."""
    match value:
        case Mapping():
            for name in value:
                if len(name.encode()) > NAME_BYTES:
                    raise InvalidValue(
                        f"aio-pika would cut this name after {NAME_BYTES} bytes: {name[:20]!r}…"
                    )
            return {name: sendable(inner) for name, inner in value.items()}
        case list():
            return [sendable(inner) for inner in value]
        case float():
            raise InvalidValue("aio-pika would send only 32 bits of this float: send text or a Decimal.")
        case Decimal():
            return _whole(value)
        case bytes():
            return bytearray(value)  # the one type that pamqp sends as bytes
    return value


def _whole(number: Decimal) -> Decimal:
    try:
        encode.decimal(number)
    except TypeError as error:
        raise InvalidValue(
            f"AMQP has 32 bits for a decimal's digits; {number} has more: send text."
        ) from error
    return number


def _plain(value: Any) -> Any:
    """Our own types again: bytes, and moments of whole seconds."""
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bytearray():
            return bytes(value)
        case datetime():
            return value.replace(microsecond=0)
    return value
