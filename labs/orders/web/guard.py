"""The guard: who is signed in, and whether a request really comes from our own page.

Two cookies, both `HttpOnly` (no script can read them) and `SameSite=Lax` (no other site's form or script can
send them): `visitor` is a random value given to everybody, `session` says that this visitor is the admin,
and until when. A request that changes something must also carry the visitor's CSRF token in a header, which
only a page from this origin can know. See https://owasp.org/www-community/attacks/csrf.
"""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from labs.orders.domain.clock import Clock
from labs.orders.web.account import Account
from labs.orders.web.refusal import Refusal

#: The header that carries the CSRF token.
TOKEN_HEADER = "X-CSRF-Token"


class Guard:
    """Signs and reads the cookies of one shop. `session_s` is how long a sign-in lasts, in seconds."""

    def __init__(self, account: Account, *, clock: Clock, session_s: int) -> None:
        self.account = account
        self._clock = clock
        self._session_s = session_s
        # Cookies ignore the port: two shops on 127.0.0.1 would overwrite each other's under equal names.
        suffix = Signer(account.cookie_key, salt="name").get_signature("name").decode()[:6]
        self._visitor, self._session = f"visitor_{suffix}", f"session_{suffix}"

    def is_admin(self, request: HTTPConnection) -> bool:
        """Whether this request carries a session of ours, for this visitor, that has not run out."""
        value = self._unsigned("session", request.cookies.get(self._session, ""))
        visitor, _, until = (value or "").rpartition(".")
        return (
            until.isdecimal()
            and int(until) > self._clock().timestamp()
            and visitor == request.cookies.get(self._visitor, "")
        )

    def require_admin(self, request: HTTPConnection) -> None:
        """Refuse with 401 unless the admin is signed in."""
        if not self.is_admin(request):
            raise Refusal(401, "Please sign in first.")

    def require_own_page(self, request: Request) -> None:
        """Refuse with 403 unless the request carries the CSRF token that our page was given."""
        visitor = request.cookies.get(self._visitor, "")
        if not visitor or self._unsigned("csrf", request.headers.get(TOKEN_HEADER, "")) != visitor:
            raise Refusal(403, "This request did not come from our own page. Please reload it and try again.")

    def visitor(self, request: Request) -> str:
        """This browser's random value: the one that it brought, or a new one."""
        return request.cookies.get(self._visitor, "") or secrets.token_urlsafe(16)

    def token(self, visitor: str) -> str:
        """The CSRF token that belongs to this visitor."""
        return Signer(self.account.cookie_key, salt="csrf").sign(visitor).decode()

    def greet(self, response: Response, visitor: str) -> None:
        """Let the browser keep its random value."""
        self._set(response, self._visitor, visitor)

    def sign_in(self, response: Response) -> None:
        """Make this browser the admin's. Its random value is new, so an older token is of no use any more."""
        visitor = secrets.token_urlsafe(16)
        until = int(self._clock().timestamp()) + self._session_s
        value = Signer(self.account.cookie_key, salt="session").sign(f"{visitor}.{until}").decode()
        self._set(response, self._visitor, visitor)
        self._set(response, self._session, value)

    def sign_out(self, response: Response) -> None:
        """Take both cookies back."""
        response.delete_cookie(self._session, path="/", httponly=True, samesite="lax")
        response.delete_cookie(self._visitor, path="/", httponly=True, samesite="lax")

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", httponly=True, samesite="lax")

    def _unsigned(self, purpose: str, value: str) -> str | None:
        try:
            return Signer(self.account.cookie_key, salt=purpose).unsign(value).decode()
        except (BadSignature, UnicodeError):
            return None
