"""The tables that taking an order and announcing it need. The other floors have files of their own.

`orders` and `feed` are what people care about. `outbox` is the promise "this event will be published",
made in the same transaction as the order. `inbox` is the memory "this event has had its effect",
written in the same transaction as that effect. Moments are integers: milliseconds since 1970, UTC.
Every database sorts those alike. `labs.orders.store.schema` knows all tables.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
)

metadata = MetaData()

#: A number that grows by itself: SQLite does that for INTEGER only, PostgreSQL needs the room of a BIGINT.
Serial = BigInteger().with_variant(Integer, "sqlite")

orders = Table(
    "orders",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=False),
    Column("customer_name", String(120), nullable=False),
    Column("product_name", String(120), nullable=False),
    Column("total_centimes", BigInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("wilaya", String(40), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("email", String(254)),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("status", String(20), nullable=False),
    #: Grows with every change of status: whoever changes it says which one it saw (compare and set).
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
)

#: What a client already asked for under its `Idempotency-Key`, and which order answered it.
requests = Table(
    "requests",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("event_id", String(64), nullable=False, unique=True),
    Column("order_id", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    #: The event that made somebody write this one; nothing for the first of a story.
    Column("cause", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_until", BigInteger),
    Column("sent_at", BigInteger),
)

#: The relay only ever asks for what is unsent, so only that is indexed: the index stays small for ever.
unsent = Index(
    "outbox_unsent",
    outbox.c.seq,
    sqlite_where=outbox.c.sent_at.is_(None),
    postgresql_where=outbox.c.sent_at.is_(None),
)
#: One order's story, for its timeline.
stories = Index("outbox_order", outbox.c.order_id)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(64), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer", "message_id"),
)
#: Who has had this event: the other way into the same rows.
readers = Index("inbox_message", inbox.c.message_id)

feed = Table(
    "feed",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("event", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    # AUTOINCREMENT: a number is never used twice, so "after 17" keeps its meaning for every browser.
    sqlite_autoincrement=True,
)
