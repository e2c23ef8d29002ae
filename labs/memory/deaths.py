"""What a broker writes on a message that it dead-letters: the `x-death` header, and the first death apart.

One entry for each pair of queue and reason, the latest first, with a count. The time to live is taken off the
message (it would die again in the next queue) and kept in the entry.
A pure function. https://www.rabbitmq.com/docs/dlx#effects
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from labs.memory.stored import Stored
from labs.message import Message

Reason = Literal["rejected", "expired", "maxlen"]


def died(stored: Stored, *, queue: str, reason: Reason) -> Message:
    """The message as the dead-letter exchange gets it."""
    entries = _entries(stored.message)
    entry: dict[str, Any] = {
        "count": 1,
        "reason": reason,
        "queue": queue,
        "exchange": stored.exchange,
        "routing-keys": [stored.routing_key],
    }
    if stored.message.expiration_ms is not None:
        entry["original-expiration"] = str(stored.message.expiration_ms)
    for known in entries:
        if (known["queue"], known["reason"]) == (queue, reason):
            entry = known | {"count": known["count"] + 1}
    others = [known for known in entries if (known["queue"], known["reason"]) != (queue, reason)]
    first = {
        "x-first-death-queue": queue,
        "x-first-death-reason": reason,
        "x-first-death-exchange": stored.exchange,
    }
    headers = first | dict(stored.message.headers) | {"x-death": [entry, *others]}
    return replace(stored.message, headers=headers, expiration_ms=None)


def goes_in_circles(message: Message, queue: str) -> bool:
    """Whether the broker drops it instead: it died here before, and nobody ever rejected it."""
    entries = _entries(message)
    return any(entry["queue"] == queue for entry in entries) and all(
        entry["reason"] != "rejected" for entry in entries
    )


def _entries(message: Message) -> list[dict[str, Any]]:
    found = message.headers.get("x-death", [])
    return [dict(entry) for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
