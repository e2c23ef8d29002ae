"""A frame: one thing that a dashboard is told, in the two forms that it can travel in.

As Server-Sent Events it is a few lines of text, and an empty line that ends it:

    id: 17
    event: order.created
    data: {"orderId": 42, ...}

The browser remembers the last `id` and sends it back as `Last-Event-ID` when it reconnects.
A line that begins with a colon is a comment: it keeps proxies and dead connections honest.
On a WebSocket the same is one JSON object, `{"id": 17, "event": "order.created", "data": {...}}`.
See https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labs.orders.domain.notification import Notification

#: The names of the frames that are not in the feed.
PULSE, BYE = "pulse", "bye"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Ready for the wire: `data` for an event stream, `text` for a WebSocket. The `last` one ends it.

    `id` is the feed's number, or 0 for frames that are not in the feed; `event` is the frame's name.
    A notification is encoded once, and the same bytes go to every dashboard.
    """

    id: int
    data: bytes
    event: str = ""
    text: str = ""
    last: bool = False


def notification_frame(notification: Notification) -> Frame:
    """The frame that brings one notification."""
    return _frame(notification.event, notification.payload, id_=notification.id)


def pulse_frame(status: Mapping[str, Any]) -> Frame:
    """A ping: a comment for the proxies, and an event for the page, which cannot see comments."""
    return _frame(PULSE, status, before=": ping\n")


def hello_frame(retry_ms: int) -> Frame:
    """The first frame of an event stream: how long the browser should wait before it reconnects, in ms."""
    return Frame(id=0, data=f"retry: {retry_ms}\n\n".encode())


def bye_frame() -> Frame:
    """The last frame of an orderly shutdown."""
    return _frame(BYE, {}, last=True)


def _frame(
    name: str, data: Mapping[str, Any], *, id_: int = 0, before: str = "", last: bool = False
) -> Frame:
    # json.dumps writes every line break as \n, so `data` is always one line; the name must be one too.
    text, name = json.dumps(data), " ".join(name.split())
    number = f"id: {id_}\n" if id_ else ""
    return Frame(
        id=id_,
        event=name,
        data=f"{before}{number}event: {name}\ndata: {text}\n\n".encode(),
        text=f'{{"id": {id_ or "null"}, "event": {json.dumps(name)}, "data": {text}}}',
        last=last,
    )
