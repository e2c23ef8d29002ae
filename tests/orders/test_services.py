"""Every service of the shop at once on a real broker: one order goes through all of them, and each effect is once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from labs.broker.address import Broker
from labs.message import Message
from labs.orders.choosing import chosen
from labs.orders.domain.envelope import to_message
from labs.orders.domain.lifecycle import CONFIRMED, SHIPPED
from labs.orders.domain.tally import DEAD, DONE
from labs.orders.running import OrderSystem
from labs.orders.services import IN_DATABASE, OUTSIDE, SERVICES
from labs.orders.settings import OrderSettings
from labs.orders.store import sagas
from labs.orders.store.journal import read_all
from labs.orders.topology import EVENTS, FEED, READERS
from labs.orders.web.client import ShopClient
from labs.orders.web.guard import TOKEN_HEADER
from labs.sync.connection import connect
from labs.sync.declare import count
from labs.sync.producer import Producer
from tests.orders.conftest import PASSWORD, wait_until


@pytest.fixture
def whole(broker: Broker, vhost: str, tmp_path: Path, address: str) -> Iterator[OrderSystem]:
    """The shop as `serve` runs it, on SQLite and on PostgreSQL."""
    settings = OrderSettings(first_stock=3, database=address)
    with OrderSystem(
        broker,
        vhost=vhost,
        home=tmp_path,
        readers=tuple(SERVICES),
        admin_password=PASSWORD,
        settings=settings,
    ) as shop:
        yield shop


@pytest.fixture
def desk(whole: OrderSystem) -> Iterator[httpx.Client]:
    """The admin's browser."""
    client = ShopClient(whole.url)
    client.sign_in(PASSWORD)
    client.http.headers[TOKEN_HEADER] = client.http.get("/api/session").json()["csrf"]
    yield client.http
    client.close()


def test_every_reader_of_the_topology_has_a_service() -> None:
    """A queue that nobody reads would fill for ever."""
    assert set(SERVICES.values()) == set(READERS)
    assert not set(IN_DATABASE) & set(OUTSIDE)


def test_a_reader_given_whole_is_taken_as_it_is_and_an_orchestrator_changes_three() -> None:
    """By name the settings decide; a reader of one's own keeps its queue, its keys and its retries."""
    quick = replace(FEED, backoff=None)
    assert chosen([quick, "payment"], OrderSettings()) == [quick, SERVICES["payment"]]
    conducted = chosen(tuple(SERVICES), OrderSettings(saga="orchestration"))
    assert [reader.name for reader in conducted] == list(SERVICES)
    changed = {reader.name for reader in conducted if reader != SERVICES[reader.name]}
    assert changed == {"inventory", "payment", "saga"}
    with pytest.raises(KeyError):
        chosen(["nobody"], OrderSettings())


def test_who_calls_outside_is_patient_for_more_than_ten_minutes() -> None:
    """A bank that is away for ten minutes parks nothing; the shop's own database is another matter."""
    for reader in READERS:
        waits = sum(reader.backoff.delays_ms) if reader.backoff else 0
        assert (waits > 600_000) == (reader in OUTSIDE), reader.name


def test_one_order_goes_through_every_service(
    whole: OrderSystem, desk: httpx.Client, ahmed: dict[str, object]
) -> None:
    """Told, projected, counted, reserved, paid, mailed, sent by SMS; then confirmed, shipped, and tracked."""
    order = whole.place(ahmed | {"email": "ahmed@example.com", "urgent": True})["id"]
    path = f"/api/algeria-orders/{order}"
    wait_until("the saga to be complete", lambda: desk.get(path).json()["saga"] == "completed", within_s=30)
    for status in (CONFIRMED, SHIPPED):
        assert desk.patch(f"{path}/status", json={"status": status}).status_code == 200
    wait_until("a tracking number", lambda: desk.get(path).json()["tracking"], within_s=30)
    wait_until("four mails", lambda: len(desk.get("/api/mails").json()["items"]) == 4, within_s=30)
    assert [sms["to"] for sms in whole._parts.outside.sms_service.sent] == [whole.settings.sms_admin]
    assert whole._parts.outside.bank.ledger() == [(str(order), 32_900_000)]
    wait_until("all events to be published", lambda: whole.status()["waiting"] == 0)
    told = {(each["who"], each["event"]) for each in desk.get(f"{path}/timeline").json()["items"]}
    assert {
        ("relay", "shipping.booked"),
        ("feed", "order.created"),
        ("payment", "inventory.reserved"),
    } <= told


