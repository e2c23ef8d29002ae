"""The shop's database: SQLite in a file, or PostgreSQL by its URL, with the same two verbs.

SQLite is enough for one machine and needs nothing. PostgreSQL lets several machines and processes write.
The rule is to say which kind of transaction you want: `write` is committed whole or not at all, and `read` sees
one moment and cannot write. Say it wrongly and SQLite answers "database is locked" on the day of the rush.

Safe to use from many threads. In SQLite writers queue for one lock, and readers never wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from labs.errors import LabsError
from labs.orders.store.disk import WriteAheadLog
from labs.orders.store.migrations.migrate import WAIT_MS, migrate
from labs.orders.store.one_writer import OneWriter
from labs.orders.store.postgres import postgres_reader, postgres_writer
from labs.orders.store.sqlite import sqlite_reader, sqlite_writer

FORMS = "Give a file's path, or postgresql://user:password@host/name."


class Database:
    """The shop's database at `place`: a file's path, or PostgreSQL's URL. Its tables are brought up to date.

    Raises LabsError when it cannot be opened: nobody answers, another process keeps it busy for a minute, or a
    newer version of the shop made the tables.
    """

    def __init__(self, place: Path | URL) -> None:
        self._one_writer: OneWriter | AbstractContextManager[None] = nullcontext()
        self._log: WriteAheadLog | None = None
        if isinstance(place, URL):
            self._writer, self._reader = postgres_writer(place), postgres_reader(place)
            migrator = self._writer
        else:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # customers' telephones are in it
            self._writer, self._reader = sqlite_writer(place, durable=False), sqlite_reader(place)
            self._log = WriteAheadLog(place)
            self._one_writer = OneWriter(place.with_name(place.name + ".writer"))
            migrator = sqlite_writer(place, busy_ms=WAIT_MS)
        try:
            migrate(reader=self._reader, writer=migrator)
        except BaseException as error:
            self.close()
            if not isinstance(error, OperationalError):
                raise
            name = place.render_as_string() if isinstance(place, URL) else place
            raise LabsError(
                f"The database {name} cannot be opened: {' '.join(str(error.orig).split())}", hint=FORMS
            ) from error
        finally:
            if migrator is not self._writer:
                migrator.dispose()

    @classmethod
    def open(cls, place: str | Path) -> Self:
        """The database at a path, or at a URL such as `postgresql://shop:secret@db/shop`."""
        if isinstance(place, Path) or "://" not in place:
            return cls(Path(place))
        try:
            url = make_url(place)
        except (
            ArgumentError,
            ValueError,
        ) as error:  # its message would repeat the URL, and the password in it
            raise LabsError("The database's address cannot be read.", hint=FORMS) from error
        if url.get_backend_name() in {"postgresql", "postgres"}:
            return cls(url)
        if url.get_backend_name() == "sqlite" and url.database:
            return cls(Path(url.database))
        raise LabsError(f"The shop cannot use {url.get_backend_name()} as its database.", hint=FORMS)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: on the disk when the block ends, rolled back whole when it raises.

        Others may see it a moment before it is on the disk; who told them `committed` has waited for that.
        """
        with self._one_writer, self._writer.begin() as connection:
            yield connection
        self.flush()

    def flush(self) -> None:
        """What was committed up to now, by anybody, is on the disk when this returns. PostgreSQL needs no call."""
        if self._log is not None:
            self._log.flush()

    @contextmanager
    def write_in_a_hurry(self) -> Iterator[Connection]:
        """`write` that does not wait for the disk: for what may be forgotten in a power cut without any harm.

        A crash of the program loses nothing of it; and it is never half there. A durable commit that comes later
        makes it durable too. https://www.sqlite.org/pragma.html#pragma_synchronous
        """
        with self._one_writer, self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL synchronous_commit TO off"))
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database. Keep it short: a long one lets the files grow."""
        with self._reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        for engine in (self._writer, self._reader):
            engine.dispose()
        if isinstance(self._one_writer, OneWriter):
            self._one_writer.close()
