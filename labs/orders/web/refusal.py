"""A refusal: the one shape in which the API says no.

    {"message": "one sentence for a person", "fields": {"phone": "one sentence for this field"}}

The status code is for programs, the sentence for people, and neither tells anything about our insides.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """Raised anywhere below a route; becomes the response with `status`, `message` and, if any, `fields`.

    `headers` tell programs what to do: `Retry-After`, for example, in seconds.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


async def answer_refusal(_: Request, error: Exception) -> Response:
    """The handler that the app registers for `Refusal`."""
    if not isinstance(error, Refusal):
        raise error
    body: dict[str, object] = {"message": error.message}
    if error.fields:
        body["fields"] = error.fields
    return JSONResponse(body, status_code=error.status, headers=error.headers)
