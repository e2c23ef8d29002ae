"""What the admin may read, what everybody else may not, and which sentence says what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from labs.orders.domain.validation import read_order
from labs.orders.process.analytics import Analytics
from labs.orders.process.read_model import ReadModel
from labs.orders.store.timeline import Timeline
from labs.orders.store.trends import Trends
from labs.orders.store.views import OrderViews
from labs.orders.web.account import Account
from labs.orders.web.client import ShopClient
from labs.orders.web.guard import TOKEN_HEADER, Guard
from labs.orders.web.refusal import Refusal, answer_refusal
from labs.orders.web.server import WebServer
from labs.orders.web.session_routes import session_routes
from labs.orders.web.view_routes import view_routes
from tests.orders.conftest import AHMED, PASSWORD, Store

ORDERS = "/api/algeria-orders"


@pytest.fixture(scope="module")
def account() -> Account:
    """The admin's account: made once, for its hash is slow on purpose."""
    return Account.create(PASSWORD)


@pytest.fixture
def stranger(store: Store, account: Account) -> Iterator[httpx.Client]:
    """A client of the read side that nobody knows."""
    guard = Guard(account, clock=store.clock, session_s=3600)
    app = FastAPI(openapi_url="/api/openapi.json")
    app.add_exception_handler(Refusal, answer_refusal)
    app.include_router(session_routes(guard, body_limit=1024))
    views, timeline = OrderViews(store.database), Timeline(store.database)
    app.include_router(view_routes(views, timeline, Trends(store.database, clock=store.clock), guard))
    server = WebServer(app, port=0, stop_s=4)
    server.start()
    client = ShopClient(server.url)
    yield client.http
    client.close()
    server.stop(4)


@pytest.fixture
def reader(stranger: httpx.Client) -> httpx.Client:
    """The same client, signed in."""
    token = stranger.get("/api/session").json()["csrf"]
    answer = stranger.post("/api/session", json={"password": PASSWORD}, headers={TOKEN_HEADER: token})
    assert answer.status_code == 204
    return stranger


def project(store: Store) -> None:
    """Let both projections have what the outbox holds."""
    events = store.outbox.claim(1000).events
    with store.database.write() as connection:
        for event in events:
            ReadModel().apply(connection, event)
            Analytics().apply(connection, event)


def test_only_the_admin_reads(store: Store, stranger: httpx.Client) -> None:
    """There are telephone numbers in it; whether an order exists is nobody's business either."""
    store.place()
    for path in (ORDERS, f"{ORDERS}/42", f"{ORDERS}/42/timeline", f"{ORDERS}/1", "/api/trends?hours=x"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.json()) == (401, {"message": "Please sign in first."})


def test_the_list_is_filtered_searched_and_paged(store: Store, reader: httpx.Client) -> None:
    """Every filter of the query reaches the store, and `next` leads to the next page."""
    for number in range(5):
        store.place(wilaya="Oran" if number % 2 else "16", customerName=f"Customer {number}")
    project(store)

    def numbers(**query: object) -> list[int]:
        answer = reader.get(ORDERS, params=query)  # type: ignore[arg-type]
        assert answer.status_code == 200
        return [item["id"] for item in answer.json()["items"]]

    assert numbers() == [46, 45, 44, 43, 42]
    assert numbers(wilaya="31") == numbers(wilaya="oran") == [45, 43]
    assert numbers(status="pending", q="customer 3") == [45]
    assert numbers(status="shipped") == []
    assert numbers(status="", q="", wilaya="", before="", limit="") == [46, 45, 44, 43, 42]
    page = reader.get(ORDERS, params={"limit": 2}).json()
    assert (page["next"], page["total"]) == (45, 5)
    assert numbers(before=page["next"], limit=2) == [44, 43]


