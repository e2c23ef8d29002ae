"""`/api/webhooks`: who is told of events by signed HTTP. For the admin only; the secret is shown once."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.channels.address_guard import AddressGuard, ForbiddenUrl, UnknownHost
from labs.orders.channels.outreach import Never, NotNow
from labs.orders.channels.webhooks import Webhooks
from labs.orders.domain.ids import NewId
from labs.orders.store.webhooks import Registration, Registrations
from labs.orders.web.body import read_json
from labs.orders.web.guard import Guard
from labs.orders.web.refusal import Refusal

PATH = "/api/webhooks"
#: So many registrations, and patterns of each, are enough for a shop.
MAX_REGISTRATIONS, MAX_KEYS = 50, 20
#: The longest pattern, in characters; no event's name is longer.
MAX_KEY = 64
#: What is sent to who asks for nothing in particular: everything.
ALL = ("#",)


def webhook_routes(
    registrations: Registrations,
    webhooks: Webhooks,
    addresses: AddressGuard,
    guard: Guard,
    *,
    new_id: NewId,
    body_limit: int,
) -> APIRouter:
    """Routes of the registration page. `body_limit` is in bytes."""
    router = APIRouter(prefix=PATH, tags=["webhooks"])

    @router.get("")
    async def listing(request: Request) -> Response:
        """All registrations, without their secrets."""
        guard.require_admin(request)
        found = await run_in_threadpool(registrations.all)
        return JSONResponse({"items": [each.as_json() for each in found]})

    @router.post("", status_code=201)
    async def register(request: Request) -> Response:
        """Register `{"url": …, "keys": ["order.*"]}`. The answer shows the secret, this once."""
        _require(guard, request)
        data = await read_json(request, limit=body_limit)
        url, keys = _read(data)
        try:
            await addresses.check(url)
        except (ForbiddenUrl, UnknownHost) as error:
            raise _wrong("url", str(error)) from error
        if len(await run_in_threadpool(registrations.all)) >= MAX_REGISTRATIONS:
            raise Refusal(409, f"There are {MAX_REGISTRATIONS} webhooks already. Remove one first.")
        added = await run_in_threadpool(registrations.add, url, keys)
        answer = added.as_json() | {"secret": added.secret}
        return JSONResponse(answer, status_code=201, headers={"Location": f"{PATH}/{added.id}"})

    @router.delete("/{registration_id}", status_code=204)
    async def remove(request: Request, registration_id: str) -> Response:
        """Forget it: nothing is sent there any more."""
        _require(guard, request)
        found = await _find(registrations, registration_id)
        await run_in_threadpool(registrations.remove, found.id)
        return Response(status_code=204)

    @router.post("/{registration_id}/test")
    async def test(request: Request, registration_id: str) -> Response:
        """Send a test event there now; says how it went."""
        _require(guard, request)
        found = await _find(registrations, registration_id)
        try:
            answer = await webhooks.test(found, event_id=new_id())
        except (NotNow, Never) as error:
            return JSONResponse({"ok": False, "status": None, "message": str(error)})
        said = f"The receiver said {answer.status}."
        return JSONResponse({"ok": answer.is_success, "status": answer.status, "message": said})

    return router


def _require(guard: Guard, request: Request) -> None:
    guard.require_admin(request)
    guard.require_own_page(request)


async def _find(registrations: Registrations, registration_id: str) -> Registration:
    # PostgreSQL cannot even look for a text with a zero character in it.
    sane = registration_id.isprintable()
    found = await run_in_threadpool(registrations.find, registration_id) if sane else None
    if found is None:
        raise Refusal(404, "There is no webhook with this id.")
    return found


def _read(data: object) -> tuple[str, tuple[str, ...]]:
    """URL and patterns from the decoded body; refuses with 422 and a sentence for the field."""
    if not isinstance(data, dict) or not isinstance(url := data.get("url"), str) or not url.strip():
        raise _wrong("url", "Give the URL that is to be told.")
    keys = data.get("keys", ALL)
    if not isinstance(keys, list | tuple) or not 1 <= len(keys) <= MAX_KEYS:
        raise _wrong("keys", f"Give a list of 1 to {MAX_KEYS} patterns, such as order.* or #.")
    if not all(isinstance(key, str) and 0 < len(key) <= MAX_KEY and key.isprintable() for key in keys):
        raise _wrong("keys", f"Each pattern is a text of 1 to {MAX_KEY} characters, such as order.* or #.")
    return url.strip(), tuple(keys)


def _wrong(field: str, sentence: str) -> Refusal:
    return Refusal(422, sentence, fields={field: sentence})
