"""The office: a program in a process of its own that notes which orders it has heard of, and when.

It may be killed and come back, as programs do. What it says is kept over all its lives. The clock is
`time.monotonic`, which is the same for all processes of a machine (https://docs.python.org/3/library/time.html).
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Self

from labs.course.child import Child


class Office:
    """Runs `program` with `words`; it works `busy_ms` milliseconds on each order before it says "heard"."""

    def __init__(self, program: ModuleType, *words: object, busy_ms: float = 0) -> None:
        self._program, self._words, self._busy_ms = program, [str(word) for word in words], busy_ms
        self._lives: list[Child] = []
        self._open = ExitStack()
        self._folder = Path()

    def working(self, busy_ms: float) -> Office:
        """The same program with the same words, which works so long on each order; not started."""
        return Office(self._program, *self._words, busy_ms=busy_ms)

    def start(self, folder: Path) -> Self:
        """Begin with an empty record; `folder` is where the order service has its database."""
        self._lives, self._folder = [], folder
        self.come_back()
        return self

    def come_back(self) -> None:
        """Begin again; `wait_until_ready` says when it hears."""
        child = Child(self._program, f"{self._busy_ms:g}", str(self._folder), *self._words)
        self._lives.append(self._open.enter_context(child))

    def wait_until_ready(self) -> None:
        """Return when it hears. Raises `WaitTimeout`."""
        self._lives[-1].wait_for("ready")

    def kill(self) -> None:
        """`kill -9`: it gets no chance to say goodbye."""
        self._lives[-1].end(signal.SIGKILL)

    def stop(self) -> None:
        """End it, if it still runs. What it has heard can be asked for afterwards."""
        self._open.close()

    @property
    def heard(self) -> dict[int, float]:
        """The orders that it has heard of, in that order, each with the moment when it was done with it."""
        found: dict[int, float] = {}
        for number, moment in self._said("heard"):
            found.setdefault(int(number), float(moment))
        return found

    @property
    def times(self) -> int:
        """How often it heard of an order; more than the length of `heard` if something came twice."""
        return sum(1 for _ in self._said("heard"))

    @property
    def asked(self) -> int:
        """How many queries it has sent to the database; only a program that polls sends any."""
        return sum(1 for _ in self._said("asked"))

    def _said(self, word: str) -> Iterator[list[str]]:
        for life in self._lives:
            yield from (line.split()[1:] for line in tuple(life.lines) if line.startswith(word))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now; the same office takes it in each of its lives."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
