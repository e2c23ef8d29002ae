"""Insert a row, or live with the one that is there: the same sentence for two databases.

Both ask by writing. Who looks first and writes later is overtaken between the two, by another process or by
the same event delivered twice. `INSERT … ON CONFLICT`: https://www.sqlite.org/lang_upsert.html,
https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

#: From the rejected row (SQL calls it `excluded`) to what the row that is there becomes: column → new value.
Merge = Callable[[Any], Mapping[str, ColumnElement[Any]]]


def insert_or_skip(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert `values`; False when a row with this key was there, which then stays as it is."""
    return bool(connection.execute(_skipping(connection.dialect.name, table), dict(values)).rowcount)


def insert_all_or_skip(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, tell: Column[Any]
) -> set[Any]:
    """Insert `rows` in one statement, leaving those that are there; returns column `tell` of the new ones."""
    return set(connection.execute(_telling(connection.dialect.name, table, tell), list(rows)).scalars())


def insert_or_update(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, merge: Merge
) -> None:
    """Insert `rows`, one after the other; where the primary key was there, change that row as `merge` says.

    `merge` must be a named function, not a lambda made anew each time: its statement is built once and kept.
    """
    connection.execute(_updating(connection.dialect.name, table, merge), list(rows))


@cache
def _skipping(dialect: str, table: Table) -> Executable:
    # psycopg forgets the count when its cursor is closed, which is before anybody could ask.
    counting = _insert(dialect)(table).execution_options(preserve_rowcount=True)
    statement: Executable = counting.on_conflict_do_nothing()
    return statement


@cache
def _telling(dialect: str, table: Table, tell: Column[Any]) -> Executable:
    statement: Executable = _insert(dialect)(table).on_conflict_do_nothing().returning(tell)
    return statement


@cache
def _updating(dialect: str, table: Table, merge: Merge) -> Executable:
    insert = _insert(dialect)(table)
    changes = dict(merge(insert.excluded))
    statement: Executable = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)
    return statement


def _insert(dialect: str) -> Any:
    return postgresql.insert if dialect == "postgresql" else sqlite.insert
