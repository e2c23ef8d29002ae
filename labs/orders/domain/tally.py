"""A tally: how often what happened to whom, since this process began.

Whoever works only notes; whoever wants numbers (the `/metrics` page, a notebook) asks. So relay and readers
know nothing about dashboards, and a count costs them one lock and one addition. Safe from every thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from labs.outcome import Ack, Outcome, Retry

#: The two things that a relay can say about an event.
PUBLISHED, REFUSED = "published", "refused"
#: The three things that can become of a delivery.
DONE, RETRIED, DEAD = "done", "retried", "dead"
#: The relay's name in the tally; every reader has its own.
RELAY = "relay"


class Tally:
    """Counts pairs of `who` and `what`: `("relay", "published")`, `("inventory", "retried")`."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def note(self, who: str, what: str, times: int = 1) -> None:
        """It happened once more, or `times` more."""
        with self._lock:
            self._counts[who, what] += times

    def outcome(self, reader: str, outcome: Outcome) -> None:
        """Note how one delivery ended for `reader`."""
        self.note(
            reader, DONE if isinstance(outcome, Ack) else RETRIED if isinstance(outcome, Retry) else DEAD
        )

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Everything so far; a copy that does not change any more."""
        with self._lock:
            return dict(self._counts)
