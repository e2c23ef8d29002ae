"""A notification: one event as the dashboard sees it.

`id` is the row's number in the feed. It only ever grows, so "everything after 17" is a complete answer
to a browser that was away; that is what `Last-Event-ID` asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One entry of the feed: its `id`, the event's name such as `order.created`, and its `payload`."""

    id: int
    event: str
    payload: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The notification as the API lists it."""
        return {"id": self.id, "event": self.event, **self.payload}


#: Who is told of notifications that the feed has now: one or several, in order.
Tell = Callable[[*tuple[Notification, ...]], None]
