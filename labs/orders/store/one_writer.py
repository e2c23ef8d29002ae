"""One writer at a time, among the threads of this process and among processes.

SQLite lets one transaction write. Who comes second asks again after 1, 2, 5, 10, … up to 100 ms, and whoever asks
at the right moment wins: two busy processes then wait for sleeping instead of for each other. So writers queue at
a lock *before* they bother SQLite: threads at a lock in memory, processes at a lock on a file beside the database.
It only saves time. What keeps the data right is SQLite's own lock, and whoever does not get this one within
`PATIENCE_S` goes to ask SQLite, which has its own patience and its own words for the end of it.
https://www.sqlite.org/c3ref/busy_timeout.html, https://man7.org/linux/man-pages/man2/flock.2.html
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from threading import Lock
from types import TracebackType

if sys.platform != "win32":  # there, processes queue at SQLite's own lock
    import fcntl

#: How long to queue for another process, and how often to ask, in seconds.
PATIENCE_S, ASK_S = 1.0, 0.0005


class OneWriter:
    """A context manager: inside, this thread is the one that writes. The lock's file is `path`."""

    def __init__(self, path: Path) -> None:
        self._thread = Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Give the file back. Nobody may be inside. Safe to call twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> None:
        self._thread.acquire()
        deadline = time.monotonic() + PATIENCE_S
        while not self._locked() and time.monotonic() < deadline:
            time.sleep(ASK_S)

    def _locked(self) -> bool:
        if sys.platform != "win32":
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.platform != "win32" and self._file >= 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread.release()
