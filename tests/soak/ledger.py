"""What happened in one run, in SQLite: written by the processes of the run, read by the one that judges.

The heart is `effect`: the inbox row and the effect are *one* transaction, so a message that comes twice has its
effect once, and a process that is killed in between has done neither.
The file belongs to the run and survives the death of processes, not of the machine; so it need not wait for
the disk. https://www.sqlite.org/lang_conflict.html
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

SCHEMA = """
CREATE TABLE published (id TEXT PRIMARY KEY, confirmed INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 1);
CREATE TABLE inbox (id TEXT PRIMARY KEY);
CREATE TABLE effects (id TEXT NOT NULL);
CREATE TABLE notes (id TEXT NOT NULL, what TEXT NOT NULL);
"""


class Ledger:
    """One connection to the run's file. Several threads may use it: what they write is written one after another."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=20.0, check_same_thread=False)
        self._lock = threading.RLock()
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        if new:
            self._db.executescript(SCHEMA)

    # --- the producer's side

    def intend(self, message_id: str) -> None:
        """Before the publish: from here on the message may be on the broker."""
        self._write(
            "INSERT INTO published (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET tries = tries + 1",
            (message_id,),
        )

    def confirm(self, message_id: str) -> None:
        """After the confirm: from here on it must not be lost."""
        self._write("UPDATE published SET confirmed = 1 WHERE id = ?", (message_id,))

    def published(self, *, confirmed: bool | None = None) -> set[str]:
        """The ids that were published, or only those that were (not) confirmed."""
        rows = self._db.execute(
            "SELECT id FROM published WHERE ? IS NULL OR confirmed = ?", (confirmed, confirmed)
        )
        return {row[0] for row in rows}

    def tries(self) -> int:
        """How many publishes there were, the repeated ones included."""
        return int(self._db.execute("SELECT COALESCE(SUM(tries), 0) FROM published").fetchone()[0])

    # --- the consumer's side

    def effect(self, message_id: str, *, inbox: bool = True) -> bool:
        """Record the effect, once; whether it was the first time. `inbox=False` is a planted mistake."""
        with self._transaction():
            if inbox:
                first = self._db.execute("INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING", (message_id,))
                if first.rowcount == 0:
                    self._db.execute("INSERT INTO notes VALUES (?, 'suppressed')", (message_id,))
                    return False
            self._db.execute("INSERT INTO effects VALUES (?)", (message_id,))
        return True

    def note(self, message_id: str, what: str) -> None:
        """Something else that a consumer did or saw."""
        self._write("INSERT INTO notes VALUES (?, ?)", (message_id, what))

    # --- the judge's side

    def effects(self) -> Counter[str]:
        """How often each effect was recorded."""
        return Counter(row[0] for row in self._db.execute("SELECT id FROM effects"))

    def number(self, table: Literal["published", "effects"]) -> int:
        """How many rows there are: how far the run has got."""
        return int(self._db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])  # noqa: S608 - one of two words

    def noted(self, what: str) -> Counter[str]:
        """How often this was noted of each message."""
        return Counter(row[0] for row in self._db.execute("SELECT id FROM notes WHERE what = ?", (what,)))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _write(self, statement: str, values: tuple[str, ...]) -> None:
        with self._transaction():
            self._db.execute(statement, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
