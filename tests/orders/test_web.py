"""The shop's front door: what is public, what is not, and what is refused with which words."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from labs.errors import LabsError
from labs.orders.domain.clock import system_clock
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.account import Account
from labs.orders.web.client import ShopClient
from labs.orders.web.guard import TOKEN_HEADER
from tests.orders.conftest import NOWHERE, PASSWORD, Hands, tell

ORDERS = "/api/algeria-orders"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderSystem]:
    """One shop for all tests here: none of them counts on being the first."""
    home = tmp_path_factory.mktemp("shop")
    with OrderSystem(NOWHERE, vhost="/", home=home, admin_password=PASSWORD) as shop:
        yield shop


def test_an_order_is_taken_while_the_broker_is_away(
    shop: OrderSystem, customer: httpx.Client, ahmed: dict[str, object]
) -> None:
    """201, the order's place, and an event that waits: the customer does not pay for the broker's absence."""
    before = shop.status()["waiting"]
    answer = customer.post(ORDERS, json=ahmed)
    order = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{ORDERS}/{order['id']}")
    assert (order["customerName"], order["totalPrice"], order["phone"]) == ("Ahmed", 329000, "+213555123456")
    assert shop.status() == {"broker": False, "waiting": before + 1}


def test_a_customer_may_ask_again_under_a_key(shop: OrderSystem, ahmed: dict[str, object]) -> None:
    """Through the whole web server: one order for one key, and a clear no for another wish under it."""
    client = ShopClient(shop.url)
    before = shop.status()["waiting"]
    first = client.place(ahmed, key="test-web-1")
    assert client.place(ahmed, key="test-web-1") == first
    with pytest.raises(LabsError, match="422: This Idempotency-Key was used for another order"):
        client.place(ahmed | {"quantity": 2}, key="test-web-1")
    assert shop.status()["waiting"] == before + 1
    client.close()


def test_the_admin_moves_an_order_and_strangers_do_not(
    shop: OrderSystem, customer: httpx.Client, admin: httpx.Client, ahmed: dict[str, object]
) -> None:
    """With cookies and token of a real sign-in; what the admin reads afterwards is what was written."""
    place = customer.post(ORDERS, json=ahmed).headers["location"]
    assert customer.patch(f"{place}/status", json={"status": "confirmed"}).status_code == 401
    token = {TOKEN_HEADER: admin.headers.pop(TOKEN_HEADER)}
    assert admin.patch(f"{place}/status", json={"status": "confirmed"}).status_code == 403
    assert admin.patch(f"{place}/status", json={"status": "confirmed"}, headers=token).status_code == 200
    assert admin.patch(f"{place}/status", json={"status": "delivered"}, headers=token).status_code == 409
    assert admin.get(place).json()["status"] == "confirmed"


def test_a_wrong_order_gets_422_and_a_sentence_for_each_field(
    customer: httpx.Client, ahmed: dict[str, object]
) -> None:
    """The page can put each sentence under its field."""
    answer = customer.post(ORDERS, json=ahmed | {"phone": "12", "totalPrice": -1})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"phone", "totalPrice"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 15_000, "application/json", 400),
        (b'{"totalPrice": 1' + b"0" * 9_000 + b"}", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b" " * 20_000, "application/json", 413),
    ],
    ids=["half", "not-utf8", "brackets", "digits", "list", "text", "no-type", "large"],
)
def test_nonsense_is_refused_with_a_sentence(
    customer: httpx.Client, body: bytes, kind: str, status: int
) -> None:
    """Nothing that a stranger sends may end in a 500."""
    answer = customer.post(ORDERS, content=body, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == status
    assert answer.json()["message"].endswith(".")


def test_a_body_without_a_length_is_counted_as_it_comes(customer: httpx.Client) -> None:
    """A chunked body has no Content-Length to check, and is cut at the same limit."""
    pieces = (b" " * 1000 for _ in range(100))
    answer = customer.post(ORDERS, content=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("path", [f"{ORDERS}/42", "/api/notifications", "/api/notifications/stream"])
def test_what_belongs_to_the_admin_needs_a_login(customer: httpx.Client, path: str) -> None:
    """Customers' names and telephones are not for everybody."""
    answer = customer.get(path)
    assert (answer.status_code, answer.json()) == (401, {"message": "Please sign in first."})


def test_the_dashboard_shows_strangers_where_to_sign_in(customer: httpx.Client) -> None:
    """A person gets a page, not an error."""
    assert customer.get("/admin").headers["location"] == "/admin/sign-in"
    assert "password" in customer.get("/admin/sign-in").text


def test_a_wrong_password_does_not_open(shop: OrderSystem, customer: httpx.Client) -> None:
    """401, a sentence, and still no entry."""
    with pytest.raises(LabsError, match="not the password"):
        ShopClient(shop.url).sign_in("guess")
    assert customer.get("/api/session").json()["signedIn"] is False


def test_signing_in_needs_a_token_of_our_own_page(shop: OrderSystem, customer: httpx.Client) -> None:
    """Another site can make a browser send a request, but it cannot know the token."""
    for headers in ({}, {TOKEN_HEADER: "invented"}):
        answer = customer.post("/api/session", json={"password": PASSWORD}, headers=headers)
        assert answer.status_code == 403
    stranger = ShopClient(shop.url)
    token_of_another = stranger.http.get("/api/session").json()["csrf"]
    customer.get("/api/session")
    answer = customer.post(
        "/api/session", json={"password": PASSWORD}, headers={TOKEN_HEADER: token_of_another}
    )
    assert answer.status_code == 403
    stranger.close()


