"""The shop's real pages and modules on a small server that answers what a test tells it to. No broker, no database.

Everything that the dashboard can meet is one call here: an order comes in, the stream is cut, the shop is away,
somebody else was faster. The answers have the real system's shapes; `test_orders_page` asks that one itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from labs.orders.domain.lifecycle import MOVES
from labs.orders.domain.wilaya import WILAYAS
from labs.orders.web.headers import SafeHeaders
from labs.orders.web.page_routes import PAGES
from labs.orders.web.server import WebServer

STATIC = PAGES.with_name("static")
TOKEN = "the-token"
NOON = "2025-11-16T12:00:00Z"


@dataclass
class Asked:
    """One request that the page made: its headers, and its body."""

    headers: dict[str, str]
    body: Any


class PretendShop:
    """The shop as its pages see it. `start` and `stop` it; `url` is where it is.

    `away` answers 503 to everything but files; `no_views` answers 404 to what only the read model can answer.
    """

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.feed: list[dict[str, Any]] = []
        self.timelines: dict[int, list[dict[str, Any]]] = {}
        self.trends: dict[str, Any] = {"hours": [], "wilayas": []}
        self.mails: list[dict[str, Any]] | None = None
        self.webhooks: list[dict[str, Any]] | None = None
        self.pulse: dict[str, Any] = {"broker": True, "waiting": 0}
        self.posted: list[Asked] = []
        self.patched: list[Asked] = []
        self.asked: list[str] = []
        #: Answers to give instead of the usual ones to the next orders: (status, body); None breaks the line.
        self.next_answers: list[tuple[int, dict[str, Any]] | None] = []
        self.signed_in = True
        self.away = False
        self.no_views = False
        self._streams: set[asyncio.Queue[bytes | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = WebServer(SafeHeaders(self._app()), port=0, stop_s=2)

    @property
    def url(self) -> str:
        """Where the shop is."""
        return self._server.url

    @property
    def open_streams(self) -> int:
        """How many dashboards are listening."""
        return len(self._streams)

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """End, and close the streams first."""
        self.cut()
        self._server.stop(3)

    def order(self, number: int = 42, **changes: Any) -> dict[str, Any]:
        """An order comes in: it is in the list, and every dashboard is told."""
        order = an_order(number) | changes
        self.orders[number] = order
        payload = {name: value for name, value in order.items() if name not in ("id", "moves", "saga")}
        text = f"New order from {order['customerName']} for {order['productName']}"
        self.announce("order.created", {"orderId": number, **payload, "message": text})
        return order

    def move(
        self, number: int, status: str, *, event: str = "order.status_updated", **more: Any
    ) -> dict[str, Any]:
        """An order gets another status, and every dashboard is told."""
        order = self.orders[number]
        order |= {"status": status, "version": order["version"] + 1, "moves": list(MOVES[status]), **more}
        about = {name: order[name] for name in ("customerName", "productName", "status", "version")}
        self.announce(event, {"orderId": number, **about, "message": f"Order {number} is {status}", **more})
        return order

    def announce(self, event: str, payload: dict[str, Any]) -> None:
        """Write an event into the feed and send it to every dashboard."""
        self.feed.append({"id": len(self.feed) + 1, "event": event, **payload})
        self._send(_frame(self.feed[-1]))

    def beat(self, **pulse: Any) -> None:
        """Send a pulse with these values."""
        self.pulse |= pulse
        self._send(f"event: pulse\ndata: {json.dumps(self.pulse)}\n\n".encode())

    def cut(self) -> None:
        """End every open stream without a word."""
        self._send(None)

    def _send(self, data: bytes | None) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(lambda: [stream.put_nowait(data) for stream in self._streams])

    def _app(self) -> Starlette:
        orders, admin = "/api/algeria-orders", self._for_admin
        return Starlette(
            routes=[
                Route("/shop/1/checkout", _page("checkout")),
                Route("/admin", _page("dashboard")),
                Route("/admin/sign-in", _page("sign-in")),
                Route("/api/wilayas", _wilayas),
                Route("/api/session", self._session, methods=["GET", "POST", "DELETE"]),
                Route("/api/notifications", admin(self._notifications)),
                Route("/api/notifications/stream", admin(self._stream)),
                Route(orders, self._place, methods=["POST"]),
                Route(orders, admin(self._list)),
                Route(orders + "/{number:int}", admin(self._one)),
                Route(orders + "/{number:int}/timeline", admin(self._timeline)),
                Route(orders + "/{number:int}/status", admin(self._change), methods=["PATCH"]),
                Route("/api/trends", admin(self._trends)),
                Route("/api/mails", admin(self._mails)),
                Route("/api/webhooks", admin(self._webhooks), methods=["GET", "POST"]),
                Route("/api/webhooks/{name}", admin(self._forget_webhook), methods=["DELETE"]),
                Route("/api/webhooks/{name}/test", admin(self._test_webhook), methods=["POST"]),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )

    def _for_admin(self, answer: Any) -> Any:
        async def guarded(request: Request) -> Response:
            self.asked.append(f"{request.method} {request.url.path}?{request.url.query}".rstrip("?"))
            if self.away:
                return _refusal(503, "The shop is away.")
            if not self.signed_in:
                return _refusal(401, "Please sign in first.")
            if request.method != "GET" and request.headers.get("x-csrf-token") != TOKEN:
                return _refusal(403, "This request did not come from our own page.")
            return await answer(request)

        return guarded

    async def _session(self, request: Request) -> Response:
        if request.method == "POST":
            if (await request.json()).get("password") != "open-sesame":
                return _refusal(401, "That is not the password.", password="That is not the password.")
            self.signed_in = True
        if request.method == "DELETE":
            self.signed_in = False
        return JSONResponse({"signedIn": self.signed_in, "csrf": TOKEN})

    async def _notifications(self, request: Request) -> Response:
        read, limit = int(request.query_params.get("read", 0)), int(request.query_params.get("limit", 50))
        unread = sum(item["id"] > read for item in self.feed)
        items = self.feed[::-1][:limit]
        return JSONResponse(
            {"items": items, "latestId": len(self.feed), "unread": unread, "status": self.pulse}
        )

    async def _stream(self, request: Request) -> Response:
        self._loop = asyncio.get_running_loop()
        after = int(request.headers.get("last-event-id") or request.query_params.get("after") or 0)
        return StreamingResponse(self._frames(after), media_type="text/event-stream")

    async def _frames(self, after: int) -> AsyncIterator[bytes]:
        mailbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._streams.add(mailbox)
        try:
            yield f"retry: 200\n\nevent: pulse\ndata: {json.dumps(self.pulse)}\n\n".encode()
            for item in self.feed[after:]:
                yield _frame(item)
            while (frame := await mailbox.get()) is not None:
                yield frame
        finally:
            self._streams.discard(mailbox)

    async def _place(self, request: Request) -> Response:
        body = await request.json()
        self.posted.append(Asked(dict(request.headers), body))
        if self.next_answers:
            status, answer = self.next_answers.pop(0) or (0, {})
            return JSONResponse(answer, status_code=status)
        number = max(self.orders, default=41) + 1
        return JSONResponse(self.order(number, **body), status_code=201)

    async def _list(self, request: Request) -> Response:
        if self.no_views:
            return _refusal(405, "Method Not Allowed")
        asked = request.query_params
        found = [
            order
            for _, order in sorted(self.orders.items(), reverse=True)
            if asked.get("status", order["status"]) == order["status"]
            and asked.get("q", "").casefold() in json.dumps(order, ensure_ascii=False).casefold()
        ]
        page = [order for order in found if order["id"] < int(asked.get("before", 2**63))]
        items = page[: int(asked.get("limit", 50))]
        more = items[-1]["id"] if len(page) > len(items) else None
        return JSONResponse({"items": items, "next": more, "total": len(found)})

    async def _one(self, request: Request) -> Response:
        order = None if self.no_views else self.orders.get(request.path_params["number"])
        return JSONResponse(order) if order else _refusal(404, "There is no order with this number.")

    async def _timeline(self, request: Request) -> Response:
        if self.no_views:
            return _refusal(404, "Not Found")
        return JSONResponse({"items": self.timelines.get(request.path_params["number"], [])})

    async def _change(self, request: Request) -> Response:
        body, order = await request.json(), self.orders[request.path_params["number"]]
        self.patched.append(Asked(dict(request.headers), body))
        if body["status"] not in order["moves"]:
            return _refusal(409, f"This order is {order['status']} and cannot become {body['status']}.")
        self.move(order["id"], body["status"], **({"reason": body["reason"]} if "reason" in body else {}))
        return JSONResponse(order)

    async def _trends(self, _: Request) -> Response:
        return _refusal(404, "Not Found") if self.no_views else JSONResponse(self.trends)

    async def _mails(self, _: Request) -> Response:
        return _refusal(404, "Not Found") if self.mails is None else JSONResponse({"items": self.mails})

    async def _webhooks(self, request: Request) -> Response:
        if self.webhooks is None:
            return _refusal(404, "Not Found")
        if request.method == "GET":
            return JSONResponse({"items": self.webhooks})
        body = await request.json()
        if not body["url"].startswith("http"):
            sentence = "Give an address that begins with http:// or https://."
            return _refusal(422, "Please correct the webhook.", url=sentence)
        hook = {"id": f"hook-{len(self.webhooks) + 1}", "active": True, "createdAt": NOON, **body}
        self.webhooks.append(hook)
        return JSONResponse(hook | {"secret": "whsec_c2VjcmV0"}, status_code=201)

    async def _forget_webhook(self, request: Request) -> Response:
        self.webhooks = [hook for hook in self.webhooks or [] if hook["id"] != request.path_params["name"]]
        return Response(status_code=204)

    async def _test_webhook(self, _: Request) -> Response:
        return JSONResponse({"ok": True, "status": 200, "message": "The receiver answered 200."})


def an_order(number: int = 42, **changes: Any) -> dict[str, Any]:
    """Ahmed's order as the list shows it."""
    return {
        "id": number,
        "customerName": "Ahmed",
        "productName": "iPhone 15 Pro",
        "totalPrice": 329000,
        "quantity": 1,
        "wilaya": "Algiers",
        "phone": "+213555123456",
        "email": None,
        "urgent": False,
        "status": "pending",
        "createdAt": NOON,
        "updatedAt": NOON,
        "saga": "completed",
        "tracking": None,
        "reason": None,
        "version": 1,
        "moves": ["confirmed", "cancelled"],
    } | changes


