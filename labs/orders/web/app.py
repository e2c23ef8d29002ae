"""The web application, put together from its parts. Nothing is created here: every part is passed in.

That is why a test can run the shop on a clock that stands still, and a notebook can run it in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from labs.orders.settings import OrderSettings
from labs.orders.store.feed import Feed
from labs.orders.store.intake import Intake
from labs.orders.web.guard import Guard
from labs.orders.web.headers import SafeHeaders
from labs.orders.web.hub import Hub
from labs.orders.web.notification_routes import notification_routes
from labs.orders.web.order_routes import order_routes
from labs.orders.web.page_routes import page_routes
from labs.orders.web.refusal import Refusal, answer_refusal
from labs.orders.web.session_routes import session_routes

STATIC = Path(__file__).with_name("static")


def create_app(
    *,
    settings: OrderSettings,
    intake: Intake,
    feed: Feed,
    hub: Hub,
    guard: Guard,
    status: Callable[[], Mapping[str, Any]],
) -> FastAPI:
    """The shop as an ASGI application. `status` tells dashboards how the system is."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.attach(asyncio.get_running_loop())
        yield
        hub.attach(None)

    # The built-in documentation pages load scripts from elsewhere, which our policy forbids.
    app = FastAPI(
        title="Algeria orders",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(SafeHeaders)
    app.add_exception_handler(Refusal, answer_refusal)
    app.add_exception_handler(StarletteHTTPException, _answer_http)
    app.add_exception_handler(OperationalError, _answer_database)
    app.include_router(order_routes(intake, guard, body_limit=settings.body_limit))
    app.include_router(
        notification_routes(
            feed,
            hub,
            guard,
            status=status,
            ping_s=settings.stream_ping_s,
            send_timeout_s=settings.stream_send_timeout_s,
        )
    )
    app.include_router(session_routes(guard, body_limit=settings.body_limit))
    app.include_router(page_routes(guard))
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


async def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, StarletteHTTPException):
        raise error
    return await answer_refusal(request, Refusal(error.status_code, str(error.detail)))


async def _answer_database(request: Request, _: Exception) -> Response:
    sentence = "The shop cannot reach its database just now. Nothing was stored; please try again soon."
    return await answer_refusal(request, Refusal(503, sentence))
