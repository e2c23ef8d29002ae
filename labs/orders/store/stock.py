"""The store room: how many pieces there are, and which order they belong to.

Taking is one sentence, "add to `reserved` if that is not more than `on_hand`", because between a look and a
write somebody else could take the last piece. Every function is part of the transaction of its caller.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from labs.orders.domain.clock import milliseconds
from labs.orders.domain.saga import REJECTED, RELEASED, RESERVED
from labs.orders.domain.saga_events import Goods
from labs.orders.store.saga_tables import reservations, stock
from labs.orders.store.skip import insert_or_skip


def reservation(connection: Connection, order_id: int) -> str | None:
    """How the order stands in the store room: `reserved`, `released`, `rejected`, or None: never seen."""
    query = select(reservations.c.state).where(reservations.c.order_id == order_id)
    return connection.execute(query).scalar()


def take(
    connection: Connection, order_id: int, goods: Goods, *, first_stock: int, now: datetime
) -> bool:  # fmt: skip
    """Put the pieces aside; False, and the order is rejected, when there are not enough.

    A product that was never seen is in the store room with `first_stock` pieces. Raises `IntegrityError`
    when the order has a reservation: somebody else was faster, and the event must be looked at again.
    """
    product = stock.c.product_name == goods.product_name
    insert_or_skip(
        connection, stock, {"product_name": goods.product_name, "on_hand": first_stock, "reserved": 0}
    )
    after = stock.c.reserved + goods.quantity
    taken = connection.execute(
        update(stock).where(product, after <= stock.c.on_hand).values(reserved=after)
    ).rowcount
    _note(connection, order_id, goods, RESERVED if taken else REJECTED, now)
    return bool(taken)


def give_back(connection: Connection, order_id: int, *, now: datetime) -> Goods | None:
    """The order's pieces are for sale again; None when they were already."""
    mine = reservations.c.order_id == order_id
    freed = connection.execute(
        update(reservations)
        .where(mine, reservations.c.state == RESERVED)
        .values(state=RELEASED, changed_at=milliseconds(now))
    ).rowcount
    if not freed:
        return None
    row = connection.execute(select(reservations).where(mine)).one()
    connection.execute(
        update(stock)
        .where(stock.c.product_name == row.product_name)
        .values(reserved=stock.c.reserved - row.quantity)
    )
    return Goods(product_name=row.product_name, quantity=row.quantity)


def refuse(connection: Connection, order_id: int, goods: Goods, *, now: datetime) -> None:
    """Note that this order, which nobody has seen yet, will never get anything. `IntegrityError` as above."""
    _note(connection, order_id, goods, RELEASED, now)


def _note(connection: Connection, order_id: int, goods: Goods, state: str, now: datetime) -> None:
    connection.execute(
        insert(reservations).values(
            order_id=order_id,
            product_name=goods.product_name,
            quantity=goods.quantity,
            state=state,
            changed_at=milliseconds(now),
        )
    )
