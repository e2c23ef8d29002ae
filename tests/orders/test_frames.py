"""Who may put the shop's pages into a frame: nobody, unless the settings name them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.client import ShopClient
from tests.orders.conftest import NOWHERE, PASSWORD

PATHS = ("/admin/sign-in", "/shop/1/checkout", "/static/checkout.js", "/nowhere", "/api/session")


def ancestors(answer: httpx.Response) -> str:
    """What the policy says about frames."""
    parts = [part.strip() for part in answer.headers["content-security-policy"].split(";")]
    (found,) = [part for part in parts if part.startswith("frame-ancestors")]
    return found


@pytest.mark.parametrize("path", PATHS)
def test_by_default_nobody_may(customer: httpx.Client, path: str) -> None:
    """A page in a frame can be covered, so that a click on it means something else than it seems to."""
    assert ancestors(customer.get(path)) == "frame-ancestors 'none'"


def test_the_settings_name_who_may(tmp_path: Path) -> None:
    """On every answer, and nothing else of the policy changes."""
    origins = "http://localhost:* https://office.example"
    settings = OrderSettings(frame_from=origins)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        client = ShopClient(shop.url)
        for path in PATHS:
            answer = client.http.get(path)
            assert ancestors(answer) == f"frame-ancestors {origins}"
            assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
        client.close()


def test_so_does_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As all settings."""
    monkeypatch.setenv("LABS_ORDERS_FRAME_FROM", "http://127.0.0.1:8888")
    assert OrderSettings().frame_from == "http://127.0.0.1:8888"


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "localhost:8888",
        "http:",
        "http://*",
        "http://localhost/lab",
        "http://localhost:123456",
        "http://localhost:8888,http://other",
        "http://localhost:8888; script-src *",
        "http://localhost\r\nSet-Cookie: a=b",
        "http://localhost\n",
        " http://localhost",
        "http://a  http://b",
        "'none'",
    ],
)
def test_what_is_no_list_of_origins_is_refused(origins: str) -> None:
    """A slip must not open the door wider, and the text goes into a header."""
    with pytest.raises(ValidationError, match="frame_from"):
        OrderSettings(frame_from=origins)
