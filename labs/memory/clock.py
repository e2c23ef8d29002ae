"""A clock that stands still until it is told to move, so that a test of a one-minute delay takes no minute.

Everything in this lane that depends on time asks this clock. Nothing here sleeps.
"""

from __future__ import annotations

from labs.limits import whole_number


class Clock:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self.now_ms = 0

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass. What falls due meanwhile happens when the broker is next used."""
        self.now_ms += whole_number("time to let pass, in ms,", ms, most=2**62)

    def __repr__(self) -> str:
        return f"Clock({self.now_ms} ms)"
