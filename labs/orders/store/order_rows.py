"""One order, one row: how an order is written into the table `orders` and read from it again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from labs.orders.domain.clock import from_milliseconds, milliseconds
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.store.tables import orders
from labs.orders.store.turn import ORDER_NUMBERS, take_turn

#: Built once, because many orders a second use them. A statement that is built anew must be compiled anew.
INSERT = insert(orders)
HIGHEST = select(func.max(orders.c.id))


def next_number(connection: Connection, *, first: int) -> int:
    """The number of the next order, which is nobody else's until this transaction ends.

    PostgreSQL's sequences would leave holes after a rollback, and a shop's numbers are looked at by accountants.
    """
    take_turn(connection, ORDER_NUMBERS)
    highest = connection.execute(HIGHEST).scalar()
    return first if highest is None else int(highest) + 1


def row_of(order: Order) -> dict[str, object]:
    """The row that keeps `order`."""
    request = order.request
    return {
        "id": order.id,
        "customer_name": request.customer_name,
        "product_name": request.product_name,
        "total_centimes": request.total_centimes,
        "quantity": request.quantity,
        "wilaya": request.wilaya,
        "phone": request.phone,
        "email": request.email,
        "urgent": request.urgent,
        "status": order.status,
        "version": order.version,
        "created_at": milliseconds(order.created_at),
    }


def order_of(row: Row[Any]) -> Order:
    """The order that `row` keeps."""
    request = OrderRequest(
        customer_name=row.customer_name,
        product_name=row.product_name,
        total_centimes=row.total_centimes,
        quantity=row.quantity,
        wilaya=row.wilaya,
        phone=row.phone,
        email=row.email,
        urgent=row.urgent,
    )
    moment = from_milliseconds(row.created_at)
    return Order(id=row.id, request=request, created_at=moment, status=row.status, version=row.version)
