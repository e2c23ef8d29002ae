"""A route of FastAPI that does without FastAPI's help: the endpoint takes the request and returns the response.

FastAPI solves parameters, opens stacks for dependencies and serialises results. Our routes read strangers' bodies
by themselves and use none of it, so on the way of a rush it would only cost time. The route stays an `APIRoute`
in every list and description. https://fastapi.tiangolo.com/how-to/custom-request-and-route/
"""

from __future__ import annotations

from functools import cached_property

from fastapi.routing import APIRoute
from starlette.routing import request_response
from starlette.types import ASGIApp, Receive, Scope, Send


class PlainRoute(APIRoute):
    """For `APIRouter(route_class=PlainRoute)`: every endpoint is `async (Request) -> Response`, and no more."""

    @cached_property
    def _plain(self) -> ASGIApp:
        return request_response(self.endpoint)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Straight to the endpoint; another method of this path gets its 405 as everywhere."""
        if scope["method"] in (self.methods or ()):
            await self._plain(scope, receive, send)
        else:
            await super().handle(scope, receive, send)
