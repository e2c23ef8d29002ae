"""The read side: tables that can be dropped and written again from the events, and lose nothing by it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from labs.orders.store.tables import metadata

#: One row for each order, shaped as the list shows it. Written by the consumer `read_model` and nobody else.
order_view = Table(
    "order_view",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_name", String(120), nullable=False),
    Column("product_name", String(120), nullable=False),
    Column("total_centimes", BigInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("wilaya", String(40), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("email", String(254)),
    Column("urgent", Boolean, nullable=False),
    Column("status", String(20), nullable=False),
    #: The version of the order that `status` belongs to: an older event that comes late changes nothing.
    Column("version", Integer, nullable=False),
    #: How far stock and payment are: `started`, `reserved`, `completed`, `cancelled`.
    Column("saga", String(20), nullable=False),
    Column("tracking", String(64)),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
by_status = Index("order_view_status", order_view.c.status, order_view.c.id)
by_wilaya = Index("order_view_wilaya", order_view.c.wilaya, order_view.c.id)

#: Orders and money for each hour and wilaya: what the trends chart draws. Written by the consumer `analytics`.
trends = Table(
    "trends",
    metadata,
    Column("hour", BigInteger, nullable=False),  # its first millisecond
    Column("wilaya", String(40), nullable=False),
    Column("orders", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("total_centimes", BigInteger, nullable=False),
    PrimaryKeyConstraint("hour", "wilaya"),
)
