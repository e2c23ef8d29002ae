"""The pages: plain HTML files, the same for everybody. What differs is fetched as JSON and set as text.

No template ever mixes a customer's words into markup, so there is nothing to escape and nothing to forget.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from labs.orders.web.guard import Guard

PAGES = Path(__file__).with_name("pages")

CHECKOUT = "/shop/1/checkout"
DASHBOARD = "/admin"
SIGN_IN = "/admin/sign-in"


def page_routes(guard: Guard) -> APIRouter:
    """Routes that a person types into a browser."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home() -> Response:
        """The shop's door leads to the checkout."""
        return RedirectResponse(CHECKOUT, status_code=303)

    @router.get(CHECKOUT)
    async def checkout() -> Response:
        """Public: Ahmed orders here."""
        return FileResponse(PAGES / "checkout.html")

    @router.get(DASHBOARD)
    async def dashboard(request: Request) -> Response:
        """The admin's dashboard; everybody else is shown where to sign in."""
        if not guard.is_admin(request):
            return RedirectResponse(SIGN_IN, status_code=303)
        return FileResponse(PAGES / "dashboard.html")

    @router.get(SIGN_IN)
    async def sign_in() -> Response:
        """Public: the sign-in page."""
        return FileResponse(PAGES / "sign-in.html")

    return router
