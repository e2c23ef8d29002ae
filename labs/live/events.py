"""What happened, ready to be told: four kinds of events, and how each becomes a line of JSON.

An event knows its lanes (edges of the graph); events with the same lanes can be told as one with a number, which
is what keeps a view alive above some hundred messages a second. The rule: what the broker did not say but counts
show is `inferred`, and says so. Everything that costs (reasons, identity) is worked out only when it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labs.live.about import about, identity
from labs.live.routes import Way
from labs.live.trace import Traced

Reasons = Callable[[], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Published:
    """A message came to an exchange, and a copy went along each of `copies`."""

    traced: Traced
    producer: str
    lane: str
    copies: tuple[Way, ...]
    queues: tuple[str, ...]
    lost: bool
    reasons: Reasons

    @property
    def likeness(self) -> object:
        """Events that are alike may be told as one."""
        return self.lane, self.copies, self.queues, self.lost

    def as_json(self, n: int) -> dict[str, Any]:
        """This one, told for `n` alike."""
        return {
            "kind": "publish",
            "at": self.traced.at,
            "n": n,
            "message": identity(self.traced),
            "from": self.producer,
            "exchange": f"x:{self.traced.exchange}",
            "lane": self.lane,
            "copies": [list(way) for way in self.copies],
            "queues": [f"q:{name}" for name in self.queues],
            "lost": self.lost,
            "about": about(self.traced, self.reasons()),
        }


@dataclass(frozen=True, slots=True)
class Delivered:
    """A queue gave a message to a consumer."""

    traced: Traced
    to: str
    lane: str
    reasons: Reasons

    @property
    def likeness(self) -> object:
        """Events that are alike may be told as one."""
        return self.lane, self.traced.again

    def as_json(self, n: int) -> dict[str, Any]:
        """This one, told for `n` alike."""
        return {
            "kind": "deliver",
            "at": self.traced.at,
            "n": n,
            "message": identity(self.traced),
            "queue": f"q:{self.traced.queue}",
            "to": self.to,
            "lane": self.lane,
            "again": self.traced.again,
            "about": about(self.traced, self.reasons()),
        }


@dataclass(frozen=True, slots=True)
class Dead:
    """Dead letters went from one queue to another; `message` if its `x-death` proved it."""

    at: float
    number: int
    queue: str
    to: str
    lanes: Way
    reason: str | None = None
    message: str | None = None

    @property
    def likeness(self) -> object:
        """Events that are alike may be told as one."""
        return self.lanes, self.reason

    def as_json(self, n: int) -> dict[str, Any]:
        """This one, told for `n` alike."""
        return {
            "kind": "dead",
            "at": round(self.at, 3),
            "n": n,
            "message": self.message,
            "queue": f"q:{self.queue}",
            "lanes": list(self.lanes),
            "to": f"q:{self.to}",
            "reason": self.reason,
            "inferred": True,
        }


@dataclass(frozen=True, slots=True)
class Gone:
    """Ready messages left a queue, and nobody got them."""

    at: float
    number: int
    queue: str
    reason: str = "expired, dropped, refused or purged"

    @property
    def likeness(self) -> object:
        """Events that are alike may be told as one."""
        return self.queue, self.reason

    def as_json(self, n: int) -> dict[str, Any]:
        """This one, told for `n` alike."""
        return {
            "kind": "gone",
            "at": round(self.at, 3),
            "n": n,
            "queue": f"q:{self.queue}",
            "reason": self.reason,
            "inferred": True,
        }


Event = Published | Delivered | Dead | Gone


def number_of(event: Event) -> int:
    """How many messages this event is about, before it is told together with others."""
    return event.number if isinstance(event, Dead | Gone) else 1