@dataclass
class Step:
    """One step of a timeline, `at` so many milliseconds after the order."""

    at: int
    event: str
    hop: str
    who: str
    text: str
    event_id: str = field(default="e-1")

    def as_json(self) -> dict[str, Any]:
        """The step as the API lists it."""
        seconds, rest = divmod(self.at, 1000)
        moment = f"2025-11-16T12:00:{seconds:02}.{rest:03}Z"
        return {
            "at": moment, "event": self.event, "eventId": self.event_id,
            "hop": self.hop, "who": self.who, "text": self.text,
        }  # fmt: skip


def _frame(item: dict[str, Any]) -> bytes:
    payload = {name: value for name, value in item.items() if name not in ("id", "event")}
    return f"id: {item['id']}\nevent: {item['event']}\ndata: {json.dumps(payload)}\n\n".encode()


def _refusal(status: int, message: str, **fields: str) -> Response:
    return JSONResponse({"message": message, **({"fields": fields} if fields else {})}, status_code=status)


def _page(name: str) -> Any:
    async def page(request: Request) -> Response:
        return FileResponse(PAGES / f"{name}.html")

    return page


async def _wilayas(request: Request) -> Response:
    return JSONResponse([{"number": wilaya.number, "name": wilaya.name} for wilaya in WILAYAS])
