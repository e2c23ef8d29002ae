"""SMS for urgent orders: Twilio's shapes on a real server, on good days and on bad ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from labs.orders.channels.sms import Sms, SmsAccount
from labs.orders.stand_ins.server import HttpServer
from labs.orders.stand_ins.sms import SmsService
from labs.orders.store.deliveries import Deliveries
from labs.outcome import Ack, Dead, Retry
from tests.orders.channel_events import event_about, hand, nobodys_port
from tests.orders.conftest import Store

SID, TOKEN, SHOP, ON_CALL = "AC0123", "secret", "+15005550006", "+213550000042"


@pytest.fixture
def service() -> SmsService:
    return SmsService(sid=SID, token=TOKEN)


@pytest.fixture
def server(service: SmsService) -> Iterator[HttpServer]:
    server = HttpServer(service.app)
    server.start()
    yield server
    assert server.stop()


@pytest.fixture
def notes(store: Store) -> Deliveries:
    return Deliveries(store.database, clock=store.clock)


@pytest.fixture
def sms(notes: Deliveries, server: HttpServer) -> Sms:
    return channel(notes, server.url)


def channel(notes: Deliveries, url: str, **changes: object) -> Sms:
    """The channel, with the service at this URL."""
    account = SmsAccount(url=url, sid=SID, token=str(changes.pop("token", TOKEN)))
    settings = {"sender": SHOP, "to": ON_CALL, "timeout_s": 5.0} | changes
    return Sms(notes, account=account, **settings)  # type: ignore[arg-type]


def test_an_urgent_order_wakes_the_one_on_call_once(
    sms: Sms, store: Store, service: SmsService, notes: Deliveries
) -> None:
    """The SMS says what to do about whom; the second delivery sends nothing; the note has Twilio's own name."""
    assert hand(sms, event_about(store)) == Ack()
    assert hand(sms, event_about(store)) == Ack()
    (sent,) = service.sent
    assert (sent["to"], sent["from"]) == (ON_CALL, SHOP)
    assert sent["body"] == "Urgent order 42: iPhone 15 Pro, 329 000 DZD. Ahmed, Algiers, +213555123456"
    (note,) = notes.about(42)
    assert (note.state, note.reference) == ("sent", sent["sid"])


def test_nobody_is_woken_for_less(sms: Sms, store: Store, service: SmsService, notes: Deliveries) -> None:
    """Not urgent, a change of status, `urgent` that is no truth value; and a shop where nobody is on call."""
    for event in (
        event_about(store, urgent=False),
        event_about(store, urgent="yes"),
        event_about(store, "order.status_updated"),
    ):
        assert hand(sms, event) == Ack()
    assert hand(channel(notes, "http://127.0.0.1:1", to=None), event_about(store)) == Ack()
    assert service.sent == []


def test_the_number_in_the_order_is_never_written_to(sms: Sms, store: Store, service: SmsService) -> None:
    """The checkout is public: else anybody could send SMS to anybody, and the shop would pay."""
    hand(sms, event_about(store, phone="+213555999999"))
    assert [sent["to"] for sent in service.sent] == [ON_CALL]


def test_a_number_that_does_not_exist_is_never_tried_again(
    notes: Deliveries, server: HttpServer, store: Store
) -> None:
    """Twilio's 21211, with its words."""
    outcome = hand(channel(notes, server.url, to="+15005550001"), event_about(store))
    assert outcome == Dead(
        reason="The SMS service said 400: The 'To' number +15005550001 is not a valid phone number. (21211)"
    )
    assert [note.state for note in notes.about(42)] == ["failed"]


def test_a_busy_service_is_asked_again_when_it_said(
    sms: Sms, store: Store, service: SmsService, notes: Deliveries
) -> None:
    """429 with Retry-After: the ladder's step is at least as long."""
    service.manners.busy, service.manners.pause_s = 1, 30
    outcome = hand(sms, event_about(store))
    assert outcome == Retry(reason="The SMS service said 429: Too Many Requests (20429)", after_ms=30_000)
    assert hand(sms, event_about(store)) == Ack()
    assert [(note.state, note.attempts) for note in notes.about(42)] == [("sent", 2)]


def test_a_broken_service_is_asked_again(sms: Sms, store: Store, service: SmsService) -> None:
    """Two times 503, then it works: one SMS."""
    service.manners.fail = 2
    outcomes = [hand(sms, event_about(store)) for _ in range(3)]
    assert [type(outcome) for outcome in outcomes] == [Retry, Retry, Ack]
    assert len(service.sent) == 1


def test_a_slow_or_absent_service_costs_no_more_than_the_time_out(
    notes: Deliveries, server: HttpServer, service: SmsService, store: Store
) -> None:
    """An answer that comes too late, and no server at all."""
    service.manners.late_s = 1.5
    began = time.monotonic()
    slow = hand(channel(notes, server.url, timeout_s=0.2), event_about(store))
    assert slow == Retry(reason="The SMS service did not answer within 0.2 s.")
    assert time.monotonic() - began < 1.4
    absent = hand(channel(notes, f"http://127.0.0.1:{nobodys_port()}"), event_about(store))
    assert isinstance(absent, Retry)
    assert absent.reason.startswith("The SMS service cannot be reached")


def test_a_lost_answer_sends_a_second_sms_and_both_name_the_order(
    sms: Sms, store: Store, service: SmsService
) -> None:
    """The honest limit: the service had it, the line broke, and Twilio knows no idempotency key."""
    service.manners.drop = 1
    assert isinstance(hand(sms, event_about(store)), Retry)
    assert hand(sms, event_about(store)) == Ack()
    assert [sent["body"].startswith("Urgent order 42:") for sent in service.sent] == [True, True]


def test_a_wrong_password_of_ours_ends_no_sms(notes: Deliveries, server: HttpServer, store: Store) -> None:
    """401 is for the operator; the event waits on the ladder, and then in the parking lot."""
    outcome = hand(channel(notes, server.url, token="wrong"), event_about(store))
    assert outcome == Retry(reason="The SMS service said 401: Authenticate (20003)")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (httpx.Response(200, text="<html>a proxy</html>"), Ack),
        (httpx.Response(502, text="<html>a proxy</html>"), Retry),
        (httpx.Response(302, headers={"location": "http://127.0.0.1:1/"}), Retry),
        (httpx.Response(400, json=["not", "an", "object"]), Dead),
    ],
)
def test_answers_of_no_known_shape_are_understood_by_their_status(
    said: httpx.Response, outcome: type, notes: Deliveries, store: Store
) -> None:
    """Whatever stands between us and the service may answer in its place."""

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": said.status_code, "headers": said.headers.raw})
        await send({"type": "http.response.body", "body": said.content})

    server = HttpServer(app)
    server.start()
    try:
        assert type(hand(channel(notes, server.url), event_about(store))) is outcome
    finally:
        server.stop()


def test_a_hundred_urgent_orders_are_sent_side_by_side(sms: Sms, store: Store, service: SmsService) -> None:
    """The service takes 0.2 s for each; one after the other that would be 20 s."""
    service.manners.late_s = 0.2

    async def rush() -> None:
        await asyncio.gather(
            *(sms.send(event_about(store, id_=f"e-{n}"), ON_CALL, key=f"k-{n}") for n in range(100))
        )

    began = time.monotonic()
    asyncio.run(rush())
    assert time.monotonic() - began < 10
    assert len(service.sent) == 100


def test_the_secret_is_not_shown() -> None:
    """An account may be printed."""
    assert TOKEN not in repr(SmsAccount(url="http://h", sid=SID, token=TOKEN))
