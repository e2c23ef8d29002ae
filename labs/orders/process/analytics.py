"""Analytics: orders and money for each hour and wilaya.

Unlike the read model's rows, these numbers are counted up, and counting the same order twice shows. So this
reader depends on its inbox: the event's id and the count are one transaction (`labs.orders.process.effects`).
Order does not matter, for adding does not mind it. A cancellation counts in the hour in which the order was
*placed*: "of the orders of ten o'clock, three were cancelled". The total is what was ordered, cancelled or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection

from labs.orders.domain.clock import milliseconds
from labs.orders.domain.event import ORDER_CANCELLED, ORDER_CREATED, OrderEvent
from labs.orders.process.effects import NOTHING, Effect
from labs.orders.process.payload import centimes, moment, text
from labs.orders.store.rebuild import Projection
from labs.orders.store.skip import insert_or_update
from labs.orders.store.trends import HOUR_MS
from labs.orders.store.view_tables import trends
from labs.orders.topology import ANALYTICS


class Analytics:
    """Counts `order.created` and `order.cancelled` into `trends`; leaves every other event alone."""

    def apply(self, connection: Connection, event: OrderEvent) -> Effect:
        """Count this event; raises `InvalidValue` when it does not say where and when the order was placed."""
        self.apply_all(connection, [event])
        return NOTHING

    def apply_all(self, connection: Connection, events: Sequence[OrderEvent]) -> Sequence[Effect]:
        """The same for several, with one statement."""
        rows = [row for event in events if (row := _counts(event)) is not None]
        if rows:
            # Always in the same order, so that two batches never wait for each other's rows.
            rows.sort(key=lambda row: (row["hour"], row["wilaya"]))
            insert_or_update(connection, trends, rows, merge=_add)
        return ()

    @property
    def projection(self) -> Projection:
        """What `rebuild` needs to know to count everything again."""
        return Projection(reader=ANALYTICS, tables=(trends,), apply=self.apply)


def _counts(event: OrderEvent) -> dict[str, Any] | None:
    """What this event adds to which row; None for an event that nobody counts."""
    if event.name == ORDER_CREATED:
        placed = moment(event.payload, "createdAt", event.created_at)
        counts = {"orders": 1, "cancelled": 0, "total_centimes": centimes(event.payload)}
    elif event.name == ORDER_CANCELLED:
        placed = moment(event.payload, "createdAt")
        counts = {"orders": 0, "cancelled": 1, "total_centimes": 0}
    else:
        return None
    at = milliseconds(placed)
    return {"hour": at - at % HOUR_MS, "wilaya": text(event.payload, "wilaya", most=40), **counts}


def _add(new: Any) -> Mapping[str, ColumnElement[Any]]:
    return {name: trends.c[name] + new[name] for name in ("orders", "cancelled", "total_centimes")}
