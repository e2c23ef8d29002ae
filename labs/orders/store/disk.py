"""Waiting for the disk: what was committed before is on it when `flush` returns.

A commit has two costs: a moment in which nobody else may write, and the disk's word that the bytes are there.
SQLite pays both inside its lock when it is told `synchronous=FULL`, so while one waits for the disk all others wait
for that one. Here a commit only appends to the write-ahead log (`NORMAL`), the lock is free again, and then whoever
must know waits for the disk: with one `fdatasync` of that log, the same call that SQLite would make. It covers every
commit before it, so those who come together wait together. What a power cut can take is what nobody was told yet.
https://www.sqlite.org/wal.html#performance_considerations, https://www.sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.exc import OperationalError

#: macOS has no fdatasync; its fsync is what SQLite calls there, too.
_sync = getattr(os, "fdatasync", os.fsync)


class WriteAheadLog:
    """The log of the database file `database`."""

    def __init__(self, database: Path) -> None:
        self._path = f"{database}-wal"

    def flush(self) -> None:
        """Return when every commit up to now is on the disk. Raises SQLAlchemy's `OperationalError` when it is not."""
        try:
            # Opened each time: a log that was deleted and made again would have left us with the old one.
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                _sync(file)
            finally:
                os.close(file)
        except OSError as error:  # the same that a commit raises when the disk refuses
            raise OperationalError("waiting for the disk", None, error) from error
