"""The transactions that make "nothing lost, nothing twice" true."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, select, text

from labs.orders.domain.clock import iso
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.orders.domain.notification import Notification
from labs.orders.store.inbox import is_new
from labs.orders.store.tables import orders, outbox
from tests.orders.conftest import Store


def rows(store: Store) -> tuple[int, int]:
    """How many orders and how many outbox rows there are."""
    with store.database.read() as connection:
        return tuple(len(connection.execute(select(table)).all()) for table in (orders, outbox))  # type: ignore[return-value]


def test_an_order_and_its_event_are_stored_together(store: Store) -> None:
    """Ahmed's order is number 42, and its event carries the guide's fields and what later readers need."""
    assert store.place() == 42
    assert store.place() == 43
    (first, _) = store.outbox.claim(10).events
    assert (first.id, first.name) == ("id-1", ORDER_CREATED)
    assert first.payload == {
        "orderId": 42,
        "customerName": "Ahmed",
        "productName": "iPhone 15 Pro",
        "totalPrice": 329000,
        "quantity": 1,
        "wilaya": "Algiers",
        "phone": "+213555123456",
        "email": None,
        "urgent": False,
        "status": "pending",
        "version": 1,
        "createdAt": "2025-11-16T10:30:00Z",
        "message": "New order from Ahmed for iPhone 15 Pro",
    }
    found = store.intake.find(42)
    assert found is not None
    assert iso(found.created_at) == "2025-11-16T10:30:00Z"
    assert store.intake.find(7) is None


@pytest.mark.parametrize("table", ["orders", "outbox"])
def test_a_crash_between_the_two_rows_leaves_neither(store: Store, table: str) -> None:
    """Whichever insert fails, the other one is undone, and the next order is taken as if nothing had been."""
    broken = True

    def crash(_: object, __: object, statement: str, *___: object) -> None:
        if broken and statement.startswith(f"INSERT INTO {table}"):
            raise KeyboardInterrupt

    event.listen(store.database._writer, "before_cursor_execute", crash)
    with pytest.raises(KeyboardInterrupt):
        store.place()
    assert rows(store) == (0, 0)
    broken = False
    store.place()
    assert rows(store) == (1, 1)


def test_the_caller_is_woken_after_the_commit_and_not_before(store: Store) -> None:
    """The relay that is called must find the row."""
    seen: list[int] = []
    store.intake._committed = lambda: seen.append(store.outbox.waiting())
    store.place()
    assert seen == [1]


def test_many_threads_never_share_a_number(store: Store) -> None:
    """Ten customers at once get ten orders with ten numbers, and nobody hears "database is locked"."""
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.append(store.place())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(42, 52))


def test_a_claimed_event_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    """A relay that died keeps its events for the lease's 15 seconds and not longer."""
    store.place()
    first = store.outbox.claim(10)
    assert len(first.events) == 1
    assert store.outbox.claim(10).events == ()
    store.clock.forward(15)
    second = store.outbox.claim(10)
    assert second.events == first.events
    # The first relay wakes up from its long sleep: its token is worth nothing now.
    assert store.outbox.mark_sent(first.token, ["id-1"]) == 0
    assert store.outbox.waiting() == 1
    assert store.outbox.mark_sent(second.token, ["id-1"]) == 1
    assert store.outbox.waiting() == 0


def test_a_released_event_is_free_at_once_and_keeps_its_place(store: Store) -> None:
    """Giving back costs no waiting time, and the oldest goes first again."""
    store.place()
    store.place()
    claim = store.outbox.claim(1)
    store.outbox.release(claim.token, [claim.events[0].id])
    assert [happening.order_id for happening in store.outbox.claim(10).events] == [42, 43]


def told(store: Store, message_id: str, number: int) -> Notification | None:
    """What a reader does with an event: inbox and feed in one transaction; None when it was here before."""
    now = store.clock()
    happening = OrderEvent(
        id=message_id, name=ORDER_CREATED, order_id=number, payload={"orderId": number}, created_at=now
    )
    with store.database.write() as connection:
        if not is_new(connection, consumer="feed", message_id=message_id, now=now):
            return None
        return store.feed.add(connection, happening)


def test_a_duplicate_has_no_second_effect(store: Store) -> None:
    """The same message id twice is one notification."""
    assert told(store, "m-1", 42) is not None
    assert told(store, "m-1", 42) is None
    assert [item.payload for item in store.feed.after(0, limit=10)] == [{"orderId": 42}]


def test_a_crash_in_the_effect_forgets_the_message_id_too(store: Store) -> None:
    """Inbox and feed are one transaction: otherwise the redelivery would be taken for a duplicate, and lost."""

    def crash(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("INSERT INTO feed"):
            raise KeyboardInterrupt

    event.listen(store.database._writer, "before_cursor_execute", crash)
    with pytest.raises(KeyboardInterrupt):
        told(store, "m-1", 42)
    event.remove(store.database._writer, "before_cursor_execute", crash)
    assert told(store, "m-1", 42) is not None


def test_the_feed_counts_and_pages(store: Store) -> None:
    """What a returning browser asks for: everything after the last number it saw."""
    for number in range(1, 6):
        told(store, f"m-{number}", number)
    assert [item.id for item in store.feed.after(2, limit=2)] == [3, 4]
    assert [item.id for item in store.feed.newest(2)] == [5, 4]
    assert (store.feed.latest_id(), store.feed.count_after(2)) == (5, 3)


def test_what_the_relay_notes_does_not_wait_for_the_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks may be forgotten in a power cut; everything else waits, before and after them."""
    waits: list[str] = []
    monkeypatch.setattr(store.database, "flush", lambda: waits.append("disk"))
    for _ in range(2):
        with store.database.write_in_a_hurry() as connection:
            postgresql = connection.dialect.name == "postgresql"
            asked = connection.execute(text("SHOW synchronous_commit")).scalar() if postgresql else "off"
            assert asked == "off"
        assert waits == []
        with store.database.write() as connection:
            asked = connection.execute(text("SHOW synchronous_commit")).scalar() if postgresql else "on"
            assert asked == "on"
        assert waits == ["disk"]
        waits.clear()


def test_what_a_relay_claims_is_on_the_disk_before_it_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others see a commit a moment before the disk has it: the relay must not be quicker than that."""
    waits: list[str] = []
    store.place()
    monkeypatch.setattr(store.database, "flush", lambda: waits.append("disk"))
    assert len(store.outbox.claim(10).events) == 1
    assert waits == ["disk"]
    assert store.outbox.claim(10).events == ()
    assert waits == ["disk"]
