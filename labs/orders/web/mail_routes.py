"""`/api/mails`: what the mailbox of development has been sent, for the admin and as text only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.stand_ins.mail import Mail
from labs.orders.web.guard import Guard

#: The longest list that one request gets.
MAX_LIST = 100


def mail_routes(guard: Guard, mails: Callable[[], Sequence[Mail]] | None) -> APIRouter:
    """`mails` reads the mailbox; None when mail really leaves the house, and nobody here keeps it."""
    router = APIRouter(prefix="/api/mails", tags=["mails"])

    @router.get("")
    async def newest(request: Request) -> Response:
        """For the admin: the newest mails first. `kept` is false where a real server carries them."""
        guard.require_admin(request)
        kept = list(reversed(mails()))[:MAX_LIST] if mails is not None else []
        return JSONResponse({"items": [mail.as_json() for mail in kept], "kept": mails is not None})

    return router
