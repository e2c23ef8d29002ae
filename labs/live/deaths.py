"""What a message's `x-death` header says: from which queues it was dead-lettered, and why; the latest first.

The broker writes it when it moves a dead letter, and a delivery shows it: the only trace that the move leaves.
The rule: one entry for each queue and reason, with a count, so it is a summary and not a diary.
https://www.rabbitmq.com/docs/dlx#effects
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: These happen to a message that waits; the others to one that a consumer had.
WHILE_WAITING = ("expired", "maxlen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """A message left `queue` as a dead letter, `count` times for this reason."""

    queue: str
    reason: str
    count: int


def deaths(headers: Mapping[str, Any]) -> list[Death]:
    """Read the header; entries that no broker would write are skipped."""
    entries = headers.get("x-death")
    return [
        Death(queue=str(entry["queue"]), reason=str(entry.get("reason")), count=int(entry.get("count") or 1))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and "queue" in entry
    ]
