"""`/api/session`: who am I, sign in, sign out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from labs.orders.web.body import read_json
from labs.orders.web.guard import Guard
from labs.orders.web.refusal import Refusal

#: A password longer than this, in characters, is not ours; hashing it would only cost us time.
MAX_PASSWORD = 200


def session_routes(guard: Guard, *, body_limit: int) -> APIRouter:
    """Routes of the sign-in page. `body_limit` is in bytes."""
    router = APIRouter(prefix="/api/session", tags=["session"])

    @router.get("")
    async def who_am_i(request: Request) -> Response:
        """Whether this browser is signed in, and the CSRF token that its page sends with every change."""
        visitor = guard.visitor(request)
        answer = JSONResponse({"signedIn": guard.is_admin(request), "csrf": guard.token(visitor)})
        guard.greet(answer, visitor)
        return answer

    @router.post("")
    async def sign_in(request: Request) -> Response:
        """Sign in with `{"password": …}`."""
        guard.require_own_page(request)
        data = await read_json(request, limit=body_limit)
        password = data.get("password") if isinstance(data, dict) else None
        if not isinstance(password, str) or len(password) > MAX_PASSWORD:
            raise Refusal(422, "Please give the password.", fields={"password": "Please give the password."})
        if not await run_in_threadpool(guard.account.accepts, password):
            raise Refusal(401, "That is not the password.", fields={"password": "That is not the password."})
        answer = Response(status_code=204)
        guard.sign_in(answer)
        return answer

    @router.delete("")
    async def sign_out(request: Request) -> Response:
        """Sign out."""
        guard.require_own_page(request)
        answer = Response(status_code=204)
        guard.sign_out(answer)
        return answer

    return router
