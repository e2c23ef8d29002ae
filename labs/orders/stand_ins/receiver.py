"""How a receiver of our webhooks looks: verify, then look at the id, then act, then answer soon.

Whatever comes to a public URL may come from anybody. So the signature is checked on the bytes *as they came*, before
anything is read from them; a program that parses first has trusted already. A repeat is answered like the first one,
and does nothing. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import json
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labs.orders.stand_ins.manners import Manners, body_of


class Receiver:
    """Somebody else's program, as an ASGI `app` with one route, `POST /`. `secret` is what our shop showed once."""

    def __init__(self, secret: str | None = None) -> None:
        self.secret = secret
        self.manners = Manners()
        #: Say this instead of 204, from now on.
        self.says: int | None = None
        #: Each event once, in the order of their arrival.
        self.events: list[dict[str, Any]] = []
        #: How many were refused, and how many came again.
        self.refused = self.repeated = 0
        self._seen: set[str] = set()
        self.app = Starlette(routes=[Route("/", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        if (status := self.manners.spoil() or self.says) is not None:
            return Response(status_code=status, headers={"Retry-After": str(self.manners.pause_s)})
        body = await body_of(request)
        if not self._is_signed(body, request):
            self.refused += 1
            return JSONResponse({"message": "This is not signed by the shop that I know."}, status_code=401)
        if (name := request.headers["webhook-id"]) in self._seen:
            self.repeated += 1
        else:
            self._seen.add(name)
            self.events.append(json.loads(body))
        return await self.manners.after(Response(status_code=204))

    def _is_signed(self, body: bytes, request: Request) -> bool:
        if self.secret is None:
            return False
        try:
            Webhook(self.secret).verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: a signature of no known form
            return False
        return True
