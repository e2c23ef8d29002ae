"""What the admin reads: the list of orders, one order, its timeline, and the trends.

All of it comes from the read side, which is a moment behind what was written. `GET /{id}` is the exception:
for an order that is stored and not projected yet it answers from the orders themselves, with
`"projected": false`. So the `Location` of a 201 is never a 404, and a page that has just changed a status
sees the new one. All of it is for the admin only: it holds customers' names and telephone numbers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.domain.lifecycle import MOVES
from labs.orders.domain.wilaya import find_wilaya
from labs.orders.store.timeline import Timeline
from labs.orders.store.trends import Trends
from labs.orders.store.views import OrderViews
from labs.orders.web.body import whole_number
from labs.orders.web.guard import Guard
from labs.orders.web.order_routes import PATH
from labs.orders.web.refusal import Refusal

#: The longest list that one request gets, the longest text to look for, and the longest look back, in hours.
MAX_LIST, MAX_TEXT, MAX_HOURS = 200, 120, 24 * 31
NO_ORDER = "There is no order with this number."

#: A filter of the query. A text whatever it should be: what is wrong gets a sentence of ours.
Filter = Annotated[str | None, Query()]


def view_routes(views: OrderViews, timeline: Timeline, trends: Trends, guard: Guard) -> APIRouter:
    """Routes that only read. Each works in the thread pool, for the database answers when it answers."""
    router = APIRouter(tags=["orders"])

    @router.get(PATH)
    async def list_orders(
        request: Request,
        *,
        status: Filter = None,
        wilaya: Filter = None,
        q: Filter = None,
        before: Filter = None,
        limit: Filter = None,
    ) -> Response:
        """Orders, newest first. `next` is the `before` of the next page."""
        guard.require_admin(request)
        wrong: dict[str, str] = {}
        chosen = {
            "status": _read(status, "status", _status, wrong),
            "wilaya": _read(wilaya, "wilaya", _wilaya, wrong),
            "text": _read(q, "q", _text, wrong),
            "before": _read(before, "before", _number, wrong),
            "limit": _read(limit, "limit", lambda text: _between(text, MAX_LIST), wrong) or 50,
        }
        _refuse(wrong)
        return JSONResponse(await run_in_threadpool(lambda: views.page(**chosen)))

    @router.get(PATH + "/{order_id}")
    async def show_order(request: Request, order_id: str) -> Response:
        """One order, as soon as it is stored. `projected` says whether the read model knows it already."""
        guard.require_admin(request)
        number = whole_number(order_id)
        found = None if number is None else await run_in_threadpool(views.one, number)
        if found is None:
            raise Refusal(404, NO_ORDER)
        return JSONResponse(found)

    @router.get(PATH + "/{order_id}/timeline")
    async def show_timeline(request: Request, order_id: str) -> Response:
        """What happened to one order, hop by hop. The texts may quote customers: show them as text."""
        guard.require_admin(request)
        number = whole_number(order_id)
        story = None if number is None else await run_in_threadpool(timeline.timeline, number)
        if story is None or not story["items"]:
            raise Refusal(404, NO_ORDER)
        return JSONResponse(story)

    @router.get("/api/trends")
    async def show_trends(request: Request, hours: Filter = None) -> Response:
        """Orders and dinars of the last hours, 24 unless told, and of the wilayas in that time."""
        guard.require_admin(request)
        wrong: dict[str, str] = {}
        window = _read(hours, "hours", lambda text: _between(text, MAX_HOURS), wrong) or 24
        _refuse(wrong)
        return JSONResponse(await run_in_threadpool(trends.trends, window))

    return router


def _read(given: str | None, name: str, reader: Callable[[str], Any], wrong: dict[str, str]) -> Any:
    """What `given` says, None when it is absent or empty; a sentence in `wrong` when it says nothing."""
    if not given:
        return None
    try:
        return reader(given)
    except ValueError as problem:
        wrong[name] = str(problem)
        return None


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Refusal(422, "Please correct the filters.", fields=wrong)


def _status(text: str) -> str:
    if text not in MOVES:
        raise ValueError(f"The status is one of {', '.join(MOVES)}.")
    return text


def _wilaya(text: str) -> str:
    found = find_wilaya(text) if len(text) <= MAX_TEXT else None
    if found is None:
        raise ValueError("Choose one of Algeria's 58 wilayas, by name or by number.")
    return found.name


def _text(text: str) -> str:
    if len(text) > MAX_TEXT or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise ValueError(f"Look for a text of {MAX_TEXT} characters or fewer, without control characters.")
    return text


def _number(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise ValueError("This must be a whole number.")
    return number


def _between(text: str, most: int) -> int:
    number = whole_number(text)
    if number is None or not 1 <= number <= most:
        raise ValueError(f"This must be a whole number from 1 to {most}.")
    return number
