"""What the cashier knows about each order's money. A row's state only climbs, so the state is its version.

`move` is compare and set: it names the row that it saw. Of two that saw the same, one moves it and announces
it; the other learns that it was too late, and looks again. Part of the transaction of its caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from labs.orders.domain.clock import milliseconds
from labs.orders.store.saga_tables import payments
from labs.orders.store.skip import insert_or_skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One order's payment. `reference` is the payment service's own name for it. State None: no row yet."""

    state: str | None = None
    centimes: int = 0
    reference: str | None = None


def payment(connection: Connection, order_id: int) -> PaymentRow:
    """How the payment of this order stands."""
    row = connection.execute(select(payments).where(payments.c.order_id == order_id)).first()
    if row is None:
        return PaymentRow()
    return PaymentRow(state=row.state, centimes=row.centimes, reference=row.reference)


def move(
    connection: Connection,
    order_id: int,
    *,
    seen: PaymentRow,
    to: PaymentRow,
    reason: str | None = None,
    now: datetime,
) -> bool:
    """From what was `seen` to the next state; False when the row is not as it was seen."""
    values: dict[str, object] = {
        "state": to.state,
        "centimes": to.centimes,
        "reference": to.reference,
        "reason": reason,
        "changed_at": milliseconds(now),
    }
    if seen.state is None:
        return insert_or_skip(connection, payments, {"order_id": order_id} | values)
    same = (payments.c.order_id == order_id, payments.c.state == seen.state)
    return connection.execute(update(payments).where(*same).values(**values)).rowcount == 1
