"""The read model: one row for each order, the same whatever the way there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from labs.errors import InvalidValue
from labs.message import Delivery, Message
from labs.orders.domain import event as names
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent, order_cancelled, order_created, status_updated
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.process.effects import Effects
from labs.orders.process.read_model import ReadModel
from labs.orders.store.database import Database
from labs.orders.store.view_tables import order_view
from labs.orders.topology import READ_MODEL
from labs.outcome import Ack, Dead
from tests.orders.conftest import DATABASES, Store

NOON = datetime(2025, 11, 16, 12, tzinfo=UTC)
AHMED = OrderRequest(
    customer_name="Ahmed",
    product_name="iPhone 15 Pro",
    total_centimes=32_900_000,
    quantity=1,
    wilaya="Algiers",
    phone="+213555123456",
    email="ahmed@example.dz",
    urgent=True,
)

#: The stories that an order can have: a step of the saga by its event's name, a status by its own.
STORIES = {
    "delivered": (
        names.INVENTORY_RESERVED, names.PAYMENT_PROCESSED,
        "confirmed", "shipped", names.SHIPPING_BOOKED, "delivered",
    ),
    "out of stock": (names.INVENTORY_REJECTED, "cancelled"),
    "card refused": (
        names.INVENTORY_RESERVED, names.PAYMENT_FAILED, "cancelled", names.INVENTORY_RELEASED,
    ),
    "changed his mind": (
        names.INVENTORY_RESERVED, names.PAYMENT_PROCESSED, "confirmed", "cancelled",
        names.INVENTORY_RELEASED, names.PAYMENT_REFUNDED,
    ),
    "shipped before it was paid": (
        names.INVENTORY_RESERVED, "confirmed", "shipped", names.PAYMENT_FAILED, names.SHIPPING_BOOKED,
    ),
    "cancelled while being charged": (
        names.INVENTORY_RESERVED, "cancelled", names.PAYMENT_PROCESSED,
        names.PAYMENT_REFUNDED, names.INVENTORY_RELEASED,
    ),
}  # fmt: skip

#: What is given back changes nothing in the list: the order was cancelled before.
UNSEEN = (names.INVENTORY_RELEASED, names.PAYMENT_REFUNDED)

ENDS = {
    "delivered": ("delivered", 4, "completed", None, "YAL-42"),
    "out of stock": ("cancelled", 2, "cancelled", "no more of it", None),
    "card refused": ("cancelled", 2, "cancelled", "no more of it", None),
    "changed his mind": ("cancelled", 3, "cancelled", "no more of it", None),
    "shipped before it was paid": ("shipped", 3, "reserved", "declined", "YAL-42"),
    "cancelled while being charged": ("cancelled", 2, "cancelled", "no more of it", None),
}


def tell(title: str, order_id: int = 42) -> list[OrderEvent]:
    """The events of a story, in the order in which they happened, a second between two of them."""
    order = Order(id=order_id, request=AHMED, created_at=NOON)
    events = [order_created(order, event_id="e-0")]
    for number, step in enumerate(STORIES[title], start=1):
        at = NOON + timedelta(seconds=number)
        if "." in step:
            payload = {"orderId": order_id, "totalPrice": 329000, "message": "…", "tracking": "YAL-42"}
            if step == names.PAYMENT_FAILED:
                payload["reason"] = "declined"
            events.append(
                OrderEvent(id=f"e-{number}", name=step, order_id=order_id, payload=payload, created_at=at)
            )
            continue
        before = order.status
        order = Order(id=order_id, request=AHMED, created_at=NOON, status=step, version=order.version + 1)
        events.append(status_updated(order, before=before, event_id=f"e-{number}", at=at))
        if step == "cancelled":
            events.append(order_cancelled(order, reason="no more of it", event_id=f"e-{number}-c", at=at))
    return events


def project(
    connection: Connection, events: Sequence[OrderEvent], *, together: bool = False
) -> dict[str, Any]:
    """The row of the order after these events, on an empty table."""
    connection.execute(order_view.delete())
    if together:
        ReadModel().apply_all(connection, events)
    else:
        for event in events:
            ReadModel().apply(connection, event)
    return dict(connection.execute(select(order_view)).mappings().one())


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database of each kind for all examples: each begins with an empty table."""
    with ExitStack() as stack:
        place = str(tmp_path_factory.mktemp("view") / "shop.sqlite")
        if request.param == "postgresql":
            place = stack.enter_context(request.getfixturevalue("postgres").fresh())
        database = Database.open(place)
        stack.callback(database.close)
        yield database


@pytest.mark.parametrize("title", STORIES)
def test_a_story_ends_in_the_row_that_it_tells(database: Database, title: str) -> None:
    """What the customer ordered, the last status, how far stock and money are, why, and where the parcel is."""
    events = tell(title)
    with database.write() as connection:
        row = project(connection, events)
    assert (row["customer_name"], row["total_centimes"], row["urgent"]) == ("Ahmed", 32_900_000, True)
    ends = row["status"], row["version"], row["saga"], row["reason"], row["tracking"]
    assert ends == ENDS[title]
    assert (row["created_at"], row["updated_at"]) == (
        NOON.timestamp() * 1000,
        max(event.created_at for event in events if event.name not in UNSEEN).timestamp() * 1000,
    )


