"""Insert a row, or leave the one that is there: one sentence for two databases."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_skip(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert `values`; False when a row with this key was there, which then stays as it is.

    `INSERT … ON CONFLICT DO NOTHING`: https://www.sqlite.org/lang_upsert.html,
    https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return bool(connection.execute(insert(table).values(**values).on_conflict_do_nothing()).rowcount)
