"""`/api/notifications/ws`: the same notifications by WebSocket, for programs that would rather have frames.

Two things differ from the event stream. Nobody reconnects by himself: whoever comes back says `?after=17`.
And the browser's same-origin rules do not hold for WebSockets: a foreign page may open one, and from the same
site (another port of this host) the admin's cookie goes with it, `SameSite=Lax` or not. So the page must be ours:
`Origin` has to name the host that was asked. Programs
that are no browsers send no `Origin`; they cannot be tricked into carrying somebody's cookie.
https://www.rfc-editor.org/rfc/rfc6455#section-10.2 · https://cwe.mitre.org/data/definitions/1385.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket, WebSocketDisconnect

from labs.orders.web.frame import Frame
from labs.orders.web.guard import Guard
from labs.orders.web.hub import Hub, Kept
from labs.orders.web.notification_routes import position
from labs.orders.web.refusal import Refusal, answer_refusal
from labs.orders.web.stream import frames

#: Where the socket is.
SOCKET = "/api/notifications/ws"
#: RFC 6455's code for "this server is going away".
GOING_AWAY = 1001


def socket_routes(feed: Kept, hub: Hub, guard: Guard, *, send_timeout_s: float) -> APIRouter:
    """The route of the socket. `send_timeout_s` is how long one write may take, in seconds."""
    router = APIRouter()

    @router.websocket(SOCKET)
    async def socket(websocket: WebSocket) -> None:
        """JSON frames: those after `?after=` from the feed, then live ones; what the other end says is ignored."""
        try:
            require_same_origin(websocket)
            guard.require_admin(websocket)
            last = position(websocket.query_params.get("after"), "after")
        except Refusal as refusal:
            request = Request({**websocket.scope, "type": "http", "method": "GET"})
            await websocket.send_denial_response(await answer_refusal(request, refusal))
            return
        await websocket.accept()
        told = frames(hub, feed, last_id=last, allowed=lambda: guard.is_admin(websocket))
        speaking = asyncio.create_task(_speak(websocket, told, send_timeout_s))
        listening = asyncio.create_task(_listen(websocket))
        try:
            await asyncio.wait((speaking, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
            speaking.cancel()
            await asyncio.wait((speaking, listening))

    return router


def require_same_origin(connection: HTTPConnection) -> None:
    """Refuse with 403 when a browser says that a page of another site asks."""
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise Refusal(403, "This request did not come from our own page.")


async def _speak(websocket: WebSocket, told: AsyncGenerator[Frame, None], send_timeout_s: float) -> None:
    """Send every frame; return when they end, or when the other end is gone or does not read."""
    try:
        async for frame in told:
            if frame.text:
                async with asyncio.timeout(send_timeout_s):
                    await websocket.send_text(frame.text)
        async with asyncio.timeout(send_timeout_s):
            await websocket.close(GOING_AWAY)
    except TimeoutError as error:
        with suppress(TimeoutError, StopAsyncIteration):
            await told.athrow(error)  # so that the hub knows why
    except WebSocketDisconnect:
        pass
    finally:
        await told.aclose()


async def _listen(websocket: WebSocket) -> None:
    """Return when the other end has gone."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
