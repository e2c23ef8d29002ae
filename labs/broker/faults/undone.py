"""A fault and its end: whatever happens in between, the end is reached.

The rule: ■ raises KeyboardInterrupt in the main thread, between any two steps of it, in a `finally` too. So
what must not stop half-way runs in a thread of its own, which no interrupt reaches; the main thread waits.
What breaks without it: the second, impatient ■ hits the cleaning up, and the broker stays frozen.
https://docs.python.org/3/library/signal.html#note-on-signal-handlers-and-exceptions
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Once interrupted, we wait no longer than this, in seconds, for what is under way; it goes on without us.
AFTER_INTERRUPT_S = 10.0
_LOOK_S = 0.2


class Errand:
    """`job`, done once, in a thread of its own."""

    def __init__(self, job: Callable[[], object]) -> None:
        self._job = job
        self._begun, self._done = threading.Lock(), threading.Event()
        self._error: BaseException | None = None

    def do(self) -> None:
        """Do it, and return when it is done. Raises what `job` raises, and KeyboardInterrupt afterwards."""
        until, interrupted = float("inf"), False
        while not self._done.is_set() and time.monotonic() < until:
            try:
                self._wait(until)
            except KeyboardInterrupt:
                until, interrupted = time.monotonic() + AFTER_INTERRUPT_S, True
        if interrupted:
            raise KeyboardInterrupt from self._error
        if self._error is not None:
            raise self._error

    def settle(self) -> None:
        """Wait for it if it has begun, whatever becomes of it; if it has not, it never will."""
        if not self._begun.acquire(blocking=False):
            self._done.wait()

    def _wait(self, until: float) -> None:
        while not self._done.is_set() and time.monotonic() < until:
            if not self._begun.locked():  # again if an interrupt came between; only the first one does it
                threading.Thread(target=self._run, name="labs-errand", daemon=True).start()
            self._done.wait(_LOOK_S)

    def _run(self) -> None:
        if self._begun.acquire(blocking=False):
            try:
                self._job()
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
                self._error = error
            finally:
                self._done.set()


@contextmanager
def undone(begin: Callable[[], object], undo: Callable[[], object]) -> Iterator[None]:
    """`begin()`, the block, `undo()`: the last also when either of the others fails or is interrupted.

    `undo` must be harmless when `begin` did nothing, or half of its work. Both run in threads of their own.
    Interrupted, the block ends within `AFTER_INTERRUPT_S` seconds; an `undo` that takes longer goes on.
    """
    beginning = Errand(begin)

    def end() -> None:
        beginning.settle()
        undo()

    ending = Errand(end)
    try:
        beginning.do()
        yield
    finally:
        ending.do()
