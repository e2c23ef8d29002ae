"""Drop and replay: the same tables again, with nothing missed and nothing doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import delete, insert, select, update

from labs.message import Delivery
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent, order_cancelled, status_updated
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.process.analytics import Analytics
from labs.orders.process.effects import Effects
from labs.orders.process.read_model import ReadModel
from labs.orders.store.journal import write_down
from labs.orders.store.rebuild import Projection, Rebuilt, fingerprint, rebuild
from labs.orders.store.tables import inbox
from labs.orders.store.view_tables import order_view, trends
from labs.outcome import Ack
from tests.orders.conftest import Store

READ_SIDE = (ReadModel().projection, Analytics().projection)


def cancel(store: Store, number: int) -> None:
    """Write the two events of a cancelled order down, a little later than the order."""
    store.clock.forward(0.123)
    request = OrderRequest(
        customer_name="Ahmed", product_name="iPhone 15 Pro", total_centimes=32_900_000, quantity=1,
        wilaya="Algiers", phone="+213555123456",
    )  # fmt: skip
    order = Order(id=number, request=request, created_at=store.clock(), status="cancelled", version=2)
    at = store.clock()
    with store.database.write() as connection:
        write_down(
            connection,
            [
                status_updated(order, before="pending", event_id=store.new_id(), at=at),
                order_cancelled(order, reason="no more", event_id=store.new_id(), at=at),
            ],
        )


def carry(store: Store, projections: Sequence[Projection] = READ_SIDE, limit: int = 1000) -> int:
    """Relay and consumers in one: take events from the outbox and deliver them; returns how many."""
    claim = store.outbox.claim(limit)
    store.outbox.mark_sent(claim.token, [event.id for event in claim.events])
    deliver(store, claim.events, projections)
    return len(claim.events)


def deliver(
    store: Store, events: Sequence[OrderEvent], projections: Sequence[Projection] = READ_SIDE
) -> None:
    """Bring the events to those who read them."""
    for projection in projections:
        effects = Effects(
            store.database, name=projection.reader.name, apply=projection.apply, clock=store.clock
        )
        batch = [
            Delivery(
                message=to_message(event), exchange="orders", routing_key=event.name, redelivered=False,
                delivery_tag=1, consumer_tag="c",
            )
            for event in events
            if projection.reads(event)
        ]  # fmt: skip
        assert effects.handle_batch(batch) == [Ack()] * len(batch)


def print_of(store: Store) -> str:
    """The fingerprint now."""
    with store.database.read() as connection:
        return fingerprint(connection)


def shop_day(store: Store) -> None:
    """Thirty orders in three wilayas, every fifth one cancelled, all of it projected."""
    for number in range(30):
        order_id = store.place(wilaya=str(16 + number % 3), quantity=1 + number % 4)
        store.clock.forward(301.007)
        if number % 5 == 0:
            cancel(store, order_id)
    carry(store)


@pytest.mark.parametrize("chunk", [None, 1, 7, 1000])
def test_what_is_rebuilt_is_equal_to_what_was_there(store: Store, chunk: int | None) -> None:
    """By hash, with every column: so the events hold all that the read side knows."""
    shop_day(store)
    before = print_of(store)
    with store.database.write() as connection:  # a bug had its way with the read side
        connection.execute(update(order_view).where(order_view.c.id < 50).values(status="shipped"))
        connection.execute(delete(order_view).where(order_view.c.id > 60))
        connection.execute(update(trends).values(orders=1))
    assert print_of(store) != before
    # 30 created (both readers), 6 updated (the read model), 6 cancelled (both)
    assert rebuild(store.database, READ_SIDE, clock=store.clock, chunk=chunk) == Rebuilt(
        replayed=78, refused=0
    )
    assert print_of(store) == before


@pytest.mark.parametrize("chunk", [None, 5])
def test_a_delivery_that_was_on_its_way_does_not_count_twice(store: Store, chunk: int | None) -> None:
    """Replayed from the journal first, delivered by the broker afterwards: the inbox knows it."""
    shop_day(store)
    store.place()
    cancel(store, 72)
    claim = store.outbox.claim(10)  # with the relay; neither confirmed nor consumed
    rebuild(store.database, READ_SIDE, clock=store.clock, chunk=chunk)
    before = print_of(store)
    deliver(store, claim.events)
    assert print_of(store) == before
    with store.database.read() as connection:
        assert (
            connection.execute(select(order_view.c.status).where(order_view.c.id == 72)).scalar()
            == "cancelled"
        )


@pytest.mark.parametrize("chunk", [None, 10])
def test_a_rebuild_amid_a_rush_misses_nothing_and_doubles_nothing(store: Store, chunk: int | None) -> None:
    """Customers order, readers read, and the read side is rebuilt again and again under their hands."""
    shop_day(store)
    stop = threading.Event()
    failures: list[BaseException] = []

    def until_stopped(work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                while not stop.wait(0.005):  # a rush, and not more orders than a test can replay
                    work()
            except BaseException as error:  # noqa: BLE001 the test's own thread reports it
                failures.append(error)

        return threading.Thread(target=run)

    threads = [until_stopped(store.place), until_stopped(lambda: carry(store, limit=3))]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            rebuild(store.database, READ_SIDE, clock=store.clock, chunk=chunk)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert failures == []
    while carry(store):
        pass
    live = print_of(store)
    with store.database.read() as connection:
        placed = len(connection.execute(select(order_view.c.id)).all())
        counted = sum(connection.execute(select(trends.c.orders)).scalars())
    assert placed == counted > 30
    rebuild(store.database, READ_SIDE, clock=store.clock)
    assert print_of(store) == live


def test_nobody_sees_a_list_that_is_half_built(store: Store) -> None:
    """In one transaction, a reader has the old list until it has the new one; in steps, it sees them."""
    shop_day(store)
    lengths: dict[int | None, set[int]] = {}
    seen: set[int] = set()

    def looking(connection: object, event: OrderEvent) -> None:
        ReadModel().apply(connection, event)  # type: ignore[arg-type]
        with store.database.read() as reader:
            seen.add(len(reader.execute(select(order_view.c.id)).all()))

    watched = Projection(reader=READ_SIDE[0].reader, tables=(order_view,), apply=looking)
    for chunk in (None, 10):
        seen.clear()
        rebuild(store.database, (watched,), clock=store.clock, chunk=chunk)
        lengths[chunk] = set(seen)
    assert lengths[None] == {30}
    assert len(lengths[10]) > 1


def test_a_crash_in_the_one_transaction_leaves_all_as_it_was(store: Store) -> None:
    """And a second attempt finds the same journal."""
    shop_day(store)
    before = print_of(store)
    calls = 0

    def crash(connection: object, event: OrderEvent) -> None:
        nonlocal calls
        calls += 1
        if calls == 20:
            raise KeyboardInterrupt
        ReadModel().apply(connection, event)  # type: ignore[arg-type]

    broken = Projection(reader=READ_SIDE[0].reader, tables=(order_view,), apply=crash)
    with pytest.raises(KeyboardInterrupt):
        rebuild(store.database, (broken,), clock=store.clock)
    assert print_of(store) == before
    assert carry(store) == 0
    rebuild(store.database, READ_SIDE, clock=store.clock)
    assert print_of(store) == before


def test_a_crash_between_two_steps_is_cured_by_the_next_rebuild(store: Store) -> None:
    """The list is incomplete until then, and what it holds is right."""
    shop_day(store)
    before = print_of(store)
    calls = 0

    def crash(connection: object, event: OrderEvent) -> None:
        nonlocal calls
        calls += 1
        if calls == 20:
            raise KeyboardInterrupt
        ReadModel().apply(connection, event)  # type: ignore[arg-type]

    broken = Projection(reader=READ_SIDE[0].reader, tables=(order_view,), apply=crash)
    with pytest.raises(KeyboardInterrupt):
        rebuild(store.database, (broken,), clock=store.clock, chunk=6)
    with store.database.read() as connection:
        assert 0 < len(connection.execute(select(order_view)).all()) < 30
    rebuild(store.database, READ_SIDE, clock=store.clock, chunk=6)
    assert print_of(store) == before


def test_an_event_that_nobody_can_use_does_not_stop_the_others(store: Store) -> None:
    """It is counted and not noted as done: it lies in the parking lot, and may be mended there."""
    store.place()
    bad = OrderEvent(
        id="bad", name="order.created", order_id=7, payload={"orderId": 7}, created_at=store.clock()
    )
    with store.database.write() as connection:
        write_down(connection, [bad])
    store.place()
    assert rebuild(store.database, READ_SIDE, clock=store.clock) == Rebuilt(replayed=4, refused=2)
    with store.database.read() as connection:
        noted = connection.execute(select(inbox.c.message_id).where(inbox.c.message_id == "bad")).all()
    assert noted == []


def test_other_readers_keep_their_memory(store: Store) -> None:
    """A rebuild of the read side sends nobody a second mail."""
    shop_day(store)
    with store.database.write() as connection:
        connection.execute(insert(inbox).values(consumer="email", message_id="id-1", received_at=1))
    rebuild(store.database, READ_SIDE, clock=store.clock)
    with store.database.read() as connection:
        kept = connection.execute(select(inbox).where(inbox.c.consumer == "email")).all()
    assert [tuple(row) for row in kept] == [("email", "id-1", 1)]


def test_a_fingerprint_minds_every_value_and_not_the_order_of_rows(store: Store) -> None:
    """Inserted backwards it is the same; with one centime more it is not."""
    shop_day(store)
    before = print_of(store)
    with store.database.write() as connection:
        rows = [dict(row) for row in connection.execute(select(order_view)).mappings()]
        connection.execute(delete(order_view))
        connection.execute(insert(order_view), rows[::-1])
        assert fingerprint(connection) == before
        connection.execute(
            update(order_view)
            .where(order_view.c.id == 50)
            .values(total_centimes=order_view.c.total_centimes + 1)
        )
        assert fingerprint(connection) != before
        assert fingerprint(connection, (trends,)) == fingerprint(connection, (trends,))
        assert fingerprint(connection, (trends,)) != fingerprint(connection, (order_view,))
