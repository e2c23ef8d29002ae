"""A door: somebody else's HTTP address, which keeps every call and answers what it was told to answer.

The rule for whoever studies a sender: look at what came over the line, byte for byte, and not at what the sender
believes to have sent. The calls are made by a server's thread; read them when what you wait for has come.
https://www.starlette.io/requests/
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response

from labs.orders.channels.address_guard import AddressGuard, ForbiddenUrl
from labs.orders.channels.webhooks import signed
from labs.orders.domain.clock import system_clock
from labs.orders.stand_ins.manners import body_of

#: Well received, and nothing to say.
NO_CONTENT = 204


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: its `headers` and `body` as they came, when (`time.monotonic`), and the status it was told."""

    at_s: float
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    told: int


class Door:
    """At `url`. Says `answers`, first to last, and the last one for ever after."""

    def __init__(self, url: str, answers: tuple[int, ...]) -> None:
        self.url = url
        self.calls: list[Call] = []
        self._answers = answers or (NO_CONTENT,)

    def says(self, *answers: int) -> None:
        """Answer this from now on."""
        self._answers = answers

    @property
    def told(self) -> list[int]:
        """What each caller was told, in order."""
        return [call.told for call in self.calls]

    async def answer(self, request: Request) -> Response:
        """Keep the call, and say what is to be said."""
        body = await body_of(request)
        told, *left = self._answers
        self._answers = tuple(left) or (told,)
        self.calls.append(Call(at_s=time.monotonic(), headers=dict(request.headers), body=body, told=told))
        return Response(status_code=told)


def believes(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the library of Standard Webhooks believes that who has the secret sent this, and just now."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: a signature of no known form
        return False
    return True


def aged(headers: Mapping[str, str], body: bytes, secret: str, *, minutes: int) -> dict[str, str]:
    """The headers of the same call, honestly signed so many minutes ago."""
    then = system_clock() - timedelta(minutes=minutes)
    old = signed(body, message_id=headers["webhook-id"], secret=secret, clock=lambda: then)
    return dict(headers) | old


async def verdict(guard: AddressGuard, url: str) -> str:
    """What the guard says about a URL, in a word. Nobody is called."""
    try:
        await guard.check(url)
    except ForbiddenUrl:
        return "refused"
    return "may be called"
