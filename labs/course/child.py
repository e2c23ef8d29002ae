"""A program in a process of its own: the only thing that a real signal can be sent to.

`Child(program, *words)` runs a module of `labs.course.programs`. The words arrive as its arguments, but by a pipe:
an address with a password is nothing for the list of processes that everybody can read. The same pipe ends it:
when the kernel goes, however it goes, the pipe closes, and the child with it.
The rule: what it prints is kept in `lines` by a thread; the cell waits for a line, then acts.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from types import ModuleType
from typing import Self

from labs.errors import WaitTimeout

#: How long a child may take to say a line, or to end, in seconds.
PATIENCE_S = 15.0


class Child:
    """`with Child(packer, url, "desk") as child:` runs it; leaving the block ends it, if it still runs."""

    def __init__(self, program: ModuleType, *words: str) -> None:
        self.name = program.__name__.rpartition(".")[2]
        #: What it has printed so far, line by line.
        self.lines: list[str] = []
        self._file, self._words = str(program.__file__), words

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, self._file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # an interrupted cell does not interrupt the child
        )
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join(self._words) + "\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, name=f"labs-{self.name}", daemon=True)
        self._reader.start()
        return self

    def wait_for(self, *wanted: str, within_s: float = PATIENCE_S) -> None:
        """Return when each of `wanted` stands at the beginning of a line.

        Raises `WaitTimeout`, with the last lines that it said instead.
        """
        deadline = time.monotonic() + within_s
        while True:
            over = not self._reader.is_alive() or time.monotonic() > deadline
            missing = [words for words in wanted if not any(line.startswith(words) for line in self.lines)]
            if not missing:
                return
            if over:
                said = "; ".join(self.lines[-3:]) or "nothing was said"
                raise WaitTimeout(awaited=f"{self.name} to say {', '.join(missing)}", seen=said)
            time.sleep(0.01)

    def end(self, number: int | None = None, *, within_s: float = PATIENCE_S) -> int:
        """Send it the signal `number` (None: it ends by itself), wait, and return how it ended.

        0 is a program that came to its end, -9 one that was killed. Raises `WaitTimeout` when it goes on.
        """
        if number is not None:
            self._process.send_signal(number)
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise WaitTimeout(awaited=f"{self.name} to end", seen="it still runs") from error
        self._reader.join(PATIENCE_S)
        return int(self._process.returncode)

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE_S)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        self.lines.extend(line.rstrip() for line in self._process.stdout)


def _run(program: str) -> None:
    """In the child: take the words, watch the pipe, become the program."""
    sys.argv = [program, *sys.stdin.readline().rstrip("\n").split("\t")]

    def end_with_the_kernel() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=end_with_the_kernel, daemon=True).start()
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    _run(sys.argv[1])
