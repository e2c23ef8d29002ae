"""How a stand-in behaves: well, or as badly as the real one on its worst day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

#: The largest body that a stand-in reads, in bytes.
BODY_LIMIT = 65_536


@dataclass(slots=True, kw_only=True)
class Manners:
    """What happens to the next requests. A count goes down with every request that it spoils."""

    #: Every answer comes so much later, in seconds; the work is done before.
    late_s: float = 0.0
    #: So many hear that the service is broken, and nothing is done.
    fail: int = 0
    #: So many are told "too many requests", and to come back after `pause_s` seconds.
    busy: int = 0
    pause_s: int = 1
    #: So many are done, and then the line is cut instead of answered: the caller learns nothing.
    drop: int = 0

    def spoil(self) -> int | None:
        """The status that spoils this request, or None."""
        if self.fail > 0:
            self.fail -= 1
            return 503
        if self.busy > 0:
            self.busy -= 1
            return 429
        return None

    async def after(self, answer: Response) -> Response:
        """What the caller gets of this answer, now that the work is done."""
        await asyncio.sleep(self.late_s)
        if self.drop > 0:
            self.drop -= 1
            return CutLine()
        return answer


class CutLine(Response):
    """Promises an answer and hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 ASGI's signature
        """Say less than was promised: the server then closes the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})


async def body_of(request: Request) -> bytes:
    """The body, and no more of it than `BODY_LIMIT`; empty when it is longer."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            return b""
    return bytes(body)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form."""
    return dict(parse_qsl((await body_of(request)).decode(errors="replace"), keep_blank_values=True))
