"""A lock between processes, so that two kernels that need a broker at the same moment start one, not two.

The lock belongs to an open file, not to a file's existence: when its owner dies, the system frees it.
The rule: hold it while you look *and* act; looking first and locking later is the race again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from labs.errors import BrokerUnavailable

if sys.platform != "win32":
    import fcntl


@contextmanager
def try_lock(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """Take the lock on `path` if it is free, and say whether we have it; never waits.

    A `shared` lock can be held by many at once, but not together with an exclusive one.
    """
    with path.open("ab") as file:
        yield _take(file, shared=shared)


@contextmanager
def locked(
    path: Path, *, within_s: float, why: str, progress: Callable[[float], None] | None = None
) -> Iterator[None]:
    """Hold the lock on `path`, waiting at most `within_s` seconds; `progress` hears the seconds waited.

    Raises BrokerUnavailable, which names what was waited for (`why`), when somebody else keeps it longer.
    """
    began = time.monotonic()
    with _opened(path) as file:
        while not _take(file):
            waited = time.monotonic() - began
            if waited > within_s:
                raise BrokerUnavailable(f"Another process has been {why} for {waited:.0f} s and is not done.")
            if progress is not None:
                progress(waited)
            time.sleep(0.1)
        yield


def _opened(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    except OSError as error:
        raise BrokerUnavailable(
            f"The folder {path.parent} cannot be written: {error.strerror}.",
            hint="Look at that folder's rights, or set LABS_HOME to another one.",
        ) from error


def _take(file: IO[bytes], *, shared: bool = False) -> bool:
    if sys.platform == "win32":  # no private node there, hence nothing to protect
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
