"""What the channels need to remember: who was told what, and who asked to be told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from labs.orders.store.tables import metadata

#: One for each thing sent to somebody outside. `state` is `sent`, `failed` (for good) or `waiting` (will be tried).
deliveries = Table(
    "deliveries",
    metadata,
    Column("channel", String(20), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    #: The outside service's own name for it: a message id, a sid, a tracking number.
    Column("reference", String(255)),
    Column("error", Text),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "event_id", "recipient"),
)
by_order = Index("deliveries_order", deliveries.c.order_id)

#: Who wants to hear of events by signed HTTP. `keys` is a JSON list of topic patterns.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", String(128), nullable=False),
    Column("keys", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
