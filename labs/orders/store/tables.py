"""Four tables. Two of them exist only so that nothing is lost and nothing happens twice.

`orders` and `feed` are what people care about. `outbox` is the promise "this event will be published",
made in the same transaction as the order. `inbox` is the memory "this event has had its effect",
written in the same transaction as that effect. Moments are integers: milliseconds since 1970, UTC.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text

metadata = MetaData()

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_name", String(120), nullable=False),
    Column("product_name", String(120), nullable=False),
    Column("total_centimes", BigInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("wilaya", String(40), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("event_id", String(64), nullable=False, unique=True),
    Column("order_id", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_until", BigInteger),
    Column("sent_at", BigInteger),
)

#: The relay only ever asks for what is unsent, so only that is indexed: the index stays small for ever.
unsent = Index("outbox_unsent", outbox.c.seq, sqlite_where=outbox.c.sent_at.is_(None))

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(64), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer", "message_id"),
)

feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    # AUTOINCREMENT: a number is never used twice, so "after 17" keeps its meaning for every browser.
    sqlite_autoincrement=True,
)
