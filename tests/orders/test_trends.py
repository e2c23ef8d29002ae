"""Trends: counted by the consumer, each event once, and read as a chart wants them."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest
from sqlalchemy import select

from labs.errors import InvalidValue
from labs.message import Delivery
from labs.orders.domain.clock import iso
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import (
    INVENTORY_RESERVED,
    OrderEvent,
    order_cancelled,
    order_created,
)
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.process.analytics import Analytics
from labs.orders.process.effects import Effects
from labs.orders.store.trends import Trends
from labs.orders.store.view_tables import trends
from labs.orders.topology import ANALYTICS
from labs.outcome import Ack
from tests.orders.conftest import Store


def order(number: int, at: datetime, *, wilaya: str = "Algiers", dinars: float = 1000) -> Order:
    """An order of this many dinars."""
    request = OrderRequest(
        customer_name="Ahmed", product_name="Buds", total_centimes=round(dinars * 100), quantity=1,
        wilaya=wilaya, phone="+213555123456",
    )  # fmt: skip
    return Order(id=number, request=request, created_at=at)


def created(placed: Order) -> OrderEvent:
    """The event of this new order."""
    return order_created(placed, event_id=f"created-{placed.id}")


def cancelled(placed: Order, at: datetime) -> OrderEvent:
    """The event of its cancellation."""
    return order_cancelled(placed, reason="no more", event_id=f"cancelled-{placed.id}", at=at)


def count(store: Store, *events: OrderEvent) -> list[object]:
    """Give the events to analytics, as a consumer does, in one batch."""
    analytics = Analytics()
    effects = Effects(
        store.database,
        name=ANALYTICS.name,
        apply=analytics.apply,
        apply_all=analytics.apply_all,
        clock=store.clock,
    )
    batch = [
        Delivery(
            message=to_message(event), exchange="orders", routing_key=event.name, redelivered=False,
            delivery_tag=1, consumer_tag="c",
        )
        for event in events
    ]  # fmt: skip
    return list(effects.handle_batch(batch))


def rows(store: Store) -> list[tuple[object, ...]]:
    """All that is counted."""
    with store.database.read() as connection:
        return [
            tuple(row) for row in connection.execute(select(trends).order_by(trends.c.hour, trends.c.wilaya))
        ]


def test_orders_are_counted_for_each_hour_and_wilaya(store: Store) -> None:
    """Half past ten and twenty to eleven are one hour; Oran is another row."""
    first = order(1, store.clock())
    store.clock.forward(600)
    second = order(2, store.clock(), dinars=1999.5)
    third = order(3, store.clock(), wilaya="Oran")
    store.clock.forward(3600)
    fourth = order(4, store.clock())
    assert count(store, *map(created, (first, second, third, fourth))) == [Ack()] * 4
    ten = datetime.fromisoformat("2025-11-16T10:00:00Z").timestamp() * 1000
    assert rows(store) == [
        (ten, "Algiers", 2, 0, 299_950),
        (ten, "Oran", 1, 0, 100_000),
        (ten + 3_600_000, "Algiers", 1, 0, 100_000),
    ]


def test_a_cancellation_counts_where_the_order_was_placed(store: Store) -> None:
    """Two hours later is another hour, but it is one of this hour's orders that was cancelled."""
    placed = order(1, store.clock())
    store.clock.forward(7200)
    count(store, created(placed), cancelled(placed, store.clock()))
    assert [row[1:] for row in rows(store)] == [("Algiers", 1, 1, 100_000)]


def test_order_and_repetition_of_events_do_not_matter(store: Store) -> None:
    """Adding does not mind the order, and the inbox keeps a repeated event from being added."""
    placed = order(1, store.clock()), order(2, store.clock(), dinars=5)
    events = (created(placed[0]), created(placed[1]), cancelled(placed[0], store.clock()))
    for story in permutations(events):
        with store.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM trends")
            connection.exec_driver_sql("DELETE FROM inbox")
        count(store, *story, story[0])
        count(store, *reversed(story))
        assert [row[1:] for row in rows(store)] == [("Algiers", 2, 1, 100_500)]


def test_a_second_count_without_an_inbox_would_show(store: Store) -> None:
    """The reason for the inbox: this is what a redelivery would do to the numbers."""
    event = created(order(1, store.clock()))
    with store.database.write() as connection:
        Analytics().apply(connection, event)
        Analytics().apply(connection, event)
    assert [row[2] for row in rows(store)] == [2]


def test_what_cannot_be_counted_says_why(store: Store) -> None:
    """An event without a place or a moment is parked; one that nobody counts is left alone."""
    for payload, reason in (
        ({"createdAt": "2025-11-16T10:30:00Z"}, "no wilaya"),
        ({"wilaya": "Oran", "createdAt": "yesterday"}, "createdAt"),
        ({"wilaya": "Oran"}, "createdAt"),
        ({"wilaya": "Oran", "createdAt": 5}, "createdAt"),
    ):
        event = OrderEvent(
            id="x", name="order.cancelled", order_id=1, payload=payload, created_at=store.clock()
        )
        with store.database.write() as connection, pytest.raises(InvalidValue, match=reason):
            Analytics().apply(connection, event)
    other = OrderEvent(id="y", name=INVENTORY_RESERVED, order_id=1, payload={}, created_at=store.clock())
    assert count(store, other)[0] != Ack()  # no orderId: unreadable, before analytics sees it
    with store.database.write() as connection:
        Analytics().apply(connection, other)
    assert rows(store) == []


def test_the_chart_has_every_hour_and_the_wilayas_by_rank(store: Store) -> None:
    """Oldest hour first, zeros where nothing was, the present hour last; the busiest wilaya first."""
    old = order(1, store.clock(), wilaya="Blida")
    store.clock.forward(3 * 3600)
    now = [order(2, store.clock(), wilaya="Oran"), order(3, store.clock(), wilaya="Adrar"),
           order(4, store.clock(), wilaya="Adrar", dinars=0.5)]  # fmt: skip
    store.clock.forward(7200)
    count(store, *map(created, [old, *now]), cancelled(now[0], store.clock()))
    chart = Trends(store.database, clock=store.clock).trends(hours=4)
    assert chart == {
        "hours": [
            {"hour": "2025-11-16T12:00:00Z", "orders": 0, "cancelled": 0, "total": 0},
            {"hour": "2025-11-16T13:00:00Z", "orders": 3, "cancelled": 1, "total": 2000.5},
            {"hour": "2025-11-16T14:00:00Z", "orders": 0, "cancelled": 0, "total": 0},
            {"hour": "2025-11-16T15:00:00Z", "orders": 0, "cancelled": 0, "total": 0},
        ],
        "wilayas": [
            {"wilaya": "Adrar", "orders": 2, "total": 1000.5},
            {"wilaya": "Oran", "orders": 1, "total": 1000},
        ],
    }
    day = Trends(store.database, clock=store.clock).trends()
    assert (len(day["hours"]), day["hours"][-1]["hour"]) == (24, "2025-11-16T15:00:00Z")
    assert iso(store.clock()) == "2025-11-16T15:30:00Z"
    assert {"wilaya": "Blida", "orders": 1, "total": 1000} in day["wilayas"]
