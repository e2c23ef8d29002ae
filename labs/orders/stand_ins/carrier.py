"""A carrier on loopback: books parcels that nobody fetches, and keeps its promise about idempotency keys.

    POST /v1/shipments   JSON {reference, content, recipient: {name, phone}}; `Authorization: Bearer …`
    GET  /v1/shipments   what was booked, oldest first

The same `Idempotency-Key` with the same body gives the same parcel, marked `Idempotent-Replayed`; with another body
it is an error, because then one of the two requests would get an answer that is not its own.
https://www.ietf.org/archive/id/draft-ietf-httpapi-idempotency-key-header-06.html
"""

from __future__ import annotations

import json
from secrets import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labs.orders.stand_ins.manners import Manners, body_of


class CarrierService:
    """The carrier, as an ASGI `app`. What it keeps may be read, and changed, by any thread."""

    def __init__(self, *, token: str, name: str = "Sirocco Express") -> None:
        #: How it behaves from now on.
        self.manners = Manners()
        #: Every parcel, oldest first.
        self.parcels: list[dict[str, Any]] = []
        #: References that it refuses to carry.
        self.refused: set[str] = set()
        self.name, self._token = name, f"Bearer {token}".encode()
        self._answers: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self.app = Starlette(
            routes=[
                Route("/v1/shipments", self._book, methods=["POST"]),
                Route("/v1/shipments", self._list, methods=["GET"]),
            ]
        )

    async def _list(self, request: Request) -> Response:
        return self._at_the_door(request) or JSONResponse({"items": self.parcels})

    async def _book(self, request: Request) -> Response:
        if (refused := self._at_the_door(request)) is not None:
            return refused
        match self.manners.spoil():
            case 429:
                return _error(429, "busy", "Too many requests.", {"Retry-After": str(self.manners.pause_s)})
            case int(status):
                return _error(status, "unavailable", "The service is not there just now.")
        body = await body_of(request)
        return await self.manners.after(self._answer(body, request.headers.get("idempotency-key", "")))

    def _answer(self, body: bytes, key: str) -> Response:
        if (before := self._answers.get(key)) is not None:
            if before[0] != body:
                return _error(422, "key_reused", "This key was used for another parcel.")
            return JSONResponse(before[1], status_code=201, headers={"Idempotent-Replayed": "true"})
        parcel = self._parcel(body)
        if parcel is None:
            return _error(422, "invalid", "A parcel needs a reference and a recipient.")
        if parcel["reference"] in self.refused:
            return _error(422, "refused", "We do not carry this.")
        self.parcels.append(parcel)
        if key:
            self._answers[key] = body, parcel
        return JSONResponse(parcel, status_code=201)

    def _parcel(self, body: bytes) -> dict[str, Any] | None:
        try:
            asked = json.loads(body)
        except ValueError:
            return None
        if not isinstance(asked, dict) or not asked.get("reference") or not asked.get("recipient"):
            return None
        tracking = f"SX{len(self.parcels) + 1:09d}DZ"
        return {
            "tracking": tracking, "carrier": self.name, "status": "booked", "reference": str(asked["reference"]),
        }  # fmt: skip

    def _at_the_door(self, request: Request) -> Response | None:
        if compare_digest(request.headers.get("authorization", "").encode(), self._token):
            return None
        return _error(401, "unauthorized", "This token is not known.")


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=headers)
