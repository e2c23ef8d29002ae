"""The fast lane: the one route that a rush goes through, in front of everything else.

A framework looks at each request in a dozen places: telemetry, stacks for dependencies, a list of routes. All
of that is worth its price where people click, and more than the order itself costs where thousands come at once.
So one method on one path goes straight to its endpoint. It answers with the same headers, is counted by the same
metrics and says no in the same words as every other route, and its description stays in the OpenAPI document.
https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

#: What an endpoint is here.
Endpoint = Callable[[Request], Awaitable[Response]]
#: What turns an exception into an answer; FastAPI keeps them by the exception's class.
Handlers = Mapping[Any, Callable[[Request, Any], Any]]


class FastLane:
    """ASGI: `route`'s requests go to its endpoint, and all others to `app`. `handlers` answer what it raises."""

    def __init__(self, app: ASGIApp, *, route: Any, handlers: Handlers) -> None:
        self._app, self._route, self._handlers = app, route, handlers
        self._path: str = route.path
        self._methods: frozenset[str] = frozenset(route.methods)
        self._endpoint: Endpoint = route.endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Straight to the endpoint, if it is for this one."""
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] not in self._methods:
            await self._app(scope, receive, send)
            return
        scope["route"] = self._route
        request = Request(scope, receive, send)
        surprise: Exception | None = None
        try:
            response = await self._endpoint(request)
        except Exception as error:  # noqa: BLE001 every error has an answer; the last handler is for surprises
            response, surprise = await self._answer(request, error)
        await response(scope, receive, send)
        if surprise is not None:
            raise surprise  # so that the server's log has it

    async def _answer(self, request: Request, error: Exception) -> tuple[Response, Exception | None]:
        for kind in type(error).__mro__:
            if handler := self._handlers.get(kind):
                return await handler(request, error), error if kind is Exception else None
        raise error
