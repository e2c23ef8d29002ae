"""Taking an order: the order and the promise to announce it, in one transaction.

Either both rows exist or neither does. Write the order and publish afterwards, as many tutorials do,
and a crash between the two steps leaves an order that nobody is ever told about.
This pattern is the transactional outbox, https://microservices.io/patterns/data/transactional-outbox.html.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select

from labs.orders.domain.clock import Clock, from_milliseconds, milliseconds
from labs.orders.domain.event import order_created
from labs.orders.domain.ids import NewId
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.store.database import Database
from labs.orders.store.journal import write_down
from labs.orders.store.tables import orders


class Intake:
    """Stores orders. `committed` is called after each commit, to wake the relay; it must return at once."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        new_id: NewId,
        first_id: int = 1,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._first_id = first_id
        self._committed = committed

    def place(self, request: OrderRequest) -> Order:
        """Store the order and its event; when this returns, both are on the disk.

        The broker has no part in it: with the broker down, orders are taken all the same.
        """
        # Whole milliseconds, because that is what the table keeps: the answer and the row must agree.
        now = from_milliseconds(milliseconds(self._clock()))
        with self._database.write() as connection:
            order = Order(id=self._next_id(connection), request=request, created_at=now)
            event = order_created(order, event_id=self._new_id())
            self._insert_order(connection, order)
            write_down(connection, [event])
        self._committed()
        return order

    def find(self, order_id: int) -> Order | None:
        """The stored order with this id, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(orders).where(orders.c.id == order_id)).mappings().first()
        if row is None:
            return None
        fields = ("customer_name", "product_name", "total_centimes", "quantity", "wilaya", "phone", "email", "urgent")
        return Order(
            id=row["id"],
            request=OrderRequest(**{name: row[name] for name in fields}),
            created_at=from_milliseconds(row["created_at"]),
            status=row["status"],
            version=row["version"],
        )

    def _next_id(self, connection: Connection) -> int:
        # Inside BEGIN IMMEDIATE there is no second writer, so nobody else can take the same number.
        highest = connection.execute(select(func.max(orders.c.id))).scalar()
        return self._first_id if highest is None else int(highest) + 1

    def _insert_order(self, connection: Connection, order: Order) -> None:
        request = order.request
        connection.execute(
            insert(orders).values(
                id=order.id,
                customer_name=request.customer_name,
                product_name=request.product_name,
                total_centimes=request.total_centimes,
                quantity=request.quantity,
                wilaya=request.wilaya,
                phone=request.phone,
                email=request.email,
                urgent=request.urgent,
                status=order.status,
                created_at=milliseconds(order.created_at),
            )
        )
