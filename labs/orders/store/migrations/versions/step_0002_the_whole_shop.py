"""Step 2: orders have versions, events have causes, and the saga, the channels and the read side get tables.

Old events do not say what today's readers ask for, so their payloads are completed from their orders; from then
on the journal tells the whole story, and the list of orders can be made from it. It is filled here once.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what is new, then complete what is old."""
    _columns()
    _saga_tables()
    _channel_tables()
    _view_tables()
    _complete_old_events(op.get_bind())
    _list_old_orders()


def _columns() -> None:
    op.add_column("orders", sa.Column("email", sa.String(254)))
    op.add_column("orders", sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("orders", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    # SQLite cannot change a column's type: Alembic copies the table, and the index has to come after.
    op.drop_index("outbox_unsent", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("order_id", type_=sa.BigInteger, existing_nullable=False)
        outbox.add_column(sa.Column("cause", sa.String(64)))
    only = sa.text("sent_at IS NULL")
    op.create_index("outbox_unsent", "outbox", ["seq"], sqlite_where=only, postgresql_where=only)
    op.create_index("outbox_order", "outbox", ["order_id"])
    op.create_index("inbox_message", "inbox", ["message_id"])
    op.create_table(
        "requests",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )


def _saga_tables() -> None:
    op.create_table(
        "stock",
        sa.Column("product_name", sa.String(120), primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("on_hand", "reserved")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="stock_is_there"),
    )
    op.create_table(
        "reservations",
        sa.Column("order_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("product_name", sa.String(120), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "payments",
        sa.Column("order_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("centimes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        *(sa.Column("reference", sa.String(64)), sa.Column("reason", sa.Text)),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sagas",
        sa.Column("order_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column("reason", sa.Text), sa.Column("changed_at", sa.BigInteger, nullable=False)),
    )


def _channel_tables() -> None:
    op.create_table(
        "deliveries",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reference", sa.String(255)),
        *(sa.Column("error", sa.Text), sa.Column("changed_at", sa.BigInteger, nullable=False)),
        sa.PrimaryKeyConstraint("channel", "event_id", "recipient"),
    )
    op.create_index("deliveries_order", "deliveries", ["order_id"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.String(128), nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )


def _view_tables() -> None:
    op.create_table(
        "order_view",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.String(120), nullable=False) for name in ("customer_name", "product_name")),
        sa.Column("total_centimes", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("wilaya", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("saga", sa.String(20), nullable=False),
        *(sa.Column("tracking", sa.String(64)), sa.Column("reason", sa.Text)),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("created_at", "updated_at")),
    )
    op.create_index("order_view_status", "order_view", ["status", "id"])
    op.create_index("order_view_wilaya", "order_view", ["wilaya", "id"])
    op.create_table(
        "trends",
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("wilaya", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("orders", "cancelled")),
        sa.Column("total_centimes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hour", "wilaya"),
    )


def _complete_old_events(connection: sa.Connection) -> None:
    old = "SELECT e.seq, e.payload, o.quantity FROM outbox e JOIN orders o ON o.id = e.order_id"
    for seq, payload, quantity in connection.execute(sa.text(old)).all():
        new = {"quantity": quantity, "email": None, "urgent": False, "status": "pending", "version": 1}
        whole = json.loads(payload) | new
        row = {"seq": seq, "payload": json.dumps(whole, ensure_ascii=False)}
        connection.execute(sa.text("UPDATE outbox SET payload = :payload WHERE seq = :seq"), row)


def _list_old_orders() -> None:
    same = "id, customer_name, product_name, total_centimes, quantity, wilaya, phone, urgent, status, version"
    op.execute(
        f"INSERT INTO order_view ({same}, saga, created_at, updated_at)"  # noqa: S608 two literals
        f" SELECT {same}, 'started', created_at, created_at FROM orders"
    )
