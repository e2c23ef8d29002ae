"""The web application, put together from its parts. Nothing is created here: every part is passed in.

That is why a test can run the shop on a clock that stands still, and a notebook can run it in a thread.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from labs.orders.web.fast_lane import FastLane
from labs.orders.web.headers import SafeHeaders, safe_headers
from labs.orders.web.hub import Hub
from labs.orders.web.metrics import Measured, Metrics
from labs.orders.web.openapi import document
from labs.orders.web.refusal import Refusal, answer_refusal

STATIC = Path(__file__).with_name("static")


def create_app(
    *,
    routers: Sequence[APIRouter],
    busiest: tuple[str, str],
    hub: Hub,
    metrics: Metrics,
    pulse_s: float,
    frame_from: str = "",
) -> ASGIApp:
    """The shop as an ASGI application: `routers` in this order, the first that knows a path answers it.

    `busiest` is the method and the path of the one that goes past the framework.
    The hub runs as long as the application does, and tells dashboards how the system is every `pulse_s` seconds.
    Pages of the origins in `frame_from` may show ours in a frame; by default nobody's may.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with hub.running(pulse_s=pulse_s):
            yield

    # The built-in documentation pages load scripts from elsewhere, which our policy forbids.
    app = FastAPI(
        title="Algeria orders",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    described = document(routers)
    app.add_exception_handler(Refusal, answer_refusal)
    app.add_exception_handler(StarletteHTTPException, _answer_http)
    app.add_exception_handler(SQLAlchemyError, _answer_database)
    app.add_exception_handler(Exception, _answer_surprise)
    for router in routers:
        # Not `include_router`: it would wrap every route, and every request would pay for it (a fifth of its time).
        app.router.routes.extend(router.routes)
    app.openapi = lambda: described  # type: ignore[method-assign]
    app.mount("/static", StaticFiles(directory=STATIC))
    fast = FastLane(app, route=_route(routers, *busiest), handlers=app.exception_handlers)
    return Measured(SafeHeaders(fast, headers=safe_headers(frame_from)), metrics=metrics)


def _route(routers: Sequence[APIRouter], method: str, path: str) -> APIRoute:
    return next(
        route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.path == path and method in (route.methods or ())
    )


async def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, StarletteHTTPException):
        raise error
    answer = await answer_refusal(request, Refusal(error.status_code, str(error.detail)))
    answer.headers.update(error.headers or {})  # which methods are allowed, for one
    return answer


async def _answer_database(request: Request, _: Exception) -> Response:
    sentence = "The shop cannot reach its database just now. Nothing was stored; please try again soon."
    return await answer_refusal(request, Refusal(503, sentence))


async def _answer_surprise(request: Request, _: Exception) -> Response:
    """A fault of ours, which the server's log has."""
    return await answer_refusal(request, Refusal(500, "Something went wrong here. It is not your fault."))