def test_an_order_without_stock_is_cancelled_everywhere(
    whole: OrderSystem, desk: httpx.Client, ahmed: dict[str, object]
) -> None:
    """Three are there, four are wanted: order, saga and read model say cancelled, and no money moves."""
    order = whole.place(ahmed | {"quantity": 4})["id"]

    def seen() -> dict[str, object]:
        return dict(desk.get(f"/api/algeria-orders/{order}").json())

    wait_until(
        "the cancellation",
        lambda: (seen()["status"], seen()["saga"]) == ("cancelled", "cancelled"),
        within_s=30,
    )
    wait_until("all events to be published", lambda: whole.status()["waiting"] == 0)
    assert whole._parts.outside.bank.ledger() == []


def test_each_effect_is_once_however_often_an_event_is_delivered(
    whole: OrderSystem, ahmed: dict[str, object], broker: Broker, vhost: str
) -> None:
    """The broker gets the same event five times: one notification, one reservation, one payment, one mail."""
    order = whole.place(ahmed)["id"]
    whole.wait_for_notification(order)
    wait_until("the payment", whole._parts.outside.bank.ledger, within_s=30)
    with whole._parts.database.read() as connection:
        events = list(read_all(connection))
    with connect(broker.url(vhost)) as line:
        producer = Producer(line, EVENTS.name)
        for event in events * 4:
            producer.publish(to_message(event), event.name)
    done = 5 * len([event for event in events if event.name == "order.created"])
    wait_until(
        "all copies to be read",
        lambda: whole._parts.tally.counts().get(("email", DONE), 0) >= done,
        within_s=30,
    )
    wait_until("the feed", lambda: whole._parts.tally.counts().get(("feed", DONE), 0) >= done, within_s=30)
    assert [each["orderId"] for each in whole.notifications()] == [order]
    assert whole._parts.outside.bank.ledger() == [(str(order), 32_900_000)]
    mails = whole._parts.outside.mails
    assert mails is not None
    assert len(mails()) == 1


def test_what_nobody_can_read_is_parked_once_for_each_reader(
    whole: OrderSystem, broker: Broker, vhost: str
) -> None:
    """Both lanes park with the cause, and go on."""
    with connect(broker.url(vhost)) as line:
        Producer(line, EVENTS.name).publish(Message(body=b"not json"), "order.created")
        readers = [reader for reader in READERS if set(reader.keys) & {"#", "order.*", "order.created"}]
        for reader in readers:
            lot = reader.ladder.parking_lot
            wait_until(f"a message in {lot}", lambda lot=lot: count(line, lot) == 1)  # type: ignore[misc]
        assert whole._parts.tally.counts()[FEED.name, DEAD] == 1
    assert whole.status()["broker"]


def test_the_workers_condition_is_told_to_machines(whole: OrderSystem, desk: httpx.Client) -> None:
    """Each by name: the relay, the readers in the database, and the loop of those that call."""
    told = desk.get("/readyz").json()
    assert set(told["workers"]) == {"orders.relay", "orders.channels"} | {
        f"orders.{reader.name}" for reader in IN_DATABASE
    }
    assert all(told["workers"].values())
    assert told["alarms"] == []


def test_the_same_shop_with_an_orchestrator_ends_in_the_same_states(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """One setting: other queues and a commander, and everybody else as before; nobody hears commands who must not."""
    settings = OrderSettings(first_stock=3, saga="orchestration")
    with OrderSystem(broker, vhost=vhost, home=tmp_path, readers=tuple(SERVICES), settings=settings) as shop:
        good, short = (shop.place(ahmed | {"quantity": quantity})["id"] for quantity in (1, 4))

        def states() -> list[str]:
            with shop._parts.database.read() as connection:
                return [str(sagas.saga(connection, number).state) for number in (good, short)]

        wait_until("both sagas to end", lambda: states() == ["completed", "cancelled"], within_s=30)
        wait_until("all events to be published", lambda: shop.status()["waiting"] == 0)
        assert shop._parts.outside.bank.ledger() == [(str(good), 32_900_000)]
        with shop._parts.database.read() as connection:
            names = [event.name for event in read_all(connection) if event.order_id == good]
    assert names == [
        "order.created", "command.inventory.reserve", "inventory.reserved", "command.payment.charge",
        "payment.processed",
    ]  # fmt: skip
