"""`/api/webhooks` and `/api/mails`: the admin's doors, and what strangers and hostile forms get there."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from labs.orders.channels.address_guard import AddressGuard
from labs.orders.channels.webhooks import Webhooks
from labs.orders.domain.clock import system_clock
from labs.orders.stand_ins.mail import read_mail
from labs.orders.stand_ins.receiver import Receiver
from labs.orders.stand_ins.server import HttpServer
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.webhooks import Registrations
from labs.orders.web.account import Account
from labs.orders.web.guard import TOKEN_HEADER, Guard
from labs.orders.web.mail_routes import mail_routes
from labs.orders.web.refusal import Refusal, answer_refusal
from labs.orders.web.session_routes import session_routes
from labs.orders.web.webhook_routes import MAX_REGISTRATIONS, webhook_routes
from tests.orders.conftest import Store

PASSWORD = "open-sesame"


@pytest.fixture(scope="module")
def account() -> Account:
    return Account.create(PASSWORD)


@pytest.fixture
def registrations(store: Store) -> Registrations:
    return Registrations(store.database, clock=system_clock, new_id=store.new_id)


@pytest.fixture
def house(store: Store, registrations: Registrations, account: Account) -> Iterator[HttpServer]:
    """The routes on a real server, with a sign-in beside them."""
    guard = Guard(account, clock=system_clock, session_s=60)
    addresses = AddressGuard(allow_private=True)
    notes = Deliveries(store.database, clock=system_clock)
    webhooks = Webhooks(notes, registrations=registrations, guard=addresses, timeout_s=1.0)
    raw = b"Subject: Hello\r\nMessage-ID: <k@shop.dz>\r\n\r\n<b>not markup</b>\r\n"
    mails = [read_mail(raw, number=n, sender="shop@shop.dz", recipients=["a@b.dz"]) for n in (1, 2)]
    app = FastAPI()
    app.add_exception_handler(Refusal, answer_refusal)
    app.include_router(session_routes(guard, body_limit=1000))
    app.include_router(
        webhook_routes(registrations, webhooks, addresses, guard, new_id=store.new_id, body_limit=4000)
    )
    app.include_router(mail_routes(guard, lambda: mails))
    server = HttpServer(app)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stranger(house: HttpServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, trust_env=False) as client:
        yield client


@pytest.fixture
def admin(house: HttpServer) -> Iterator[httpx.Client]:
    """Signed in, and sending the CSRF token with everything."""
    with httpx.Client(base_url=house.url, trust_env=False) as client:
        client.headers[TOKEN_HEADER] = client.get("/api/session").json()["csrf"]
        assert client.post("/api/session", json={"password": PASSWORD}).status_code == 204
        client.headers[TOKEN_HEADER] = client.get("/api/session").json()["csrf"]
        yield client


def test_the_secret_is_shown_once_and_opens_the_test_call(admin: httpx.Client) -> None:
    """Register, put the secret into the receiver, press "test": it arrives, signed, and says so."""
    receiver = Receiver()
    server = HttpServer(receiver.app)
    server.start()
    try:
        answer = admin.post("/api/webhooks", json={"url": server.url, "keys": ["order.*"]})
        assert answer.status_code == 201
        added = answer.json()
        assert answer.headers["location"] == f"/api/webhooks/{added['id']}"
        (listed,) = admin.get("/api/webhooks").json()["items"]
        assert listed == {key: value for key, value in added.items() if key != "secret"}
        path = f"/api/webhooks/{added['id']}/test"
        said = admin.post(path).json()
        assert said == {"ok": False, "status": 401, "message": "The receiver said 401."}
        receiver.secret = added["secret"]
        assert admin.post(path).json() == {"ok": True, "status": 204, "message": "The receiver said 204."}
        assert [event["type"] for event in receiver.events] == ["webhook.test"]
        server.stop()
        said = admin.post(path).json()
        assert (said["ok"], said["status"]) == (False, None)
        assert said["message"].startswith("The receiver cannot be reached")
    finally:
        server.stop()


def test_a_removed_webhook_is_gone(admin: httpx.Client) -> None:
    """204, and then 404 for everything that names it."""
    added = admin.post("/api/webhooks", json={"url": "http://127.0.0.1:9/"}).json()
    assert added["keys"] == ["#"]
    assert admin.delete(f"/api/webhooks/{added['id']}").status_code == 204
    assert admin.get("/api/webhooks").json() == {"items": []}
    for answer in (
        admin.delete(f"/api/webhooks/{added['id']}"),
        admin.post(f"/api/webhooks/{added['id']}/test"),
    ):
        assert (answer.status_code, answer.json()) == (404, {"message": "There is no webhook with this id."})


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ([], "url", "Give the URL"),
        ({}, "url", "Give the URL"),
        ({"url": 7}, "url", "Give the URL"),
        ({"url": "ftp://127.0.0.1/"}, "url", "http"),
        ({"url": "http://169.254.169.254/latest"}, "url", "private network"),
        ({"url": "http://no-such-name.invalid/"}, "url", "cannot be found"),
        ({"url": "http://127.0.0.1/\u0000"}, "url", "printable"),
        ({"url": "http://127.0.0.1/", "keys": []}, "keys", "1 to 20"),
        ({"url": "http://127.0.0.1/", "keys": "#"}, "keys", "list"),
        ({"url": "http://127.0.0.1/", "keys": ["#"] * 21}, "keys", "1 to 20"),
        ({"url": "http://127.0.0.1/", "keys": [7]}, "keys", "text"),
        ({"url": "http://127.0.0.1/", "keys": [""]}, "keys", "text"),
        ({"url": "http://127.0.0.1/", "keys": ["\u0000"]}, "keys", "text"),
        ({"url": "http://127.0.0.1/", "keys": ["x" * 65]}, "keys", "64"),
    ],
)
def test_a_wrong_form_gets_a_sentence_for_its_field(
    body: object, field: str, words: str, admin: httpx.Client
) -> None:
    """422 in the one shape in which the API says no."""
    answer = admin.post("/api/webhooks", json=body)
    assert answer.status_code == 422
    assert answer.json()["message"] == answer.json()["fields"][field]
    assert words in answer.json()["message"]
    assert admin.get("/api/webhooks").json() == {"items": []}


def test_strangers_and_other_sites_change_nothing(stranger: httpx.Client, admin: httpx.Client) -> None:
    """401 without a session; 403 with one, but without our page's token."""
    calls = (("GET", ""), ("POST", ""), ("DELETE", "/x"), ("POST", "/x/test"))
    for method, path in calls:
        assert stranger.request(method, f"/api/webhooks{path}", json={}).status_code == 401
    del admin.headers[TOKEN_HEADER]
    for method, path in calls[1:]:
        assert admin.request(method, f"/api/webhooks{path}", json={}).status_code == 403
    assert stranger.get("/api/mails").status_code == 401


