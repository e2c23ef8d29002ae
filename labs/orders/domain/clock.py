"""The time, as a value that is passed in.

A function that asks the system for the time cannot be tested twice with the same answer.
So nothing in the order system calls `datetime.now()` on its own: it is given a `Clock`.
Tests give it one that stands still, or one that jumps over a lease.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: Anything that returns the time now, with its time zone.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The time now in UTC: the clock that the real system is given."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2025-11-16T10:30:00Z`: UTC, whole seconds, as it stands in event payloads.

    See RFC 3339, https://www.rfc-editor.org/rfc/rfc3339#section-5.6.
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC: so the store keeps time, for every database sorts integers alike."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    """The moment that `milliseconds` wrote down."""
    return datetime.fromtimestamp(value / 1000, UTC)
