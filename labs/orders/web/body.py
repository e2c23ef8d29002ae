"""Reading what a stranger sent: not too much of it, and nothing that breaks the reader."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from labs.orders.web.refusal import Refusal

#: More digits than this, and no database has such a number.
MAX_DIGITS = 18


async def read_json(request: Request, *, limit: int) -> Any:
    """The decoded body, at most `limit` bytes of `application/json`; raises `Refusal` 400, 413 or 415.

    The content type matters: a form on another site can post text, but not this type without our permission.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "Please send JSON, with the content type application/json.")
    body = bytearray()
    async for piece in request.stream():  # counted as it comes: a Content-Length can lie or be missing
        body += piece
        if len(body) > limit:
            raise Refusal(413, f"That is too large: this endpoint reads at most {limit} bytes.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:  # RecursionError: ten thousand opening brackets
        raise Refusal(400, "The body is not valid JSON.") from error


def whole_number(text: str) -> int | None:
    """The number that a path, query or header spells, or None. `int()` alone would take `-1` and `1_000`."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None
