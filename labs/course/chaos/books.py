"""The shop's books: everything in its database that an audit looks at, read in one transaction, so of one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select

from labs.orders.domain.event import OrderEvent
from labs.orders.store.database import Database
from labs.orders.store.journal import read_all
from labs.orders.store.saga_tables import payments, reservations, sagas, stock
from labs.orders.store.tables import feed, inbox, orders, outbox
from labs.orders.store.view_tables import order_view, trends


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Rows are by the order's number, where there is one row for each order."""

    orders: Mapping[int, Any]
    #: The journal: every event that was ever written down.
    events: tuple[OrderEvent, ...]
    #: How often the feed has an event of this name with this payload, and how often the journal has.
    told: Counter[tuple[str, str]]
    written: Counter[tuple[str, str]]
    #: Which reader has noted which event.
    inbox: frozenset[tuple[str, str]]
    sagas: Mapping[int, Any]
    reservations: Mapping[int, Any]
    payments: Mapping[int, Any]
    views: Mapping[int, Any]
    #: By the product's name.
    stock: Mapping[str, Any]
    #: Orders, cancelled orders and centimes, over all hours and wilayas.
    trends: tuple[int, int, int]
    #: Events that the relay has not marked as sent.
    waiting: int


def read_books(database: Database) -> Books:
    """Take the books as they are at this moment."""
    with database.read() as connection:
        sums = (trends.c.orders, trends.c.cancelled, trends.c.total_centimes)
        counted = connection.execute(select(*(func.coalesce(func.sum(each), 0) for each in sums))).one()
        unsent = select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        return Books(
            orders=_by(connection, orders, "id"),
            events=tuple(read_all(connection)),
            told=Counter((row.event, row.payload) for row in connection.execute(select(feed))),
            written=Counter((row.name, row.payload) for row in connection.execute(select(outbox))),
            inbox=frozenset((row.consumer, row.message_id) for row in connection.execute(select(inbox))),
            sagas=_by(connection, sagas, "order_id"),
            reservations=_by(connection, reservations, "order_id"),
            payments=_by(connection, payments, "order_id"),
            views=_by(connection, order_view, "id"),
            stock=_by(connection, stock, "product_name"),
            trends=(int(counted[0]), int(counted[1]), int(counted[2])),
            waiting=connection.execute(unsent).scalar_one(),
        )


def _by(connection: Connection, table: Table, column: str) -> dict[Any, Any]:
    return {getattr(row, column): row for row in connection.execute(select(table))}
