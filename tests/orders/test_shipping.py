"""Shipping: one parcel for each shipped order, its event in the same transaction, whatever the carrier does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from labs.orders.channels.shipping import Shipping
from labs.orders.domain.event import OrderEvent
from labs.orders.stand_ins.carrier import CarrierService
from labs.orders.stand_ins.server import HttpServer
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.journal import read_all
from labs.outcome import Ack, Dead, Outcome, Retry
from tests.orders.channel_events import event_about, hand, nobodys_port
from tests.orders.conftest import Store

TOKEN, CARRIER = "secret", "Sirocco Express"


@pytest.fixture
def service() -> CarrierService:
    return CarrierService(token=TOKEN)


@pytest.fixture
def server(service: CarrierService) -> Iterator[HttpServer]:
    server = HttpServer(service.app)
    server.start()
    yield server
    assert server.stop()


@pytest.fixture
def calls() -> list[str]:
    """One entry for each time the relay was woken."""
    return []


@pytest.fixture
def notes(store: Store, calls: list[str]) -> Deliveries:
    return Deliveries(store.database, clock=store.clock, committed=lambda: calls.append("wake"))


@pytest.fixture
def shipping(notes: Deliveries, server: HttpServer) -> Shipping:
    return Shipping(notes, carrier=CARRIER, url=server.url, token=TOKEN, timeout_s=5.0)


def ship(channel: Shipping, store: Store) -> Outcome:
    """Order 42 has become `shipped`."""
    return hand(channel, event_about(store, "order.status_updated", status="shipped"))


def events(store: Store) -> list[OrderEvent]:
    """What stands in the journal."""
    with store.database.read() as connection:
        return list(read_all(connection))


def test_a_shipped_order_is_booked_once_and_announced_once(
    shipping: Shipping, store: Store, service: CarrierService, notes: Deliveries, calls: list[str]
) -> None:
    """Twice delivered: one parcel, one note, one event that names its cause, and one call for the relay."""
    assert ship(shipping, store) == Ack()
    assert ship(shipping, store) == Ack()
    (parcel,) = service.parcels
    (event,) = events(store)
    assert parcel["reference"] == "order-42"
    assert (event.name, event.order_id, event.cause) == ("shipping.booked", 42, "e-1")
    assert event.payload == {
        "orderId": 42,
        "tracking": parcel["tracking"],
        "carrier": CARRIER,
        "message": f"Order 42 travels with Sirocco Express as {parcel['tracking']}",
    }
    (note,) = notes.about(42)
    assert (note.state, note.reference) == ("sent", parcel["tracking"])
    assert calls == ["wake"]


@pytest.mark.parametrize("status", ["pending", "confirmed", "delivered", "cancelled", 7, None])
def test_only_what_is_shipped_is_fetched(
    status: object, shipping: Shipping, store: Store, service: CarrierService
) -> None:
    """Every other change of status passes by."""
    assert hand(shipping, event_about(store, "order.status_updated", status=status)) == Ack()
    assert hand(shipping, event_about(store, "order.created", status="shipped")) == Ack()
    assert (service.parcels, events(store)) == ([], [])


def test_a_lost_answer_costs_no_second_parcel(
    shipping: Shipping, store: Store, service: CarrierService
) -> None:
    """The carrier had booked it when the line broke; the same key brings the same parcel."""
    service.manners.drop = 1
    assert isinstance(ship(shipping, store), Retry)
    assert events(store) == []
    assert ship(shipping, store) == Ack()
    (parcel,), (event,) = service.parcels, events(store)
    assert event.payload["tracking"] == parcel["tracking"]


def test_a_crash_after_the_booking_costs_neither_parcel_nor_event(
    shipping: Shipping,
    store: Store,
    service: CarrierService,
    notes: Deliveries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The journal fails in the middle of the note's transaction: neither is there, and the repeat makes both."""

    def torn(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr("labs.orders.store.deliveries.write_down", torn)
        with pytest.raises(RuntimeError):
            ship(shipping, store)
    assert (len(service.parcels), events(store), notes.about(42)) == (1, [], [])
    assert ship(shipping, store) == Ack()
    assert (len(service.parcels), len(events(store)), len(notes.about(42))) == (1, 1, 1)


def test_a_busy_a_broken_and_an_absent_carrier_are_asked_again(
    shipping: Shipping, store: Store, service: CarrierService, notes: Deliveries
) -> None:
    """Each says when, if it says anything; the fourth attempt books."""
    service.manners.busy, service.manners.pause_s = 1, 9
    assert ship(shipping, store) == Retry(reason="The carrier said 429: Too many requests.", after_ms=9000)
    service.manners.fail = 1
    assert ship(shipping, store) == Retry(reason="The carrier said 503: The service is not there just now.")
    url = f"http://127.0.0.1:{nobodys_port()}"
    absent = ship(Shipping(notes, carrier=CARRIER, url=url, token=TOKEN), store)
    assert isinstance(absent, Retry)
    assert absent.reason.startswith("The carrier cannot be reached")
    assert ship(shipping, store) == Ack()
    assert [(note.state, note.attempts) for note in notes.about(42)] == [("sent", 4)]


def test_what_the_carrier_refuses_ends_in_the_parking_lot(
    shipping: Shipping, store: Store, service: CarrierService, server: HttpServer, notes: Deliveries
) -> None:
    """For a person, with the carrier's words. A token of ours that is wrong is not the parcel's fault."""
    wrong = Shipping(notes, carrier=CARRIER, url=server.url, token="wrong")
    assert ship(wrong, store) == Retry(reason="The carrier said 401: This token is not known.")
    service.refused.add("order-42")
    assert ship(shipping, store) == Dead(reason="The carrier said 422: We do not carry this.")
    assert events(store) == []


def test_the_carrier_keeps_its_promise_about_keys(server: HttpServer, service: CarrierService) -> None:
    """Same key, same body: the same parcel, marked. Another body: an error. No key: two parcels."""
    parcel = {"reference": "order-7", "recipient": {"name": "Ahmed"}}
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k"}
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        first, again = (client.post("/v1/shipments", json=parcel, headers=headers) for _ in range(2))
        assert first.json() == again.json()
        assert (first.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
        other = client.post("/v1/shipments", json=parcel | {"reference": "order-8"}, headers=headers)
        assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")
        assert len(service.parcels) == 1
        del headers["Idempotency-Key"]
        for _ in range(2):
            client.post("/v1/shipments", json=parcel, headers=headers)
        assert len(service.parcels) == 3
        assert client.post("/v1/shipments", content=b"[", headers=headers).status_code == 422