@pytest.mark.parametrize("name", ["%00", "..%2f..", "x" * 5000, "%F0%9F%8E%A7", "' OR 1=1 --"])
def test_no_id_can_be_spelt_that_breaks_the_look_up(name: str, admin: httpx.Client) -> None:
    """404, whatever stands there."""
    assert admin.delete(f"/api/webhooks/{name}").status_code == 404
    assert admin.post(f"/api/webhooks/{name}/test").status_code == 404


def test_there_is_an_end_to_registering(admin: httpx.Client, registrations: Registrations) -> None:
    """Each event is sent to each of them, so their number is bounded."""
    for _ in range(MAX_REGISTRATIONS):
        registrations.add("http://127.0.0.1:9/", ["order.*"])
    answer = admin.post("/api/webhooks", json={"url": "http://127.0.0.1:9/"})
    assert answer.status_code == 409
    assert "Remove one first" in answer.json()["message"]


def test_the_admin_reads_the_mailbox_newest_first_and_as_text(admin: httpx.Client) -> None:
    """No HTML of a mail is ever given to a page."""
    said = admin.get("/api/mails").json()
    assert said["kept"] is True
    assert [mail["id"] for mail in said["items"]] == [2, 1]
    assert said["items"][0] == {
        "id": 2, "from": "shop@shop.dz", "to": ["a@b.dz"], "subject": "Hello", "messageId": "<k@shop.dz>",
        "text": "<b>not markup</b>\n",
    }  # fmt: skip
