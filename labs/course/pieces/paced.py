"""Updates for the page at most ten times a second, whoever asks for them and however often.

A page that is told more often only stumbles, and each message costs the kernel time. So the first request is
carried out at once, and those that follow within a tenth of a second become one. Any thread may ask; the work
runs on the thread that asked or on a timer's, never twice at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: The shortest pause between two updates, in seconds.
PAUSE_S = 0.1


class Paced:
    """`ask()` runs `update` now, or as soon as the pause is over."""

    def __init__(self, update: Callable[[], object], *, pause_s: float = PAUSE_S) -> None:
        self._update, self._pause_s = update, pause_s
        self._lock = threading.Lock()
        self._running = threading.Lock()
        self._timer: threading.Timer | None = None
        self._last = float("-inf")

    def ask(self) -> None:
        """An update is wanted. Returns at once unless the page has been left alone for a while."""
        with self._lock:
            if self._timer is not None:
                return  # one is coming, and it will carry this as well
            left = self._last + self._pause_s - time.monotonic()
            if left > 0:
                self._timer = threading.Timer(left, self._run)
                self._timer.daemon = True
                self._timer.start()
                return
            self._last = time.monotonic()
        self._run()

    def flush(self) -> None:
        """What is waiting goes now: the last state must not wait for a timer."""
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        self._run()

    def _run(self) -> None:
        with self._lock:
            self._timer, self._last = None, time.monotonic()
        with self._running:
            self._update()
