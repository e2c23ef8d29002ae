"""Events told together: at most one batch every 50 ms, each event by itself as long as an eye could follow.

Up to 500 a second are single, and so is a burst of some more: a cell that publishes thirty orders shows thirty.
What is beyond is told as groups: one for all that took the same lanes, with their number and the first of them as
an example. The rule: the numbers always add up; what is left out is only who was who. The page says how many were
drawn of how many were seen. https://en.wikipedia.org/wiki/Token_bucket
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from labs.live.events import Dead, Event, Gone, number_of

#: The shortest time between two batches, in ms.
EVERY_MS = 50.0
#: Single events a second that can be kept up, and the most at once after a quiet moment.
PER_SECOND, BURST = 500.0, 120.0

Lanes = Callable[[str], str]


class Batch:
    """Collects events; `told` gives the line and begins anew."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._allowed, self._told_at = BURST, 0.0
        #: The trace lost something: the numbers are "at least".
        self.behind = False

    def add(self, events: Iterable[Event]) -> None:
        """Put them at the end."""
        self._events.extend(events)

    def __bool__(self) -> bool:
        return bool(self._events) or self.behind

    @property
    def began(self) -> float | None:
        """When the first of its events happened; None if there is none."""
        moments = (event.at if isinstance(event, Dead | Gone) else event.traced.at for event in self._events)
        return min(moments, default=None)

    def told(self, at: float, drawn_lane: Lanes) -> dict[str, Any]:
        """The line for all that was added since the last call, on the lanes that are drawn."""
        events, self._events = self._events, []
        self._allowed = min(BURST, self._allowed + (at - self._told_at) * PER_SECOND / 1000)
        self._told_at = at
        told = _single(events) if len(events) <= self._allowed else _grouped(events)
        self._allowed = max(0.0, self._allowed - len(told))
        line = {
            "type": "batch",
            "at": at,
            "seen": sum(not isinstance(event, Dead | Gone) for event in events),
            "drawn": len(told),
            "behind": self.behind,
            "events": [_on(event, drawn_lane) for event in told],
        }
        self.behind = False
        return line


def _single(events: list[Event]) -> list[dict[str, Any]]:
    return [event.as_json(number_of(event)) for event in events]


def _grouped(events: list[Event]) -> list[dict[str, Any]]:
    firsts: dict[object, Event] = {}
    numbers: dict[object, int] = {}
    for event in events:
        likeness = type(event), event.likeness
        if likeness in firsts:
            numbers[likeness] += number_of(event)
        else:
            firsts[likeness], numbers[likeness] = event, number_of(event)
    return [event.as_json(numbers[likeness]) for likeness, event in firsts.items()]


def _on(event: dict[str, Any], drawn_lane: Lanes) -> dict[str, Any]:
    """The same event on the lanes of a picture in which some nodes stand for many."""
    if "lane" in event:
        event["lane"] = drawn_lane(event["lane"])
    if "lanes" in event:
        event["lanes"] = [drawn_lane(lane) for lane in event["lanes"]]
    if "copies" in event:
        event["copies"] = [[drawn_lane(lane) for lane in way] for way in event["copies"]]
    return event
