"""The read model: one row for each order, shaped as the list shows it, written from the events alone.

Events may overtake each other: one fails and waits on the retry ladder while the next goes by, and two relays
keep no order between them. The rule that makes this harmless: each event says only what it knows, and a row
is *merged* with it, never overwritten. What an order is comes from `order.created`; of two statuses the one
with the higher version holds; of two steps of the saga the later one. A merge that does not mind order and
repetition ends in the same row whatever the way there. Overwrite instead, and the slowest event wins.

An event that comes before its `order.created` makes a row that is not shown (`created_at` is 0) and keeps
what it said. Waiting for the other one instead would end in the parking lot, when the other one is late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column

from labs.orders.domain import event as names
from labs.orders.domain.clock import milliseconds
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.lifecycle import CANCELLED, PENDING
from labs.orders.process.effects import NOTHING, Effect
from labs.orders.process.payload import centimes, optional_text, text, whole
from labs.orders.store.rebuild import Projection
from labs.orders.store.skip import insert_or_update
from labs.orders.store.view_tables import order_view
from labs.orders.topology import READ_MODEL

#: The saga's steps, as far as a list shows them. A later one wins over an earlier one.
SAGA = ("started", "reserved", "completed", "cancelled")
#: How far the saga is, once this has happened. A step that fails is not among them: it has ended nothing until
#: the order is cancelled, and an order that was shipped meanwhile cannot be.
STEPS = {
    names.INVENTORY_RESERVED: "reserved",
    names.PAYMENT_PROCESSED: "completed",
    names.ORDER_CANCELLED: "cancelled",
}
#: The longest reason that is kept.
MAX_REASON = 1000

#: What a row says when nothing is known yet: merged with anything, it changes nothing.
UNKNOWN: Mapping[str, object] = {
    "customer_name": "", "product_name": "", "total_centimes": 0, "quantity": 0, "wilaya": "", "phone": "",
    "email": None, "urgent": False, "status": "", "version": 0, "saga": SAGA[0], "tracking": None,
    "reason": None, "created_at": 0,
}  # fmt: skip
#: Columns that only `order.created` knows.
FACTS = ("customer_name", "product_name", "total_centimes", "quantity", "wilaya", "phone", "email", "urgent")


class ReadModel:
    """Projects every event into `order_view`. It holds nothing: all it knows is in the row."""

    def apply(self, connection: Connection, event: OrderEvent) -> Effect:
        """Merge what this event knows into the order's row; raises `InvalidValue` for one that says nothing."""
        self.apply_all(connection, [event])
        return NOTHING

    def apply_all(self, connection: Connection, events: Sequence[OrderEvent]) -> Sequence[Effect]:
        """The same for several, with one statement. By number, so that two batches never wait for each other."""
        rows = [
            {**UNKNOWN, **known, "id": event.order_id, "updated_at": milliseconds(event.created_at)}
            for event in sorted(events, key=lambda event: event.order_id)
            if (known := _known(event)) is not None
        ]
        if rows:
            insert_or_update(connection, order_view, rows, merge=_merge)
        return ()

    @property
    def projection(self) -> Projection:
        """What `rebuild` needs to know to write the read model again."""
        return Projection(reader=READ_MODEL, tables=(order_view,), apply=self.apply)


def _known(event: OrderEvent) -> Mapping[str, object] | None:
    """The columns that this event knows something about; None for an event that is not for the list."""
    payload = event.payload
    step = {"saga": STEPS[event.name]} if event.name in STEPS else {}
    match event.name:
        case names.ORDER_CREATED:
            return _facts(payload) | {"created_at": milliseconds(event.created_at)}
        case names.ORDER_STATUS_UPDATED:
            return {"status": text(payload, "status", most=20), "version": whole(payload, "version")}
        case names.ORDER_CANCELLED:
            return step | _reason(payload) | {"status": CANCELLED, "version": whole(payload, "version")}
        case names.INVENTORY_REJECTED | names.PAYMENT_FAILED:
            return _reason(payload)
        case names.SHIPPING_BOOKED:
            return {"tracking": text(payload, "tracking", most=64)}
    return step or None


def _reason(payload: Mapping[str, object]) -> dict[str, object]:
    return {"reason": optional_text(payload, "reason", most=MAX_REASON)}


def _facts(payload: Mapping[str, object]) -> dict[str, object]:
    return {
        "customer_name": text(payload, "customerName"),
        "product_name": text(payload, "productName"),
        "total_centimes": centimes(payload),
        "quantity": whole(payload, "quantity", 1),
        "wilaya": text(payload, "wilaya", most=40),
        "phone": text(payload, "phone", most=20),
        "email": optional_text(payload, "email", most=254),
        "urgent": payload.get("urgent") is True,
        "status": PENDING,
        "version": 1,
    }


def _merge(new: Any) -> Mapping[str, ColumnElement[Any]]:
    """The row that is there, merged with the `new` one: for each column, who knows more."""
    old = order_view.c
    created, newer = new.created_at > literal_column("0"), new.version > old.version
    merged = {name: case((created, new[name]), else_=old[name]) for name in (*FACTS, "created_at")}
    return merged | {
        "status": case((newer, new.status), else_=old.status),
        "version": case((newer, new.version), else_=old.version),
        "saga": case((_rank(new.saga) > _rank(old.saga), new.saga), else_=old.saga),
        "tracking": func.coalesce(new.tracking, old.tracking),
        # Why it was cancelled says more than which step failed.
        "reason": case(
            (_rank(new.saga) == literal_column("3"), func.coalesce(new.reason, old.reason)),
            else_=func.coalesce(old.reason, new.reason),
        ),
        "updated_at": case((new.updated_at > old.updated_at, new.updated_at), else_=old.updated_at),
    }


def _rank(saga: Any) -> ColumnElement[int]:
    # Written into the statement, for they never change: as parameters they would cost a third of its time.
    ranks = enumerate(SAGA)
    return case(*((saga == literal_column(f"'{step}'"), literal_column(f"{rank}")) for rank, step in ranks))
