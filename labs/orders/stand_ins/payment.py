"""A payment service on loopback, for development, lessons and tests: Stripe's HTTP API, without Stripe.

    POST /v1/payment_intents                {amount, currency, confirm, payment_method, metadata[order_id]}
    POST /v1/payment_intents/{id}/confirm   POST /v1/payment_intents/{id}/cancel
    POST /v1/refunds                        {payment_intent}

Forms come in, JSON goes out, errors are error objects. It can be made to misbehave as real services do; the
worst of them is the answer that gets lost *after* the money has moved.
https://docs.stripe.com/api/payment_intents · https://docs.stripe.com/api/errors
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.stripe_objects import refusal

#: The largest form that is read, in bytes. A payment needs about 200.
BODY_LIMIT = 16_384


@dataclass(slots=True, kw_only=True)
class Manners:
    """How the service behaves from now on. The counts go down with every request that they spoil."""

    #: Every answer comes so much later, in seconds; the work is done before.
    late_s: float = 0.0
    #: So many requests get a 503, and nothing is done.
    fail: int = 0
    #: So many are told 429, and to come back after a second.
    busy: int = 0
    #: So many are done, and then the line is cut instead of answered.
    drop: int = 0


class _CutLine(Response):
    """Promises an answer and hangs up: the server closes the connection, and the caller learns nothing."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})


def payment_app(bank: Bank | None = None, manners: Manners | None = None) -> Starlette:
    """The service over this `bank`, with these `manners`; both can be read and changed while it runs.

    They are also `app.state.bank` and `app.state.manners`. One event loop.
    """
    bank, manners = bank or Bank(), manners or Manners()

    async def answer(request: Request) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return _json(*refusal(401, "You did not provide an API key."))
        if manners.fail > 0:
            manners.fail -= 1
            return _json(*refusal(503, "The service is not there just now.", type_="api_error"))
        if manners.busy > 0:
            manners.busy -= 1
            status, body = refusal(429, "Too many requests.", code="rate_limit")
            return JSONResponse(body, status_code=status, headers={"Retry-After": "1"})
        form = dict(parse_qsl((await _read(request)).decode(errors="replace"), keep_blank_values=True))
        said = bank.ask(request.path_params["path"], form, request.headers.get("idempotency-key"))
        if manners.drop > 0:
            manners.drop -= 1
            return _CutLine()
        if manners.late_s:
            await asyncio.sleep(manners.late_s)
        return _json(*said)

    app = Starlette(routes=[Route("/v1/{path:path}", answer, methods=["POST"])])
    app.state.bank, app.state.manners = bank, manners
    return app


async def _read(request: Request) -> bytes:
    """The body, and no more of it than a form needs."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            return b""
    return bytes(body)


def _json(status: int, body: dict[str, object]) -> JSONResponse:
    return JSONResponse(body, status_code=status)
