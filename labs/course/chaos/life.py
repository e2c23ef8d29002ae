"""One life of a part: a process, what it says, and what it is told; each line is JSON or plain text.

The parent holds the other end of its standard input. When the parent goes, however it goes, that ends, and the
child ends itself. A thread reads what it says, so that it never waits for a reader.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from labs.errors import LabsError, WaitTimeout

#: How long the reading thread may take after the end, in seconds.
LAST_WORDS_S = 10.0


class Life:
    """Runs the file `program`, and tells it `told` first. `name` is for sentences."""

    def __init__(self, name: str, program: str, told: Mapping[str, Any]) -> None:
        self.name = name
        #: What it has printed, line by line; and what of it was JSON, all in one.
        self.lines: list[str] = []
        self.said: dict[str, Any] = {}
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-P", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # an interrupted cell does not interrupt the child
        )
        self._reader = threading.Thread(target=self._read, name=f"labs-{name}", daemon=True)
        self._reader.start()
        self.tell(told)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def tell(self, wish: Mapping[str, Any]) -> None:
        """One line to it; raises `LabsError` when it has ended."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(wish) + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError) as error:
            raise LabsError(f"{self.name} has ended.", hint="Call start() again.") from error

    def wait_for(self, word: str, value: Any, *, within_s: float) -> None:
        """Return when it has said `{word: value}`, or that it dies; raises `WaitTimeout` with its last lines."""

        def over() -> bool:
            return self.said.get(word) == value or "dies" in self.said or not self._reader.is_alive()

        with self._news:
            self._news.wait_for(over, within_s)
        if self.said.get(word) != value and "dies" not in self.said:
            seen = "; ".join(self.lines[-3:]) or "nothing was said"
            raise WaitTimeout(awaited=f"{self.name} to say {word!r} within {within_s:g} s", seen=seen)

    def wait(self, within_s: float) -> int:
        """Its exit code, once it has ended; raises `WaitTimeout` when it goes on."""
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise WaitTimeout(awaited=f"{self.name} to end", seen="it still runs") from error
        self._reader.join(LAST_WORDS_S)
        return self.process.returncode

    def close(self) -> None:
        """Make sure that it is gone, and give back what it held."""
        self.process.kill()
        self.wait(LAST_WORDS_S)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip())
                if line.startswith('{"'):
                    self.said |= json.loads(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()
