"""One SQLite file, opened in the way that keeps the word "committed" honest.

WAL lets readers read while somebody writes. `synchronous=FULL` makes a commit wait for the disk, so an
answer given after it survives a power cut. Writers say `BEGIN IMMEDIATE`: a transaction that reads first
and writes later could otherwise fail half way with "database is locked", which no time-out cures.
See https://www.sqlite.org/wal.html and https://www.sqlite.org/lang_transaction.html.

Safe to use from many threads: writers queue for one lock, readers do not wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from labs.errors import LabsError
from labs.orders.store.schema import metadata

#: How long a writer waits for another *process* that holds the file, in milliseconds.
BUSY_TIMEOUT_MS = 5000


class Database:
    """The shop's database in the file `path`. Tables are created when they are missing."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # customers' telephones are in it
        self.path = path
        self._writer = _engine(path, begin="BEGIN IMMEDIATE", pool_size=1)
        self._reader = _engine(path, begin="BEGIN", pool_size=5)
        self._one_writer = Lock()
        with self.write() as connection:
            metadata.create_all(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends, rolled back whole when it raises."""
        with self._one_writer, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database. Keep it short: a long one lets the WAL grow."""
        with self._reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection to the file. Safe to call twice."""
        self._writer.dispose()
        self._reader.dispose()


def _engine(path: Path, *, begin: str, pool_size: int) -> Engine:
    threads = {"check_same_thread": False}  # the pool hands a connection to one thread at a time
    engine = create_engine(f"sqlite:///{path}", pool_size=pool_size, connect_args=threads)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # Python's driver would begin transactions by itself, and not of this kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
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
