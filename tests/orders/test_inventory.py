"""The store room: no piece is promised twice, and every piece that is given back can be sold again."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy.exc import IntegrityError

from labs.orders.domain.event import ORDER_CANCELLED, ORDER_CREATED, OrderEvent
from labs.orders.domain.saga_events import Goods
from labs.orders.store import stock
from labs.orders.store.saga_tables import reservations
from labs.orders.store.saga_tables import stock as room
from labs.outcome import Ack, Dead, Outcome
from tests.orders.conftest import Store
from tests.orders.saga_play import Play, delivered

PHONE = Goods(product_name="iPhone 15 Pro", quantity=2)


def told(store: Store, name: str, order_id: int, **payload: object) -> OrderEvent:
    """An event as the store room reads it."""
    known = {"orderId": order_id, "totalPrice": 329000, "productName": "iPhone 15 Pro", "quantity": 2}
    return OrderEvent(
        id=f"{name}-{order_id}",
        name=name,
        order_id=order_id,
        payload=known | payload,
        created_at=store.clock(),
    )


def hand(play: Play, event: OrderEvent) -> Outcome:
    """Give the event to the store room."""
    return play.services["inventory"](delivered(event))


def shelf(play: Play) -> tuple[int, int]:
    """How many pieces there are, and how many of them are promised."""
    (row,) = play.rows(room)
    return row.on_hand, row.reserved


def test_a_product_is_counted_when_it_is_ordered_for_the_first_time(store: Store) -> None:
    """`first_stock` pieces, and never again so many."""
    with Play(store, first_stock=5) as play:
        for number in (42, 43):
            assert hand(play, told(store, ORDER_CREATED, number)) == Ack()
        assert shelf(play) == (5, 4)
        assert play.events(42) == {"inventory.reserved": 1}


def test_the_announcement_carries_what_the_cashier_needs(store: Store) -> None:
    """Nobody has to ask the shop for the price."""
    with Play(store) as play:
        hand(play, told(store, ORDER_CREATED, 42, customerName="Ahmed"))
        play.publish()
        (event,) = {event.id: event for _, event in play.under_way}.values()
        assert event.cause == "order.created-42"
        assert event.payload == {
            "orderId": 42,
            "productName": "iPhone 15 Pro",
            "quantity": 2,
            "totalPrice": 329000,
            "customerName": "Ahmed",
            "message": "2 × iPhone 15 Pro put aside for order 42",
        }


def test_who_comes_too_late_is_told_so_and_gets_no_part_of_it(store: Store) -> None:
    """One piece is left and two are wanted: rejected whole, and the one piece stays for sale."""
    with Play(store, first_stock=3) as play:
        hand(play, told(store, ORDER_CREATED, 42))
        hand(play, told(store, ORDER_CREATED, 43))
        assert shelf(play) == (3, 2)
        assert play.events(43) == {"inventory.rejected": 1}
        assert hand(play, told(store, ORDER_CREATED, 44, quantity=1)) == Ack()
        assert shelf(play) == (3, 3)


def test_a_cancel_gives_the_pieces_back_once(store: Store) -> None:
    """Cancelled twice, by two different events: the pieces come back one time."""
    with Play(store) as play:
        hand(play, told(store, ORDER_CREATED, 42))
        hand(play, told(store, ORDER_CANCELLED, 42))
        hand(play, told(store, "command.inventory.release", 42))
        assert shelf(play) == (10, 0)
        assert play.events(42) == {"inventory.reserved": 1, "inventory.released": 1}


def test_a_cancel_before_its_order_is_remembered(store: Store) -> None:
    """The order that comes late finds out, and takes nothing."""
    with Play(store) as play:
        hand(play, told(store, ORDER_CANCELLED, 42))
        hand(play, told(store, ORDER_CREATED, 42))
        assert play.rows(room) == []
        (row,) = play.rows(reservations)
        assert row.state == "released"
        assert play.events(42) == {}


def test_a_cancelled_order_that_was_rejected_has_nothing_to_give_back(store: Store) -> None:
    """The compensation of a step that never was changes nothing."""
    with Play(store, first_stock=1) as play:
        hand(play, told(store, ORDER_CREATED, 42))
        hand(play, told(store, ORDER_CANCELLED, 42))
        assert shelf(play) == (1, 0)
        assert play.events(42) == {"inventory.rejected": 1}


def test_the_guides_own_events_mean_one_piece(store: Store) -> None:
    """They come without a quantity."""
    with Play(store) as play:
        event = told(store, ORDER_CREATED, 42)
        event.payload.pop("quantity")  # type: ignore[attr-defined]
        hand(play, event)
        assert shelf(play) == (10, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"productName": None},
        {"productName": ""},
        {"productName": "x" * 121},
        {"quantity": 0},
        {"quantity": -3},
        {"quantity": 101},
        {"quantity": "two"},
        {"quantity": True},
        {"totalPrice": "free"},
    ],
)
def test_an_order_that_makes_no_sense_is_parked(store: Store, wrong: dict[str, object]) -> None:
    """Nothing is taken for it, and nothing is announced."""
    with Play(store) as play:
        assert isinstance(hand(play, told(store, ORDER_CREATED, 42, **wrong)), Dead)
        assert play.rows(room) == []
        assert play.rows(reservations) == []
        assert play.events(42) == {}


def test_an_order_has_one_reservation(store: Store) -> None:
    """Two processes with two events of the same order: the database lets one of them in."""
    with store.database.write() as connection:
        stock.take(connection, 42, PHONE, first_stock=10, now=store.clock())
    for again in (stock.take, stock.refuse):
        more = {"first_stock": 10} if again is stock.take else {}
        with pytest.raises(IntegrityError), store.database.write() as connection:
            again(connection, 42, PHONE, now=store.clock(), **more)  # type: ignore[operator]
    with store.database.read() as connection:
        assert stock.reservation(connection, 42) == "reserved"


def test_many_at_once_never_promise_a_piece_twice(store: Store) -> None:
    """Ten threads want two of eleven pieces each: five get them."""
    got: list[bool] = []

    def want(number: int) -> None:
        with store.database.write() as connection:
            got.append(stock.take(connection, number, PHONE, first_stock=11, now=store.clock()))

    threads = [Thread(target=want, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(got) == [False] * 5 + [True] * 5
    with Play(store) as play:
        assert shelf(play) == (11, 10)
