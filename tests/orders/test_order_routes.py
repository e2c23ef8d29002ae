"""The write side of the API: what a customer and the admin may do, and every way in which it is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.orders.domain.status_change import REASON, read_status_change
from labs.orders.domain.validation import InvalidOrder
from labs.orders.store import sagas
from labs.orders.store.group_commit import Busy
from labs.orders.store.intake import Intake
from labs.orders.store.journal import read_all
from labs.orders.web.account import Account
from labs.orders.web.guard import TOKEN_HEADER, Guard
from labs.orders.web.idempotency import KEY_HEADER, REPLAYED_HEADER
from labs.orders.web.order_routes import PATH, order_routes
from labs.orders.web.rate_limit import RateLimit
from labs.orders.web.refusal import Refusal, answer_refusal
from labs.orders.web.session_routes import session_routes
from tests.orders.conftest import AHMED, PASSWORD, Store

ACCOUNT = Account.create(PASSWORD)


def run(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """An async test, in an event loop of its own."""

    @wraps(test)
    def plain(*arguments: Any, **named: Any) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(30):
                await test(*arguments, **named)

        asyncio.run(bounded())

    return plain


@asynccontextmanager
async def api(store: Store, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The routes without a network, on the store of the test."""
    guard = Guard(ACCOUNT, clock=store.clock, session_s=3600)
    app = FastAPI()
    app.add_exception_handler(Refusal, answer_refusal)
    app.include_router(order_routes(store.intake, guard, body_limit=16_384, **more))
    app.include_router(session_routes(guard, body_limit=1024))
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


async def sign_in(client: httpx.AsyncClient) -> None:
    """Become the admin, on a page of the shop's own."""
    token = (await client.get("/api/session")).json()["csrf"]
    headers = {TOKEN_HEADER: token}
    answer = await client.post("/api/session", json={"password": PASSWORD}, headers=headers)
    assert answer.status_code == 204
    client.headers[TOKEN_HEADER] = (await client.get("/api/session")).json()["csrf"]


# --- POST ------------------------------------------------------------------------------------------------------


@run
async def test_an_order_is_answered_after_its_commit_with_number_and_place(store: Store) -> None:
    """201, Location, the order as it is stored, and its event beside it."""
    async with api(store) as client:
        answer = await client.post(PATH, json=AHMED | {"email": "ahmed@example.com", "urgent": True})
    order = answer.json()
    assert (answer.status_code, answer.headers["location"], order["id"]) == (201, f"{PATH}/42", 42)
    assert (order["email"], order["urgent"], order["status"]) == ("ahmed@example.com", True, "pending")
    assert REPLAYED_HEADER not in answer.headers
    found = store.intake.find(42)
    assert found is not None
    assert found.as_json() == order
    (event,) = store.outbox.claim(10).events
    assert (event.payload["email"], event.payload["urgent"]) == ("ahmed@example.com", True)