@given(data=st.data(), title=st.sampled_from(sorted(STORIES)))
@settings(max_examples=80, deadline=None)
def test_every_order_of_events_with_every_repetition_ends_in_the_same_row(
    database: Database, data: st.DataObject, title: str
) -> None:
    """The merge minds neither order nor repetition, even without the inbox."""
    events = tell(title)
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=6))
    shuffled = data.draw(st.permutations([*events, *repeats]))
    with database.write() as connection:
        row = project(connection, events)
        assert project(connection, shuffled) == row
        assert project(connection, shuffled, together=True) == row


@pytest.mark.parametrize("early", tell("delivered")[1:], ids=lambda event: event.id)
def test_what_came_before_the_order_is_kept_and_not_shown(database: Database, early: OrderEvent) -> None:
    """A row without its `order.created` is no order yet: 0 is the moment of none."""
    events = tell("delivered")
    with database.write() as connection:
        assert project(connection, [early])["created_at"] == 0
        assert project(connection, [early, *events]) == project(connection, events)


def delivery(message: Message) -> Delivery:
    """The message, as a consumer gets it."""
    return Delivery(
        message=message, exchange="orders", routing_key=message.type or "", redelivered=False,
        delivery_tag=1, consumer_tag="c",
    )  # fmt: skip


def test_a_batch_is_projected_whole_but_for_what_nobody_can_read(store: Store) -> None:
    """The poisoned one is parked with its reason; the ones around it have their effect."""
    events = tell("delivered")
    nameless = OrderEvent(
        id="bad", name=names.ORDER_CREATED, order_id=7, payload={"orderId": 7}, created_at=NOON
    )
    stale = OrderEvent(
        id="old", name=names.ORDER_STATUS_UPDATED, order_id=42, created_at=NOON,
        payload={"orderId": 42, "status": "pending"},
    )  # fmt: skip
    model = ReadModel()
    effects = Effects(
        store.database, name=READ_MODEL.name, apply=model.apply, apply_all=model.apply_all, clock=store.clock
    )
    batch = [delivery(to_message(event)) for event in (events[0], nameless, stale, *events[1:], events[2])]
    outcomes = effects.handle_batch(batch)
    assert [type(outcome) for outcome in outcomes] == [Ack, Dead, Dead] + [Ack] * len(events)
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Dead)] == [
        "This event has no customerName, and nothing can be made of it without.",
        "This event's version is not a whole number from 1 on.",
    ]
    with store.database.read() as connection:
        (row,) = connection.execute(select(order_view)).mappings()
    assert row["status"] == "delivered"


def test_an_order_from_the_guides_own_service_is_shown_too(store: Store) -> None:
    """NestJS's form carries neither quantity nor version: an order of one piece, in its first version."""
    data = {
        "orderId": 99, "customerName": "Amina", "productName": "Galaxy", "totalPrice": 1999.5,
        "wilaya": "Oran", "phone": "+213661000000",
    }  # fmt: skip
    message = Message.from_json({"pattern": "order.created", "data": data})
    effects = Effects(store.database, name=READ_MODEL.name, apply=ReadModel().apply, clock=store.clock)
    assert effects.handle(delivery(message)) == Ack()
    with store.database.read() as connection:
        (row,) = connection.execute(select(order_view)).mappings()
    assert (row["quantity"], row["version"], row["status"], row["total_centimes"]) == (
        1,
        1,
        "pending",
        199_950,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"customerName": 5}, {"productName": "x" * 121}, {"totalPrice": "much"}, {"totalPrice": float("nan")},
        {"totalPrice": True}, {"quantity": 0}, {"quantity": 2**40}, {"phone": None}, {"wilaya": "a\0b"},
    ],
    ids=str,
)  # fmt: skip
def test_a_field_of_the_wrong_kind_is_never_tried_again(
    database: Database, change: dict[str, object]
) -> None:
    """It is `InvalidValue`, which parks it, and not an error of the database, which would come back."""
    good = tell("delivered")[0]
    bad = OrderEvent(
        id="bad", name=good.name, order_id=1, created_at=NOON, payload={**good.payload, **change}
    )
    with database.write() as connection, pytest.raises(InvalidValue, match=next(iter(change))):
        ReadModel().apply(connection, bad)


def test_an_event_that_is_nobodys_business_changes_nothing(database: Database) -> None:
    """The queue is bound to everything, so tomorrow's events come as well."""
    unheard = OrderEvent(
        id="new", name="order.praised", order_id=42, payload={"orderId": 42}, created_at=NOON
    )
    events = tell("delivered")
    with database.write() as connection:
        assert project(connection, [*events, unheard]) == project(connection, events)
