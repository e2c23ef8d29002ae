"""What the saga needs to remember: stock, money, and how far each order is."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Text

from labs.orders.store.tables import metadata

#: `on_hand` pieces are in the store room, of which `reserved` belong to orders already.
stock = Table(
    "stock",
    metadata,
    Column("product_name", String(120), primary_key=True),
    Column("on_hand", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="stock_is_there"),
)

#: One for each order: `state` is `reserved`, `released` or `rejected`.
reservations = Table(
    "reservations",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("product_name", String(120), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

#: One for each order. `state`: `charging`, then `processed`, `failed` or `cancelled` (before it was charged);
#: `refunded` after `processed`. `reference` is the payment service's name for it.
payments = Table(
    "payments",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("centimes", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reference", String(64)),
    Column("reason", Text),
    Column("changed_at", BigInteger, nullable=False),
)

#: How far an order is. `state`: `started`, `reserved`, then for ever `completed` or `cancelled`.
sagas = Table(
    "sagas",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    #: Compare and set: two events at once cannot both move it.
    Column("version", Integer, nullable=False),
    Column("reason", Text),
    Column("changed_at", BigInteger, nullable=False),
)