def test_the_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(shop: OrderSystem) -> None:
    """HttpOnly and SameSite on each of them."""
    client = ShopClient(shop.url)
    token = client.http.get("/api/session").json()["csrf"]
    answer = client.http.post("/api/session", json={"password": PASSWORD}, headers={TOKEN_HEADER: token})
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    client.close()


def test_signing_out_closes_the_door(admin: httpx.Client) -> None:
    """The same browser is a stranger again, and only with the page's token."""
    token = admin.headers.pop(TOKEN_HEADER)
    assert admin.delete("/api/session").status_code == 403
    assert admin.delete("/api/session", headers={TOKEN_HEADER: token}).status_code == 204
    assert admin.get("/api/notifications").status_code == 401


def test_a_session_ends_by_itself_and_cannot_be_forged(tmp_path: Path) -> None:
    """After its hours the cookie is worth nothing, and a changed one never was."""
    clock = Hands(now=system_clock())
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, clock=clock) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        assert client.http.get("/api/notifications").status_code == 200
        clock.forward(shop.settings.session_s + 1)
        assert client.http.get("/api/notifications").status_code == 401
        name = next(name for name in client.http.cookies if name.startswith("session"))
        forged = client.http.cookies[name].replace(".", ".9", 1)
        client.http.cookies.set(name, forged, domain="127.0.0.1", path="/")
        assert client.http.get("/api/notifications").status_code == 401
        client.close()


def test_the_first_password_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    """The file is for its owner only and does not hold the password; the next start knows it still."""
    first = OrderSystem(NOWHERE, vhost="/", home=tmp_path)
    first.stop()
    password, file = first.new_password, tmp_path / "admin.json"
    assert password is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert password not in file.read_text()
    assert json.loads(file.read_text())["password_hash"].startswith("$argon2id$")
    second = OrderSystem(NOWHERE, vhost="/", home=tmp_path)
    second.stop()
    assert second.new_password is None
    account = Account.load(file)
    assert account is not None
    assert account.accepts(password)
    assert not account.accepts(password + "x")


def test_the_admin_can_read_what_a_customer_typed_exactly(
    admin: httpx.Client, ahmed: dict[str, object]
) -> None:
    """A hostile name is stored and returned as it came, as text in JSON: nothing is stripped."""
    name = '<script>alert("1")</script> أحمد \u202e 🛒'
    location = admin.post(ORDERS, json=ahmed | {"customerName": name}).headers["location"]
    answer = admin.get(location)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["customerName"] == name


def test_an_order_that_is_not_there_is_a_404(admin: httpx.Client) -> None:
    """Whatever stands in the number's place."""
    for number in ("1", "-1", "x", "9" * 40, "１"):
        assert admin.get(f"{ORDERS}/{number}").status_code == 404


def test_the_list_counts_what_is_unread(shop: OrderSystem, admin: httpx.Client) -> None:
    """The badge of a dashboard that was closed for a while."""
    for number in (1, 2, 3):
        tell(shop, number)
    answer = admin.get("/api/notifications", params={"read": 1, "limit": 2}).json()
    assert [item["orderId"] for item in answer["items"]] == [3, 2]
    assert (answer["latestId"], answer["unread"]) == (3, 2)  # nobody else in this file tells notifications
    assert admin.get("/api/notifications", params={"read": "-1"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/shop/1/checkout", "/admin/sign-in", "/static/checkout.js", "/api/wilayas", "/nowhere", "/admin"],
)
def test_every_response_forbids_foreign_and_inline_code(customer: httpx.Client, path: str) -> None:
    """The policy is on pages, files, answers, redirects and errors alike."""
    policy = customer.get(path).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_pages_need_nothing_that_the_policy_forbids(customer: httpx.Client) -> None:
    """No inline script, style or handler, and no address outside the shop."""
    for path in ("/shop/1/checkout", "/admin/sign-in"):
        page = customer.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert " on" not in page.replace(" only", "").replace(" online", "").split("<body>")[0]
        assert "http://" not in page
        assert "https://" not in page
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
        assert len(scripts) == page.count("<script") > 0
        assert all(' src="/static/' in attributes and not inside for attributes, inside in scripts)


def test_no_script_writes_markup() -> None:
    """The first lock: what people typed is only ever set as text."""
    static = Path(__file__).parents[2] / "labs" / "orders" / "web" / "static"
    scripts = sorted(static.glob("*.js"))
    assert scripts
    for script in scripts:
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert forbidden not in script.read_text(encoding="utf-8"), f"{script.name} uses {forbidden}"


def test_the_settings_limit_how_fast_one_address_may_order(tmp_path: Path, ahmed: dict[str, object]) -> None:
    """Two at once and then one every hundred seconds; pretending to be somebody else does not help."""
    settings = OrderSettings(rate_per_s=0.01, rate_burst=2)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        client = ShopClient(shop.url)
        answers = [
            client.http.post(ORDERS, json=ahmed, headers={"X-Forwarded-For": f"192.0.2.{number}"})
            for number in range(4)
        ]
        client.close()
    assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 100
