"""One SQLite file, opened in the way that keeps the word "committed" honest.

WAL lets readers read while somebody writes. A commit that waits for the disk survives a power cut: `durable` ones
wait inside SQLite (`synchronous=FULL`), the others may be waited for later (`labs.orders.store.disk`). Writers say
`BEGIN IMMEDIATE`: a transaction that reads first and writes later could otherwise fail half way with "database is
locked", which no time-out cures.
See https://www.sqlite.org/wal.html and https://www.sqlite.org/lang_transaction.html.
"""

from __future__ import annotations

import time
from pathlib import Path
from sqlite3 import Cursor, OperationalError
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from labs.errors import LabsError

#: How long a writer waits for another *process* that holds the file, in milliseconds.
BUSY_TIMEOUT_MS = 5000


def sqlite_writer(path: Path, *, busy_ms: int = BUSY_TIMEOUT_MS, durable: bool = True) -> Engine:
    """Connections that may write, one at a time. They wait `busy_ms` milliseconds for another process.

    Not `durable`: a commit survives a crash of the program, and a power cut only once a durable one came after it.
    """
    engine = _engine(path, begin="BEGIN IMMEDIATE", pool_size=1, busy_ms=busy_ms)
    if not durable:

        @event.listens_for(engine, "connect")
        def hurry(connection: Any, _: object) -> None:
            connection.execute("PRAGMA synchronous=NORMAL").close()

    return engine


def sqlite_reader(path: Path) -> Engine:
    """Connections that only read: each transaction sees one moment, and SQLite refuses it every write."""
    engine = _engine(path, begin="BEGIN", pool_size=5, busy_ms=BUSY_TIMEOUT_MS)

    @event.listens_for(engine, "connect")
    def only_read(connection: Any, _: object) -> None:
        connection.execute("PRAGMA query_only=ON").close()

    return engine


def _engine(path: Path, *, begin: str, pool_size: int, busy_ms: int) -> Engine:
    threads = {"check_same_thread": False}  # the pool hands a connection to one thread at a time
    engine = create_engine(f"sqlite:///{path}", pool_size=pool_size, connect_args=threads)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # Python's driver would begin transactions by itself, and not of this kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_ms}")
        mode = _switch_to_wal(cursor)
        if mode != "wal":  # SQLite refuses WAL by answering with the old mode, not with an error
            raise LabsError(
                f"The database cannot use WAL here: SQLite stays in mode {mode!r}.",
                hint="Put LABS_HOME on a local disk; network drives cannot share memory.",
            )
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_as_told(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _switch_to_wal(cursor: Cursor) -> str:
    """Ask for WAL. Two processes that open a new file at once both switch it, and that lock has no time-out."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            return str(cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
