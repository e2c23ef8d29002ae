"""The inbox: what other threads bring to the one that does the work.

Commands from the kernel, looks from the poller, news from the listener: all are put here, and only the main
thread takes them out. The rule: threads send values, nothing else is shared.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any


class Inbox:
    """`put` from any thread; `take` and `wait` from one."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Any] = queue.SimpleQueue()
        #: Called after each `put`: ends a wait for something else.
        self.wake: Callable[[], None] = lambda: None

    def put(self, item: Any) -> None:
        """Bring something."""
        self._items.put(item)
        self.wake()

    def take(self) -> list[Any]:
        """Everything that is there."""
        items = []
        while not self._items.empty():
            items.append(self._items.get())
        return items

    def wait(self, within_s: float) -> list[Any]:
        """Everything that is there, after waiting for the first if need be."""
        try:
            first = self._items.get(timeout=max(within_s, 0.001))
        except queue.Empty:
            return []
        return [first, *self.take()]
