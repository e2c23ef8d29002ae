"""An SMS service on loopback: Twilio's requests, replies and error objects, and no telephone rings.

    POST /2010-04-01/Accounts/{sid}/Messages.json     To, From, Body as a form; basic auth with sid and token
    GET  /2010-04-01/Accounts/{sid}/Messages.json     what was sent, newest first

It knows the numbers with which Twilio's test credentials provoke each error, such as +15005550001 (invalid).
https://www.twilio.com/docs/iam/test-credentials · https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from secrets import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labs.orders.domain.clock import Clock, system_clock
from labs.orders.domain.ids import NewId, random_id
from labs.orders.domain.phone import e164
from labs.orders.stand_ins.manners import Manners, form_of

PATH = "/2010-04-01/Accounts/{sid}/Messages.json"
MAX_BODY = 1600  #: The longest text, in characters.
#: Twilio's magic recipients: what each of them provokes.
MAGIC = {
    "+15005550001": (21211, "The 'To' number {to} is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number: {to}, is not currently reachable via SMS."),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region of {to}."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient {to}"),
    "+15005550009": (21614, "To number: {to}, is not a mobile number"),
}


class SmsService:
    """The service for one account, as an ASGI `app`. What it keeps may be read, and changed, by any thread."""

    def __init__(
        self, *, sid: str, token: str, clock: Clock = system_clock, new_id: NewId = random_id
    ) -> None:
        #: How it behaves from now on.
        self.manners = Manners()
        #: Every message that it took, oldest first.
        self.sent: list[dict[str, Any]] = []
        #: Numbers that it refuses: number → error code and message.
        self.rejected = dict(MAGIC)
        self._sid, self._clock, self._new_id = sid, clock, new_id
        self._login = b"Basic " + b64encode(f"{sid}:{token}".encode())
        self.app = Starlette(
            routes=[Route(PATH, self._create, methods=["POST"]), Route(PATH, self._list, methods=["GET"])]
        )

    async def _create(self, request: Request) -> Response:
        if (refused := self._at_the_door(request)) is not None:
            return refused
        form = await form_of(request)
        if (wrong := self._wrong(form)) is not None:
            return wrong
        said = _message(self._sid, "SM" + self._new_id().replace("-", ""), form, self._clock)
        self.sent.append(said)
        return await self.manners.after(JSONResponse(said, status_code=201))

    async def _list(self, request: Request) -> Response:
        page = {"messages": self.sent[::-1], "page": 0, "page_size": len(self.sent)}
        return self._at_the_door(request) or JSONResponse(page)

    def _at_the_door(self, request: Request) -> Response | None:
        if not compare_digest(request.headers.get("authorization", "").encode(), self._login):
            return _error(401, 20003, "Authenticate")
        if request.path_params["sid"] != self._sid:
            return _error(404, 20404, f"The requested resource {request.url.path} was not found")
        match self.manners.spoil():
            case 429:
                pause = {"Retry-After": str(self.manners.pause_s)}
                return _error(429, 20429, "Too Many Requests", pause)
            case int(status):
                return _error(status, 20500, "An internal server error has occurred")
        return None

    def _wrong(self, form: Mapping[str, str]) -> Response | None:
        for name, code in (("To", 21604), ("From", 21603), ("Body", 21602)):
            if not form.get(name):
                return _error(400, code, f"A '{name}' is required.")
        if len(form["Body"]) > MAX_BODY:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        to = form["To"]
        if to in self.rejected or e164(to) != to:
            code, message = self.rejected.get(to, MAGIC["+15005550001"])
            return _error(400, code, message.format(to=to))
        return None


def _message(account: str, name: str, form: Mapping[str, str], clock: Clock) -> dict[str, Any]:
    """Twilio's Message resource: the fields and their types as it sends them."""
    text, moment = form["Body"], clock().strftime("%a, %d %b %Y %H:%M:%S +0000")
    return {
        "account_sid": account, "api_version": "2010-04-01", "body": text, "date_created": moment,
        "date_sent": None, "date_updated": moment, "direction": "outbound-api", "error_code": None,
        "error_message": None, "from": form["From"], "messaging_service_sid": None, "num_media": "0",
        "num_segments": str(-(-len(text) // 160)), "price": None, "price_unit": "USD", "sid": name,
        "status": "queued", "subresource_uris": {}, "to": form["To"],
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{name}.json",
    }  # fmt: skip


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """Twilio's error object."""
    body = {
        "code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }  # fmt: skip
    return JSONResponse(body, status_code=status, headers=headers)
