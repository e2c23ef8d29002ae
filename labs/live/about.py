"""What can be told about one message: its identity, and what a reader sees when a dot is touched.

The broker gives a message no number that lasts: a delivery tag belongs to one channel. So the producer's
`message_id` is its identity; without one, a short hash of what stays the same all the way (not the routing key,
nor what dead-lettering adds or takes away). Two messages that are equal in everything are then one to us.
https://www.rabbitmq.com/docs/publishers#message-properties
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from labs.live.trace import Traced

#: A body is shown from its beginning, so many characters.
BODY_CHARACTERS = 200
#: Properties and headers that brokers change on the way: dead-lettering takes `expiration` away.
CHANGED = ("headers", "expiration")
CHANGED_HEADERS = ("CC", "BCC")


def identity(traced: Traced) -> str:
    """`m:order-42`, or `m:#` and a hash."""
    properties = traced.properties
    if name := properties.get("message_id"):
        return f"m:{name}"
    headers = {
        name: value
        for name, value in (properties.get("headers") or {}).items()
        if not name.startswith("x-") and name not in CHANGED_HEADERS
    }
    lasting = sorted((name, value) for name, value in properties.items() if name not in CHANGED)
    said = repr((lasting, sorted(headers.items(), key=lambda item: item[0]))).encode()
    return f"m:#{hashlib.blake2b(said + traced.body, digest_size=5).hexdigest()}"


def about(traced: Traced, why: Iterable[str]) -> dict[str, Any]:
    """The message as JSON can say it, and why it went where it went."""
    properties = {name: plain(value) for name, value in traced.properties.items() if name != "headers"}
    return {
        "key": traced.key,
        "id": properties.get("message_id"),
        "headers": plain(traced.headers),
        "properties": properties,
        "body": traced.body[: 4 * BODY_CHARACTERS].decode("utf-8", "replace")[:BODY_CHARACTERS],
        "bytes": traced.size,
        "why": list(why),
    }


def plain(value: Any) -> Any:
    """The same for JSON: moments as text, bytes as text, no numbers that JSON does not know."""
    match value:
        case dict():
            return {str(name): plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case datetime():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case float() if not math.isfinite(value):
            return str(value)
    return value
