"""For the machines that look after machines: does the process live, can it work, and what are its numbers.

`/healthz` asks nothing: a supervisor that kills the shop because the *database* is away makes one fault two.
`/readyz` asks the database, for without it no order can be taken. The broker it only tells: orders are taken
without it, so taking the shop out of service for that would be the one thing that loses customers.
None of the three needs a login, and none of them holds a customer's data; the shop listens on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from labs.orders.web.hub import Hub
from labs.orders.web.metrics import CONTENT_TYPE, Metrics

#: How long the database may take to say that it is there, in seconds.
PATIENCE_S = 2.0


def ops_routes(hub: Hub, metrics: Metrics, *, status: Callable[[], Mapping[str, Any]]) -> APIRouter:
    """Routes for supervisors and scrapers. `status` asks the database and tells of the broker and the lag."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz")
    async def alive() -> Response:
        """The process lives and its event loop turns."""
        return JSONResponse({"alive": True})

    @router.get("/readyz")
    async def ready() -> Response:
        """Whether the shop can take orders now; 503 while the database is away or the shop is stopping."""
        try:
            told = dict(await asyncio.wait_for(asyncio.to_thread(status), PATIENCE_S))
            body = {"ready": not hub.closing, "database": True, "stopping": hub.closing, **told}
        except (SQLAlchemyError, TimeoutError):
            body = {"ready": False, "database": False, "stopping": hub.closing}
        return JSONResponse(body, status_code=200 if body["ready"] else 503)

    @router.get("/metrics")
    async def numbers() -> Response:
        """The shop's numbers, in Prometheus' text format."""
        return Response(await asyncio.to_thread(metrics.page), media_type=CONTENT_TYPE)

    return router
