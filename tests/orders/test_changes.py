"""Who may move an order where, and what happens when two people do it at once."""

from __future__ import annotations

import itertools
import threading
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from labs.orders.domain.event import ORDER_CANCELLED, ORDER_CREATED, ORDER_STATUS_UPDATED
from labs.orders.domain.lifecycle import CANCELLED, CONFIRMED, MOVES, PENDING, SHIPPED, IllegalMove
from labs.orders.domain.order import Order
from labs.orders.store import sagas
from labs.orders.store.changes import Overtaken, UnknownOrder, Unpaid, change_status
from labs.orders.store.journal import read_all
from labs.orders.store.order_rows import order_of
from labs.orders.store.tables import orders
from tests.orders.conftest import Store


def move(store: Store, order_id: int, wanted: str, **more: Any) -> tuple[Order, str]:
    """Change one order's status in a transaction of its own."""
    with store.database.write() as connection:
        return change_status(
            connection, order_id=order_id, wanted=wanted, reason="the customer called", at=store.clock(),
            new_id=store.new_id, **more,
        )  # fmt: skip


def stored(store: Store, order_id: int) -> Order:
    """The order as the database has it."""
    with store.database.read() as connection:
        return order_of(connection.execute(select(orders).where(orders.c.id == order_id)).one())


def told(store: Store) -> list[str]:
    """The names of the events since the orders were placed, in their order."""
    with store.database.read() as connection:
        return [happening.name for happening in read_all(connection) if happening.name != ORDER_CREATED]


#: The way into each status.
WAYS = {
    PENDING: (),
    CONFIRMED: (CONFIRMED,),
    SHIPPED: (CONFIRMED, SHIPPED),
    "delivered": (CONFIRMED, SHIPPED, "delivered"),
    CANCELLED: (CANCELLED,),
}


@pytest.mark.parametrize("now", MOVES)
@pytest.mark.parametrize("wanted", [*MOVES, "lost"])
def test_only_the_moves_of_the_lifecycle_are_made(store: Store, now: str, wanted: str) -> None:
    """A legal move counts the version up and is told; an illegal one changes nothing and tells nothing."""
    number = store.place()
    for step in WAYS[now]:
        move(store, number, step)
    before, events = stored(store, number), told(store)
    if wanted in MOVES[now]:
        order, was = move(store, number, wanted)
        assert (order.status, order.version, was) == (wanted, before.version + 1, now)
        assert stored(store, number) == order
        second = [ORDER_CANCELLED] if wanted == CANCELLED else []
        assert told(store)[len(events) :] == [ORDER_STATUS_UPDATED, *second]
    else:
        with pytest.raises(IllegalMove, match=f"is {now} and cannot become {wanted}"):
            move(store, number, wanted)
        assert (stored(store, number), told(store)) == (before, events)


def test_the_events_carry_what_their_readers_need(store: Store) -> None:
    """From where to where, which version, why, and which event led to it."""
    number = store.place()
    store.clock.forward(60)
    move(store, number, CANCELLED, cause="payment-failed-1")
    with store.database.read() as connection:
        _, changed, cancelled = read_all(connection)
    assert (changed.payload["from"], changed.payload["status"], changed.payload["version"]) == (
        PENDING,
        CANCELLED,
        2,
    )
    assert changed.payload["changedAt"] == "2025-11-16T10:31:00Z"
    assert (cancelled.payload["reason"], cancelled.payload["quantity"]) == ("the customer called", 1)
    assert {changed.cause, cancelled.cause} == {"payment-failed-1"}
    assert len({changed.id, cancelled.id}) == 2


def test_an_order_that_is_not_there_cannot_be_changed(store: Store) -> None:
    """It says so, instead of changing nothing in silence."""
    with pytest.raises(UnknownOrder, match="no order with this number"):
        move(store, 7, CONFIRMED)


@pytest.mark.parametrize("state", [None, "started", "reserved", "completed"])
def test_nothing_unpaid_is_shipped_where_there_is_a_saga(store: Store, state: str | None) -> None:
    """Only `completed` opens the door; in a shop without a saga it is open anyway."""
    number = store.place()
    move(store, number, CONFIRMED, paid_first=True)
    if state is not None:
        with store.database.write() as connection:
            sagas.move(connection, number, seen=sagas.SagaRow(), state=state, now=store.clock())
    before, events = stored(store, number), told(store)
    if state != "completed":
        with pytest.raises(Unpaid, match="not paid yet"):
            move(store, number, SHIPPED, paid_first=True)
        assert (stored(store, number), told(store)) == (before, events)
    order, _ = move(store, number, SHIPPED, paid_first=state == "completed")
    assert order.status == SHIPPED


def test_who_saw_an_older_version_is_overtaken(store: Store) -> None:
    """Legal or not: the decision was made about an order that is not like that any more."""
    number = store.place()
    move(store, number, CONFIRMED, seen_version=1)
    with pytest.raises(Overtaken):
        move(store, number, CANCELLED, seen_version=1)
    assert stored(store, number).status == CONFIRMED
    assert move(store, number, CANCELLED, seen_version=2)[0].version == 3


def test_of_two_people_at_once_exactly_one_wins(store: Store) -> None:
    """One confirms and one cancels what both saw pending: one order, one status, one story."""
    won: list[str] = []
    overtaken: list[str] = []
    barrier = threading.Barrier(2)

    def decide(number: int, wanted: str) -> None:
        barrier.wait(5)
        try:
            won.append(move(store, number, wanted, seen_version=1)[0].status)
        except Overtaken:
            overtaken.append(wanted)

    for _ in range(20):
        number = store.place()
        threads = [
            threading.Thread(target=decide, args=(number, wanted)) for wanted in (CONFIRMED, CANCELLED)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert sorted(won + overtaken) == [CANCELLED, CONFIRMED]
        assert [stored(store, number).status] == won
        assert stored(store, number).version == 2
        won.clear()
        overtaken.clear()


def test_a_change_between_looking_and_writing_is_noticed(store: Store) -> None:
    """The UPDATE itself asks for the version: PostgreSQL lets others write between the two statements."""
    number = store.place()

    def meanwhile(_: object, cursor: Any, statement: str, *___: object) -> None:
        if statement.startswith("UPDATE orders"):
            cursor.connection.execute("UPDATE orders SET status='shipped', version=3")

    event.listen(store.database._writer, "before_cursor_execute", meanwhile)
    with pytest.raises(Overtaken):
        move(store, number, CONFIRMED)
    event.remove(store.database._writer, "before_cursor_execute", meanwhile)
    assert (stored(store, number).status, told(store)) == (PENDING, [])  # all of it was undone


@given(steps=st.lists(st.sampled_from([*MOVES, "lost"]), max_size=8))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_tried_the_story_is_a_walk_through_the_lifecycle(store: Store, steps: list[str]) -> None:
    """Every told change starts where the last one ended, and the version counts them."""
    number = store.place()  # every example has an order of its own, so they can share the database
    for step in steps:
        with suppress(IllegalMove):
            move(store, number, step)
    with store.database.read() as connection:
        changes = [
            item.payload
            for item in read_all(connection)
            if item.order_id == number and item.name == ORDER_STATUS_UPDATED
        ]
    order = stored(store, number)
    places = [PENDING, *(str(change["status"]) for change in changes)]
    assert [change["from"] for change in changes] == places[:-1]
    assert all(after in MOVES[before] for before, after in itertools.pairwise(places))
    assert (order.status, order.version) == (places[-1], len(places))
