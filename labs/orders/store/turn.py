"""Turns: the few things in the database that only one transaction at a time may do.

Order numbers are counted ("the highest, and one more"), and a dashboard comes back with "everything after 17".
Both are true only when numbers appear in the order in which they are given out. SQLite has one writer, so it
is so by itself. PostgreSQL has many: two would read the same highest number, and a sequence would give 17 to
one and 18 to another who commits first. So there a transaction takes a *turn*, by a lock that PostgreSQL
frees after the commit can be seen, or when the connection ends, and never otherwise.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS

A sequence would be faster, but its numbers have holes and no order; group commit takes one turn for many orders.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, func, select

#: Giving order numbers.
ORDER_NUMBERS = "order numbers"
#: Adding to the dashboard's feed.
FEED = "feed"


def take_turn(connection: Connection, what: str) -> None:
    """Wait until no other transaction is in its turn at `what`; the turn ends with this transaction.

    Call it before reading what the turn protects. Raises SQLAlchemy's `OperationalError` when another
    transaction keeps its turn for longer than `lock_timeout`, or when two wait for each other.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_number(what))))


def _number(what: str) -> int:
    """A lock's name for PostgreSQL, which counts in 64 bits: the same in every process and every version."""
    digest = hashlib.sha256(f"labs.orders {what}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
