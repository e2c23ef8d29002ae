"""Server-Sent Events on the wire: a few lines of text, and an empty line that ends each event.

    id: 17
    event: order.created
    data: {"orderId": 42, ...}

The browser remembers the last `id` and sends it back as `Last-Event-ID` when it reconnects.
A line that begins with a colon is a comment: it keeps proxies and dead connections honest.
See https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labs.orders.domain.notification import Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Bytes ready for the wire. `id` is the feed's number, or 0 for frames that are not in the feed.

    A notification is encoded once and the same bytes go to every dashboard. The `last` one ends it.
    """

    id: int
    data: bytes
    last: bool = False


def notification_frame(notification: Notification) -> Frame:
    """The frame that brings one notification."""
    text = _event(notification.event, notification.payload)
    return Frame(id=notification.id, data=f"id: {notification.id}\n{text}".encode())


def pulse_frame(status: Mapping[str, Any]) -> Frame:
    """A ping: a comment for the proxies, and an event for the page, which cannot see comments."""
    return Frame(id=0, data=b": ping\n" + _event("pulse", status).encode())


def hello_frame(retry_ms: int) -> Frame:
    """The first frame: how long the browser should wait before it reconnects, in milliseconds."""
    return Frame(id=0, data=f"retry: {retry_ms}\n\n".encode())


def bye_frame() -> Frame:
    """The last frame of an orderly shutdown."""
    return Frame(id=0, data=_event("bye", {}).encode(), last=True)


def _event(name: str, data: Mapping[str, Any]) -> str:
    # json.dumps writes every line break as \n, so `data` is always one line; the name must be one too.
    return f"event: {' '.join(name.split())}\ndata: {json.dumps(data)}\n\n"
