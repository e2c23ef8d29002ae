"""Changing an order's status: compare and set, and the events that tell of it, in one transaction.

The rule: say which version you saw, and let the database refuse if it is not that one any more. Read, think,
write without it, and two people who cancel and ship at the same moment both succeed: the parcel is on its
way, and the money is given back. https://www.rfc-editor.org/rfc/rfc9110#section-13.1 has the same idea for HTTP.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from labs.orders.domain.event import order_cancelled, status_updated
from labs.orders.domain.ids import NewId
from labs.orders.domain.lifecycle import CANCELLED, SHIPPED, require_move
from labs.orders.domain.order import Order
from labs.orders.domain.saga import COMPLETED
from labs.orders.store.journal import write_down
from labs.orders.store.order_rows import order_of
from labs.orders.store.sagas import saga
from labs.orders.store.tables import orders


class UnknownOrder(LookupError):
    """There is no order with this number."""

    def __init__(self, order_id: int) -> None:
        super().__init__("There is no order with this number.")
        self.order_id = order_id


class Overtaken(RuntimeError):
    """Somebody else changed the order after you looked at it. Look again, then decide again."""

    def __init__(self, order_id: int) -> None:
        super().__init__("Somebody else changed this order in the meantime. Please look at it again.")
        self.order_id = order_id


class Unpaid(RuntimeError):
    """The order's saga is not complete: its payment may still fail, and a parcel cannot be called back."""

    def __init__(self, order_id: int) -> None:
        super().__init__("This order is not paid yet, and cannot be shipped before it is.")
        self.order_id = order_id


def change_status(
    connection: Connection,
    *,
    order_id: int,
    wanted: str,
    reason: str,
    at: datetime,
    new_id: NewId,
    cause: str | None = None,
    seen_version: int | None = None,
    paid_first: bool = False,
) -> tuple[Order, str]:
    """Move the order to `wanted`; returns the order as it is now, and the status that it had before.

    Part of the transaction that `connection` is in: `order.status_updated`, and for a cancelled order
    `order.cancelled` with its `reason`, go into the outbox of the same commit. `cause` is the id of the event
    that led to this, None for a person. With `seen_version` the order must still be that version.
    With `paid_first`, for a shop that runs a saga, nothing is shipped whose saga is not complete.
    Raises `UnknownOrder`, `IllegalMove`, `Unpaid` or `Overtaken`, and has then written nothing.
    """
    row = connection.execute(select(orders).where(orders.c.id == order_id)).first()
    if row is None:
        raise UnknownOrder(order_id)
    found = order_of(row)
    if seen_version is not None and seen_version != found.version:
        raise Overtaken(order_id)
    require_move(found.status, wanted)
    if paid_first and wanted == SHIPPED and saga(connection, order_id).state != COMPLETED:
        raise Unpaid(order_id)
    order = replace(found, status=wanted, version=found.version + 1)
    # The same version again, in the database's own words: between the two statements PostgreSQL lets others write.
    written = connection.execute(
        update(orders)
        .where(orders.c.id == order_id, orders.c.version == found.version)
        .values(status=order.status, version=order.version)
    )
    if written.rowcount != 1:
        raise Overtaken(order_id)
    events = [status_updated(order, before=found.status, event_id=new_id(), at=at, cause=cause)]
    if wanted == CANCELLED:
        events.append(order_cancelled(order, reason=reason, event_id=new_id(), at=at, cause=cause))
    write_down(connection, events)
    return order, found.status
