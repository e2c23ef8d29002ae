"""How far each order's saga is: one row, moved by compare and set.

The row's version says which state was seen. If another event moved it in between, this one's transaction is
undone and the event comes again: it will find the new state, and decide anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from labs.orders.domain.clock import milliseconds
from labs.orders.store.saga_tables import sagas
from labs.orders.store.skip import insert_or_skip


class MovedOn(Exception):
    """Another event moved this saga in between. Nothing was changed; look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaRow:
    """Where the saga was when we looked. `version` 0 and state None: there is no row yet."""

    state: str | None = None
    version: int = 0


def saga(connection: Connection, order_id: int) -> SagaRow:
    """How far this order is."""
    query = select(sagas.c.state, sagas.c.version).where(sagas.c.order_id == order_id)
    row = connection.execute(query).first()
    return SagaRow(state=row.state, version=row.version) if row else SagaRow()


def move(
    connection: Connection,
    order_id: int,
    *,
    seen: SagaRow,
    state: str,
    reason: str | None = None,
    now: datetime,
) -> None:
    """From what was `seen` to `state`; raises `MovedOn` when the row is not as it was seen."""
    values = {
        "state": state,
        "version": seen.version + 1,
        "reason": reason,
        "changed_at": milliseconds(now),
    }
    if seen.version == 0:
        moved = insert_or_skip(connection, sagas, {"order_id": order_id} | values)
    else:
        same = (sagas.c.order_id == order_id, sagas.c.version == seen.version)
        moved = connection.execute(update(sagas).where(*same).values(**values)).rowcount == 1
    if not moved:
        raise MovedOn(f"Order {order_id}: another event moved the saga first.")
