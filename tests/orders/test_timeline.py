"""The timeline: one order's story, from what each hop wrote down by itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from labs.orders.domain.event import OrderEvent
from labs.orders.store.channel_tables import deliveries
from labs.orders.store.inbox import is_new
from labs.orders.store.journal import write_down
from labs.orders.store.timeline import Timeline
from tests.orders.conftest import Store


def story(store: Store, order_id: int = 42) -> list[dict[str, Any]]:
    """The items of the timeline."""
    items: list[dict[str, Any]] = Timeline(store.database).timeline(order_id)["items"]
    return items


def happen(store: Store, name: str, cause: str | None = None) -> str:
    """Write an event about order 42 down; returns its id."""
    event = OrderEvent(
        id=store.new_id(),
        name=name,
        order_id=42,
        payload={"orderId": 42},
        created_at=store.clock(),
        cause=cause,
    )
    with store.database.write() as connection:
        write_down(connection, [event])
    return event.id


def publish(store: Store) -> None:
    """What the relay does, without a broker."""
    claim = store.outbox.claim(10)
    store.outbox.mark_sent(claim.token, [event.id for event in claim.events])


def consume(store: Store, event_id: str, *readers: str) -> None:
    """What the readers note."""
    with store.database.write() as connection:
        for reader in readers:
            is_new(connection, consumer=reader, message_id=event_id, now=store.clock())


def deliver(store: Store, event_id: str, **values: object) -> None:
    """What a channel notes."""
    row: dict[str, object] = {
        "channel": "email", "event_id": event_id, "recipient": "ahmed@example.dz", "order_id": 42,
        "state": "sent", "attempts": 1, "changed_at": round(store.clock().timestamp() * 1000),
    }  # fmt: skip
    with store.database.write() as connection:
        connection.execute(insert(deliveries).values(**{**row, **values}))


def test_an_order_is_followed_through_every_hop(store: Store) -> None:
    """Stored, published, consumed by each reader, sent; and the same for what it led to."""
    store.place()
    first = "id-1"
    store.clock.forward(0.005)
    publish(store)
    store.clock.forward(0.001)
    consume(store, first, "inventory", "order_notifications")
    second = happen(store, "inventory.reserved", cause=first)
    store.clock.forward(0.250)
    deliver(store, first)
    told = [(item["at"][17:], item["event"], item["hop"], item["who"], item["text"]) for item in story(store)]
    assert told == [
        ("00.000Z", "order.created", "stored", "shop", "The shop wrote order.created down."),
        (
            "00.005Z", "order.created", "published", "relay",
            "The broker confirmed to the relay that it has order.created.",
        ),
        (
            "00.006Z", "order.created", "consumed", "feed",
            "The reader feed took order.created in, and what it did about it is stored.",
        ),
        (
            "00.006Z", "order.created", "consumed", "inventory",
            "The reader inventory took order.created in, and what it did about it is stored.",
        ),
        (
            "00.006Z", "inventory.reserved", "stored", "shop",
            "The shop wrote inventory.reserved down because of order.created.",
        ),
        (
            "00.256Z", "order.created", "sent", "email → ahmed@example.dz",
            "email told ahmed@example.dz about order.created.",
        ),
    ]  # fmt: skip
    assert story(store)[0]["at"] == "2025-11-16T10:30:00.000Z"
    assert [item["eventId"] for item in story(store)] == [first] * 4 + [second, first]
    assert [item["cause"] for item in story(store) if item["hop"] == "stored"] == [None, first]


def test_what_happened_in_the_same_millisecond_is_told_in_its_natural_order(store: Store) -> None:
    """A fast machine does it all at once; the story still begins at the beginning."""
    store.place()
    happen(store, "inventory.reserved", cause="id-1")
    deliver(store, "id-1")
    consume(store, "id-1", "email")
    publish(store)
    assert [(item["event"], item["hop"]) for item in story(store)] == [
        ("order.created", "stored"), ("order.created", "published"), ("order.created", "consumed"),
        ("order.created", "sent"), ("inventory.reserved", "stored"), ("inventory.reserved", "published"),
    ]  # fmt: skip


def test_a_reader_may_be_faster_than_the_note_of_the_confirm(store: Store) -> None:
    """The moments are told as they were noted, and not put into an order that looks better."""
    store.place()
    store.clock.forward(0.010)
    consume(store, "id-1", "feed")
    store.clock.forward(0.010)
    publish(store)
    assert [item["hop"] for item in story(store)] == ["stored", "consumed", "published"]


def test_a_sending_tells_how_it_went(store: Store) -> None:
    """Sent at a later attempt, given up with the reason, or still to be tried."""
    store.place()
    deliver(store, "id-1", attempts=3)
    deliver(
        store, "id-1", channel="sms", recipient="+213555123456", state="failed", attempts=4,
        error="21211: Not a\nvalid number.",
    )  # fmt: skip
    deliver(
        store, "id-1", channel="webhooks", recipient="https://a.example", state="waiting", error="x" * 999
    )
    sentences = {item["hop"]: item["text"] for item in story(store)}
    assert sentences["sent"] == "email told ahmed@example.dz about order.created at attempt 3."
    assert sentences["failed"] == (
        "sms gave up telling +213555123456 about order.created at attempt 4: 21211: Not a valid number."
    )
    assert sentences["waiting"] == (
        "webhooks could not tell https://a.example about order.created yet and will try again: "
        + "x" * 200
        + "."
    )


def test_other_orders_have_stories_of_their_own(store: Store) -> None:
    """And of an order that nobody knows there is none."""
    store.place()
    store.place()
    consume(store, "id-2", "email")
    assert [(item["eventId"], item["hop"]) for item in story(store)] == [("id-1", "stored")]
    assert [item["hop"] for item in story(store, 43)] == ["stored", "consumed"]
    assert story(store, 44) == []
