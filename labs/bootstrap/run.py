"""Run a long command and show that it moves: one line that counts, redrawn in a terminal.

pip and apt print hundreds of lines. A learner needs three facts: how far it is, that it has not stopped, and,
if it fails, the last lines of what it said.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence

from labs.bootstrap.stop import Stop

#: Without a terminal a line is printed this often, so that a log of a machine stays short.
QUIET_S = 15.0
#: How many last lines are shown when a command fails.
TAIL = 15


def say(text: str) -> None:
    """One line of the story. Flushed, because child processes print to the same place."""
    print(f"• {text}", flush=True)


def watch(
    command: Sequence[str],
    *,
    what: str,
    count: str,
    total: int,
    mend: str,
    within_s: float = math.inf,
) -> None:
    """Run ``command`` and count its lines that match ``count``, of about ``total``.

    The last word of a matching line is shown beside the count. Raises `Stop` with the last lines and ``mend``
    (what the person can do) if the command fails, or ends it because it takes longer than ``within_s``.
    """
    progress = _Progress(what=what, total=total)
    with subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        encoding="utf-8",
        errors="replace",
    ) as child:
        reader = threading.Thread(target=progress.read, args=(child.stdout, re.compile(count)), daemon=True)
        reader.start()
        try:
            while child.poll() is None:
                progress.draw()
                if time.monotonic() - progress.began > within_s:
                    child.kill()
                time.sleep(0.2)
        except BaseException:
            child.terminate()  # a kill from outside reaches us alone, and apt would go on for minutes
            raise
        reader.join(timeout=5)
    progress.finish()
    if child.returncode != 0:
        raise Stop("\n".join([*progress.tail, f"{what} failed. {mend}"]))


class _Progress:
    """How many of the expected lines came. Written by the reader's thread, drawn by the main one."""

    def __init__(self, *, what: str, total: int) -> None:
        self.what, self.total = what, max(total, 1)
        self.seen, self.name = 0, ""
        self.tail: deque[str] = deque(maxlen=TAIL)
        self.began = self.drawn = time.monotonic()
        self.terminal = sys.stdout.isatty()

    def read(self, lines: Sequence[str], count: re.Pattern[str]) -> None:
        for line in lines:
            self.tail.append(line.rstrip())
            if found := count.search(line):
                self.seen += 1
                self.name = found.group(1)
            elif line.startswith("Installing collected packages"):
                self.name = "writing them to disk"  # pip's last step, a minute without a word

    def draw(self) -> None:
        now = time.monotonic()
        if not self.terminal and now - self.drawn < QUIET_S:
            return
        self.drawn = now
        done = min(self.seen / self.total, 1.0)
        bar = "█" * round(20 * done) + "░" * (20 - round(20 * done))
        line = f"  {bar} {self.seen:>3} · {now - self.began:3.0f} s · {self.name:<32.32}"
        print(f"\r{line}" if self.terminal else line, end="" if self.terminal else "\n", flush=True)

    def finish(self) -> None:
        start = "\r" if self.terminal else ""
        print(f"{start}  {self.what}: {time.monotonic() - self.began:.0f} s".ljust(76), flush=True)