@run
async def test_a_rush_of_customers_is_taken_whole(store: Store) -> None:
    """A hundred at once: a hundred numbers without holes, and a place for each."""
    async with api(store) as client:
        answers = await asyncio.gather(*(client.post(PATH, json=AHMED) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["id"] for answer in answers) == list(range(42, 142))
    assert all(answer.headers["location"].endswith(f"/{answer.json()['id']}") for answer in answers)


@run
async def test_a_wrong_order_stores_nothing_and_names_each_field(store: Store) -> None:
    """All the sentences at once, each under its field."""
    async with api(store) as client:
        answer = await client.post(PATH, json=AHMED | {"email": "x", "urgent": 1, "quantity": 0})
    assert (answer.status_code, answer.json()["message"]) == (422, "Please correct the order.")
    assert set(answer.json()["fields"]) == {"email", "urgent", "quantity"}
    assert store.outbox.waiting() == 0


@pytest.mark.parametrize("error", [Busy("The shop is very busy."), TimeoutError()])
@run
async def test_a_shop_that_cannot_take_it_now_says_503(store: Store, error: Exception) -> None:
    """With a sentence, and for a full queue with the time to wait."""

    async def refuse(*_: object, **__: object) -> None:
        raise error

    store.intake.take_async = refuse  # type: ignore[method-assign,assignment]
    async with api(store) as client:
        answer = await client.post(PATH, json=AHMED)
    assert answer.status_code == 503
    assert answer.json()["message"].endswith(".")
    assert answer.headers.get("retry-after") == ("1" if isinstance(error, Busy) else None)


@run
async def test_a_closing_shop_refuses_and_does_not_hang(store: Store) -> None:
    """The end of the shop is an answer, too."""
    async with api(store) as client:
        assert (await client.post(PATH, json=AHMED)).status_code == 201
        assert store.intake.close()
        answer = await client.post(PATH, json=AHMED)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "closing" in answer.json()["message"]


# --- Idempotency-Key -------------------------------------------------------------------------------------------


@run
async def test_asking_again_under_the_same_key_gets_the_first_answer_again(store: Store) -> None:
    """Same status, body and place, and a header that says so; quoted as in the draft or not."""
    async with api(store) as client:
        first = await client.post(PATH, json=AHMED, headers={KEY_HEADER: "8e03978e-40d5"})
        again = await client.post(PATH, json=AHMED, headers={KEY_HEADER: '"8e03978e-40d5"'})
    assert (first.status_code, first.headers.get(REPLAYED_HEADER)) == (201, None)
    assert (again.status_code, again.headers.get(REPLAYED_HEADER)) == (201, "true")
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    assert store.outbox.waiting() == 1


@run
async def test_the_same_key_for_another_order_is_422(store: Store) -> None:
    """And says what to do about it."""
    async with api(store) as client:
        await client.post(PATH, json=AHMED, headers={KEY_HEADER: "k"})
        answer = await client.post(PATH, json=AHMED | {"quantity": 2}, headers={KEY_HEADER: "k"})
    assert (answer.status_code, "another order" in answer.json()["message"]) == (422, True)
    assert store.outbox.waiting() == 1


@run
async def test_an_impatient_browser_gets_one_order(store: Store) -> None:
    """Thirty times at once under one key: one order, thirty times the same answer."""
    async with api(store) as client:
        answers = await asyncio.gather(
            *(client.post(PATH, json=AHMED, headers={KEY_HEADER: "k"}) for _ in range(30))
        )
    assert {answer.content for answer in answers} == {answers[0].content}
    assert sum(REPLAYED_HEADER not in answer.headers for answer in answers) == 1
    assert store.outbox.waiting() == 1


@run
async def test_a_wrong_order_does_not_use_up_its_key(store: Store) -> None:
    """The corrected form may be sent under the same key: nothing was stored under it."""
    async with api(store) as client:
        wrong = await client.post(PATH, json=AHMED | {"phone": "12"}, headers={KEY_HEADER: "k"})
        right = await client.post(PATH, json=AHMED, headers={KEY_HEADER: "k"})
    assert (wrong.status_code, right.status_code) == (422, 201)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("k", 201), ("K" * 255, 201), ("a.b:c_d-e~1", 201), ('"k"', 201), ("é", 400), ("K" * 256, 400), ("", 400),
        ("a b", 400), ('""', 400), ('"k', 400), ("k\\", 400), ("ключ", 400), ("a,b", 201), ("\x7f", 400),
    ],
)  # fmt: skip
@run
async def test_a_key_is_short_and_plain(store: Store, key: str, status: int) -> None:
    """What could be written in two ways, or is too long to keep, is refused before anything is read."""
    async with api(store) as client:
        answer = await client.post(PATH, json=AHMED, headers=[(KEY_HEADER.encode(), key.encode())])
    assert answer.status_code == status
    assert store.outbox.waiting() == (status == 201)


@run
async def test_two_keys_are_no_key(store: Store) -> None:
    """Nobody can say which of them it would be."""
    async with api(store) as client:
        answer = await client.post(PATH, json=AHMED, headers=[(KEY_HEADER, "a"), (KEY_HEADER, "b")])
    assert answer.status_code == 400


# --- the rate limit ----------------------------------------------------------------------------------------------