#: A filter that makes no sense, and what its sentence says.
WRONG: tuple[tuple[str, str, str], ...] = (
    ("status", "lost", "pending, confirmed, shipped, delivered, cancelled"),
    ("wilaya", "Paris", "58 wilayas"),
    ("wilaya", "1" * 5000, "58 wilayas"),
    ("before", "-1", "whole number"),
    ("before", "9" * 30, "whole number"),
    ("limit", "0", "from 1 to 200"),
    ("limit", "201", "from 1 to 200"),
    ("limit", "ten", "from 1 to 200"),
    ("q", "a" * 121, "120 characters"),
    ("q", "a\0b", "control characters"),
)


def test_a_wrong_filter_is_422_with_a_sentence(reader: httpx.Client) -> None:
    """The field's own, so that a page can put it where it belongs."""
    for field, given, sentence in WRONG:
        answer = reader.get(ORDERS, params={field: given})
        assert answer.status_code == 422, (field, given)
        assert answer.json()["message"] == "Please correct the filters."
        assert sentence in answer.json()["fields"][field]


def test_all_wrong_filters_are_told_at_once(reader: httpx.Client) -> None:
    """Nobody wants to mend them one by one."""
    answer = reader.get(ORDERS, params={"status": "lost", "limit": "0"})
    assert set(answer.json()["fields"]) == {"status", "limit"}


def test_an_order_can_be_read_as_soon_as_it_is_stored(store: Store, reader: httpx.Client) -> None:
    """The `Location` of a 201 is not a 404 while the broker is away; and it says how it knows."""
    number = store.place()
    assert reader.get(ORDERS).json()["items"] == []
    before = reader.get(f"{ORDERS}/{number}").json()
    assert (before["customerName"], before["saga"], before["projected"]) == ("Ahmed", "started", False)
    project(store)
    assert reader.get(f"{ORDERS}/{number}").json() == before | {"projected": True}


def test_an_order_that_is_not_there_is_404(reader: httpx.Client) -> None:
    """Whatever stands in the number's place."""
    for path in [
        f"{ORDERS}/{number}{more}"
        for number in ("1", "0", "-1", "x", "9" * 40, "１")
        for more in ("", "/timeline")
    ]:
        answer = reader.get(path)
        assert (answer.status_code, answer.json()) == (
            404,
            {"message": "There is no order with this number."},
        )


def test_a_timeline_is_there_from_the_first_moment(store: Store, reader: httpx.Client) -> None:
    """It needs no projection: it reads what the hops wrote down."""
    number = store.place()
    (item,) = reader.get(f"{ORDERS}/{number}/timeline").json()["items"]
    assert (item["hop"], item["who"], item["at"]) == ("stored", "shop", "2025-11-16T10:30:00.000Z")


def test_trends_are_for_a_day_unless_told(store: Store, reader: httpx.Client) -> None:
    """From one hour to a month; anything else gets a sentence."""
    store.place()
    project(store)
    day = reader.get("/api/trends").json()
    assert (len(day["hours"]), day["wilayas"]) == (24, [{"wilaya": "Algiers", "orders": 1, "total": 329000}])
    assert len(reader.get("/api/trends?hours=744").json()["hours"]) == 744
    for wrong in ("0", "745", "day", "-1"):
        answer = reader.get("/api/trends", params={"hours": wrong})
        assert (answer.status_code, list(answer.json()["fields"])) == (422, ["hours"])


def test_what_a_customer_typed_comes_back_as_text_in_json(store: Store, reader: httpx.Client) -> None:
    """Hostile names are data here; the type of the answer says that it is no page."""
    name = '<script>alert("1")</script> أحمد \u202e 🛒'
    store.intake.place(replace(read_order(AHMED), customer_name=name))
    project(store)
    answer = reader.get(ORDERS, params={"q": "\u202e"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["items"][0]["customerName"] == name


def test_the_filters_stand_in_the_openapi_document(reader: httpx.Client) -> None:
    """Who reads the document learns what may be asked."""
    paths: dict[str, Any] = reader.get("/api/openapi.json").json()["paths"]
    asked = {parameter["name"] for parameter in paths[ORDERS]["get"]["parameters"]}
    assert asked == {"status", "wilaya", "q", "before", "limit"}
