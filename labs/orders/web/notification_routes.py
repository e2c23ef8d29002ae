"""`/api/notifications`: the feed as a list, and as a stream that stays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.store.feed import Feed
from labs.orders.web.body import whole_number
from labs.orders.web.guard import Guard
from labs.orders.web.hub import Hub
from labs.orders.web.refusal import Refusal
from labs.orders.web.stream import EventStream, frames

#: The longest list that one request gets.
MAX_LIST = 200


def notification_routes(
    feed: Feed,
    hub: Hub,
    guard: Guard,
    *,
    status: Callable[[], Mapping[str, Any]],
    send_timeout_s: float,
) -> APIRouter:
    """Routes of the dashboard. `send_timeout_s` is how long one write may take, in seconds."""
    router = APIRouter(prefix="/api/notifications", tags=["notifications"])

    @router.get("")
    async def newest(request: Request) -> Response:
        """The newest notifications. `?read=17` also counts those after number 17: the badge."""
        guard.require_admin(request)
        read_up_to = position(request.query_params.get("read"), "read") or 0
        limit = min(position(request.query_params.get("limit"), "limit") or 50, MAX_LIST)
        return JSONResponse(await run_in_threadpool(_listing, feed, status, read_up_to, limit))

    @router.get("/stream")
    async def stream(request: Request) -> Response:
        """Server-Sent Events. `Last-Event-ID`, or `?after=` at first, replays what was missed."""
        guard.require_admin(request)
        last = position(request.headers.get("last-event-id"), "Last-Event-ID")
        if last is None:
            last = position(request.query_params.get("after"), "after")
        told = frames(hub, feed, last_id=last, allowed=lambda: guard.is_admin(request))
        return EventStream(told, send_timeout_s=send_timeout_s)

    return router


def _listing(
    feed: Feed, status: Callable[[], Mapping[str, Any]], read_up_to: int, limit: int
) -> dict[str, object]:
    items = feed.newest(limit)
    return {
        "items": [item.as_json() for item in items],
        "latestId": items[0].id if items else 0,
        "unread": feed.count_after(read_up_to),
        "status": dict(status()),
    }


def position(text: str | None, name: str) -> int | None:
    """A place in the feed, from a header or a query; None when it is absent or empty, `Refusal` when it is none."""
    if not text:
        return None
    number = whole_number(text)
    if number is None:
        raise Refusal(400, f"{name} must be a whole number.")
    return number
