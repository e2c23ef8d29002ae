"""A message: a body of bytes, and up to fourteen properties that say what the bytes are.

The broker reads very little of it. Where to put it comes from the routing key (or the headers), how long to
keep it from `persistent` and `expiration_ms`. It never looks at the body, so whoever writes the body must say
how to read it: that is `content_type`. Forget it, and every consumer has to guess.
A pure value: equal when everything in it is equal.
https://www.rabbitmq.com/docs/publishers#message-properties
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from labs.brief import brief
from labs.errors import InvalidValue
from labs.limits import short_string, table, whole_number, whole_seconds

#: The properties that AMQP carries as short strings.
TEXTS = (
    "content_type", "content_encoding", "correlation_id", "reply_to",
    "message_id", "type", "user_id", "app_id", "cluster_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a producer hands over and a consumer receives. `InvalidValue` for what AMQP cannot carry."""

    body: bytes
    #: How to read the body: `application/json`, `text/plain; charset=utf-8`, …
    content_type: str | None = None
    #: How the body was packed on top of that: `gzip`, …
    content_encoding: str | None = None
    #: Your own labels, with AMQP's types. Names that begin with `x-` belong to the broker.
    headers: Mapping[str, Any] = field(default_factory=dict, hash=False)
    #: True: written to disk (delivery mode 2), so it survives a restart *in a durable queue*.
    persistent: bool = True
    #: 0 to 255; only a queue with priorities looks at it.
    priority: int | None = None
    #: Ties a reply to its request, or all messages of one story together.
    correlation_id: str | None = None
    #: The queue where the answer is awaited.
    reply_to: str | None = None
    #: Thrown away, or dead-lettered, when it has waited this many milliseconds in a queue.
    expiration_ms: int | None = None
    #: Yours, and the same when you publish it again: that is how a consumer knows a duplicate.
    message_id: str | None = None
    #: When it happened, with a time zone; AMQP keeps whole seconds.
    timestamp: datetime | None = None
    #: What happened: `order.created`.
    type: str | None = None
    #: If set, it must be the user of the connection; the broker checks.
    user_id: str | None = None
    #: Which program wrote it.
    app_id: str | None = None
    #: A leftover of an earlier AMQP: carried, never used.
    cluster_id: str | None = None

    __repr__ = brief

    def __post_init__(self) -> None:
        if not isinstance(self.body, bytes):
            raise InvalidValue(
                f"A body is bytes, not {type(self.body).__name__}: encode it, or use from_json."
            )
        for name in TEXTS:
            if (text := getattr(self, name)) is not None:
                short_string(name, text)
        if self.priority is not None:
            whole_number("priority", self.priority, most=255)
        if self.expiration_ms is not None:
            whole_number("expiration_ms", self.expiration_ms, most=2**32 - 1)
        # A frozen value may still tidy itself once, at birth; this is how dataclasses do it.
        object.__setattr__(self, "headers", table("headers", self.headers))
        if self.timestamp is not None:
            object.__setattr__(self, "timestamp", whole_seconds("timestamp", self.timestamp))

    @classmethod
    def from_json(cls, data: Any, **properties: Any) -> Self:
        """A message whose body is `data` as JSON, and which says so."""
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(body=body, **({"content_type": "application/json"} | properties))

    def json(self) -> Any:
        """The body read as JSON; `InvalidValue` when it is not."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise InvalidValue(
                f"This body is not JSON: {self.body[:40]!r}", hint="Who published it?"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One handing-over of a message to one consumer (rabbitmq.com/docs/confirms).

    The same message may be delivered twice: then `redelivered` is True and `delivery_tag` is another number.
    The tag counts the deliveries of one channel, and only that channel can settle it.
    """

    message: Message
    exchange: str
    routing_key: str
    redelivered: bool
    delivery_tag: int
    consumer_tag: str = field(repr=False)