@run
async def test_a_flood_is_told_when_to_come_back_and_then_may(store: Store) -> None:
    """Three at once are fine, the fourth waits; strangers cannot make the shop read their bodies for nothing."""
    now_s = 100.0
    limit = RateLimit(per_s=0.5, burst=3, now_s=lambda: now_s)
    async with api(store, rate_limit=limit) as client:
        answers = [await client.post(PATH, json=AHMED) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
        assert answers[3].headers["retry-after"] == "2"
        assert answers[3].json() == {"message": "That was too much at once. Please try again in 2 seconds."}
        assert (await client.post(PATH, content=b"no JSON")).status_code == 429
        now_s += 2
        assert (await client.post(PATH, json=AHMED)).status_code == 201
        assert (await client.get("/api/wilayas")).status_code == 200
    assert store.outbox.waiting() == 4


def test_each_address_has_a_bucket_of_its_own() -> None:
    """One who floods does not lock out the others; in IPv6 a whole network is one customer."""
    limit = RateLimit(per_s=1, burst=1, now_s=lambda: 0.0)
    assert limit.take("192.0.2.1") == 0
    assert limit.take("192.0.2.1") == 1
    assert limit.take("192.0.2.2") == 0
    assert limit.take("2001:db8::1") == 0
    assert limit.take("2001:db8::ffff:1") == 1
    assert limit.take("2001:db8:0:1::1") == 0
    assert limit.take("fe80::1%eth0") == 0


def test_a_million_addresses_do_not_fill_the_memory() -> None:
    """The bucket unused for longest is forgotten, and who is still flooding is not."""
    limit = RateLimit(per_s=1, burst=1, addresses=100, now_s=lambda: 0.0)
    limit.take("flood")
    for number in range(1000):
        limit.take(f"192.0.2.{number}")
        assert limit.take("flood") > 0
    assert len(limit) == 100


@given(
    per_s=st.floats(0.1, 50),
    burst=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
@settings(max_examples=100, deadline=None)
def test_no_rhythm_gets_more_than_burst_and_rate_allow(per_s: float, burst: int, pauses: list[float]) -> None:
    """However the requests come: in any time t at most burst + rate times t pass, and waiting as told is enough."""
    now_s = 0.0
    limit = RateLimit(per_s=per_s, burst=burst, now_s=lambda: now_s)
    passed = 0
    for pause in pauses:
        now_s += pause
        wait_s = limit.take("a")
        passed += wait_s == 0
        assert passed <= burst + per_s * now_s + 1e-6
        if wait_s:
            now_s += wait_s + 1e-6
            assert limit.take("a") == 0
            passed += 1


def test_zero_is_no_limit(store: Store) -> None:
    """For benchmarks, and behind a proxy that limits by itself."""
    limit = RateLimit(per_s=0, burst=1)

    async def many() -> None:
        async with api(store, rate_limit=limit) as client:
            for _ in range(5):
                assert (await client.post(PATH, json=AHMED)).status_code == 201

    asyncio.run(many())
    assert len(limit) == 0


# --- PATCH -------------------------------------------------------------------------------------------------------


@run
async def test_the_admin_moves_an_order_through_its_life(store: Store) -> None:
    """200 and the order as it is now; each move is an event."""
    number = store.place()
    async with api(store) as client:
        await sign_in(client)
        for status in ("confirmed", "shipped", "delivered"):
            answer = await client.patch(f"{PATH}/{number}/status", json={"status": status})
            assert (answer.status_code, answer.json()["status"]) == (200, status)
    with store.database.read() as connection:
        told = [event.payload["status"] for event in read_all(connection)]
    assert told == ["pending", "confirmed", "shipped", "delivered"]


@run
async def test_a_cancelled_order_keeps_its_reason(store: Store) -> None:
    """The customer will ask."""
    first, second = store.place(), store.place()
    async with api(store) as client:
        await sign_in(client)
        body = {"status": "cancelled", "reason": "  The customer\n called "}
        assert (await client.patch(f"{PATH}/{first}/status", json=body)).status_code == 200
        await client.patch(f"{PATH}/{second}/status", json={"status": "cancelled"})
    with store.database.read() as connection:
        reasons = [
            event.payload["reason"] for event in read_all(connection) if event.name == "order.cancelled"
        ]
    assert reasons == ["The customer called", REASON]


@run
async def test_an_order_that_is_not_paid_yet_is_409_for_the_carrier(store: Store) -> None:
    """One sentence, and the order stays confirmed, until its saga is complete."""
    number = store.place()
    paid_first = Intake(store.database, clock=store.clock, new_id=store.new_id, paid_first=True)
    async with api(replace(store, intake=paid_first)) as client:
        await sign_in(client)
        await client.patch(f"{PATH}/{number}/status", json={"status": "confirmed"})
        early = await client.patch(f"{PATH}/{number}/status", json={"status": "shipped"})
        with store.database.write() as connection:
            sagas.move(connection, number, seen=sagas.SagaRow(), state="completed", now=store.clock())
        paid = await client.patch(f"{PATH}/{number}/status", json={"status": "shipped"})
    assert (early.status_code, paid.status_code) == (409, 200)
    assert early.json() == {"message": "This order is not paid yet, and cannot be shipped before it is."}


@run
async def test_moves_that_cannot_be_are_409_and_change_nothing(store: Store) -> None:
    """An illegal move, and a decision about an order that is not like that any more."""
    number = store.place()
    async with api(store) as client:
        await sign_in(client)
        illegal = await client.patch(f"{PATH}/{number}/status", json={"status": "delivered"})
        await client.patch(f"{PATH}/{number}/status", json={"status": "confirmed", "version": 1})
        overtaken = await client.patch(f"{PATH}/{number}/status", json={"status": "cancelled", "version": 1})
    assert (illegal.status_code, overtaken.status_code) == (409, 409)
    assert "is pending and cannot become delivered" in illegal.json()["message"]
    assert "Somebody else changed this order" in overtaken.json()["message"]
    found = store.intake.find(number)
    assert found is not None
    assert found.status == "confirmed"


@run
async def test_of_two_admins_at_once_one_is_told_409(store: Store) -> None:
    """Both saw version 1; one order, one status."""
    number = store.place()
    async with api(store) as client:
        await sign_in(client)
        answers = await asyncio.gather(
            *(
                client.patch(f"{PATH}/{number}/status", json={"status": status, "version": 1})
                for status in ("confirmed", "cancelled")
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (won,) = (answer.json()["status"] for answer in answers if answer.status_code == 200)
    found = store.intake.find(number)
    assert found is not None
    assert (found.status, found.version) == (won, 2)


@pytest.mark.parametrize("number", ["0", "7", "-1", "x", "9" * 18, "9" * 40, "%00", "１"])
@run
async def test_an_order_that_is_not_there_cannot_be_moved(store: Store, number: str) -> None:
    """404, whatever stands in the number's place."""
    async with api(store) as client:
        await sign_in(client)
        answer = await client.patch(f"{PATH}/{number}/status", json={"status": "confirmed"})
    assert (answer.status_code, answer.json()) == (404, {"message": "There is no order with this number."})


@run
async def test_only_the_admin_on_our_own_page_moves_orders(store: Store) -> None:
    """401 for strangers, 403 for a page of somebody else that uses the admin's cookies."""
    number = store.place()
    async with api(store) as client:
        stranger = await client.patch(f"{PATH}/{number}/status", json={"status": "confirmed"})
        await sign_in(client)
        client.headers[TOKEN_HEADER] = "invented"
        foreign = await client.patch(f"{PATH}/{number}/status", json={"status": "confirmed"})
    assert (stranger.status_code, foreign.status_code) == (401, 403)
    found = store.intake.find(number)
    assert found is not None
    assert found.status == "pending"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ([], {"status"}), ({}, {"status"}), ({"status": "lost"}, {"status"}), ({"status": ["confirmed"]}, {"status"}),
        ({"status": "confirmed", "version": 0}, {"version"}), ({"status": "confirmed", "version": True}, {"version"}),
        ({"status": "confirmed", "version": "1"}, {"version"}), ({"status": "cancelled", "reason": 5}, {"reason"}),
        ({"status": "cancelled", "reason": "x" * 501}, {"reason"}), ({"reason": "\x00"}, {"status", "reason"}),
        ({"status": "cancelled", "reason": "\ud83d"}, {"reason"}),
    ],
)  # fmt: skip
@run
async def test_a_change_that_makes_no_sense_is_422(store: Store, body: object, fields: set[str]) -> None:
    """One sentence for each field, and nothing is changed."""
    number = store.place()
    async with api(store) as client:
        await sign_in(client)
        answer = await client.patch(
            f"{PATH}/{number}/status", content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, set(answer.json()["fields"])) == (422, fields)
    assert all(sentence.endswith(".") for sentence in answer.json()["fields"].values())


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.none())


@given(data=st.dictionaries(st.sampled_from(["status", "reason", "version"]), JSON) | JSON)
@settings(max_examples=80, deadline=None)
def test_whatever_the_change_says_it_is_understood_or_refused_with_sentences(data: object) -> None:
    """No other exception can come of it."""
    try:
        change = read_status_change(data)
    except InvalidOrder as error:
        problems = error.problems
    else:
        problems = {"status": f"{change.status}."}
    assert set(problems) <= {"status", "reason", "version"}
    assert all(sentence.endswith(".") for sentence in problems.values())
