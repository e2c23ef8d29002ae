"""The order list, read from the read model: filters, a search, and pages that do not shift.

A page begins where the last one ended, by the order's number (`before`), never by counting rows to skip.
Counting gets slower with every page, and an order that arrives meanwhile pushes a row onto the next page, so
that somebody sees it twice. https://use-the-index-luke.com/no-offset

The read model is a moment behind: an event must go through outbox, broker and consumer first. `one` closes
that gap for the order that you have just written: what the read model does not know yet, it takes from the
orders themselves, and says so. Rows that wait for their `order.created` are in no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from labs.orders.domain.clock import from_milliseconds, iso
from labs.orders.domain.lifecycle import MOVES
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.store.database import Database
from labs.orders.store.tables import orders
from labs.orders.store.view_tables import order_view

#: Fewer digits than this are part of nearly every telephone number, so they find none.
MIN_PHONE_DIGITS = 4
#: More digits than this, and no order has such a number.
MAX_DIGITS = 18
#: What people write between the digits of a telephone number.
PHONE_SIGNS = str.maketrans("", "", "+-./() ")

#: In `order_view` and not in `orders`: what the read model adds.
ADDED = {"saga": "started", "tracking": None, "reason": None}
REQUEST = (
    "customer_name",
    "product_name",
    "total_centimes",
    "quantity",
    "wilaya",
    "phone",
    "email",
    "urgent",
)


class OrderViews:
    """What the dashboard shows of orders. Every call sees one moment of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        status: str | None = None,
        wilaya: str | None = None,
        text: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> dict[str, Any]:
        """Up to `limit` orders, newest number first; `next` is the `before` of the next page, None at the end.

        `text` is looked for in customer and product, whatever the capitals (on SQLite, those of a to z), in
        the telephone, however it is written, and as the order's number. `total` counts what the filters let
        through, on all pages.
        """
        wanted = [order_view.c.created_at > 0]
        if status is not None:
            wanted.append(order_view.c.status == status)
        if wilaya is not None:
            wanted.append(order_view.c.wilaya == wilaya)
        if text is not None and text.strip():
            wanted.append(_mentions(text.strip()))
        from_here = [order_view.c.id < before] if before is not None else []
        page = select(order_view).where(*wanted, *from_here).order_by(order_view.c.id.desc()).limit(limit + 1)
        with self._database.read() as connection:
            rows = connection.execute(page).mappings().all()
            total = connection.execute(
                select(func.count()).select_from(order_view).where(*wanted)
            ).scalar_one()
        shown = rows[:limit]
        return {
            "items": [_item(row) for row in shown],
            "next": shown[-1]["id"] if len(rows) > limit else None,
            "total": total,
        }

    def one(self, order_id: int) -> dict[str, Any] | None:
        """This order, or None. `projected` is False when the read model is behind what the shop has stored.

        Then status and version are the stored ones: who has just written finds what was written.
        """
        shown = order_view.c.created_at > 0
        with self._database.read() as connection:
            view = (
                connection.execute(select(order_view).where(order_view.c.id == order_id, shown))
                .mappings()
                .first()
            )
            stored = connection.execute(select(orders).where(orders.c.id == order_id)).mappings().first()
        if stored is None:
            return None if view is None else _item(view) | {"projected": True}
        if view is not None and view["version"] >= stored["version"]:
            return _item(view) | {"projected": True}
        added = view or ADDED | {"updated_at": stored["created_at"]}
        return _item({**added, **stored}) | {"projected": False}


def _mentions(text: str) -> ColumnElement[bool]:
    # autoescape: a customer called 100%_Sure is found by that name, and `%` alone does not find everybody.
    places = [
        column.icontains(text, autoescape=True)
        for column in (order_view.c.customer_name, order_view.c.product_name)
    ]
    digits = text.translate(PHONE_SIGNS)
    if digits.isascii() and digits.isdecimal():
        national = digits.lstrip("0")  # 0555… at home is +213 555… from abroad, and stored is the latter
        if len(national) >= MIN_PHONE_DIGITS:
            places.append(order_view.c.phone.contains(national, autoescape=True))
    number = text.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS:
        places.append(order_view.c.id == int(number))
    return or_(*places)


def _item(row: Mapping[Any, Any]) -> dict[str, Any]:
    order = Order(
        id=row["id"],
        request=OrderRequest(**{name: row[name] for name in REQUEST}),
        created_at=from_milliseconds(row["created_at"]),
        status=row["status"],
        version=row["version"],
    )
    return order.as_json() | {
        "saga": row["saga"],
        "tracking": row["tracking"],
        "reason": row["reason"],
        "updatedAt": iso(from_milliseconds(row["updated_at"])),
        "version": order.version,
        "moves": list(MOVES.get(order.status, ())),
    }
