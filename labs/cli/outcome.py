"""What a check closed with: so many passed, so many failed.

pytest says it in its last line; a linter says it by its exit code alone and counts as one check.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from dataclasses import dataclass

#: A count in pytest's closing line, like "3 passed" or "1 error".
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|rerun)\b")
#: The closing line itself: counts, and the seconds at its end.
CLOSING = re.compile(r"^=* ?(?:\d+ [a-z]+,? )+in [\d.]+s")
#: Colours, which a terminal gets and a count does not need.
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Counts that can be added. ``seconds`` is wall time, ``note`` what to say in place of the counts."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    #: How many were tried a second time: those that failed again are among the `failed`.
    rerun: int = 0
    seconds: float = 0.0
    note: str = ""

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            rerun=self.rerun + other.rerun,
            seconds=self.seconds + other.seconds,
        )

    def __str__(self) -> str:
        if self.note:
            return self.note
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        rerun = f", {self.rerun} tried twice" if self.rerun else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}{rerun} in {self.seconds:.0f} s"


def read_outcome(child: subprocess.Popen[str], *, within_s: float) -> Outcome:
    """Print a child's output as it comes and count its closing line. One that takes longer is killed."""
    closing = ""
    timer = threading.Timer(within_s, child.kill)
    timer.start()
    try:
        for line in child.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            plain = ANSI.sub("", line).strip()
            if CLOSING.match(plain):
                closing = plain
        code = child.wait()
    finally:
        timer.cancel()
    return count(closing, code)


def count(closing: str, code: int) -> Outcome:
    """The outcome that a closing line and an exit code mean together.

    A failing exit code is at least one failure: pytest ends with 5 when it found no test.
    """
    counts = {word: int(number) for number, word in COUNT.findall(closing)}
    failed = sum(counts.get(word, 0) for word in ("failed", "error", "errors", "xpassed"))
    if code != 0:
        failed = max(failed, 1)
    passed = counts.get("passed", 0) + counts.get("xfailed", 0)
    if not closing:
        passed = int(code == 0)
    skipped, rerun = counts.get("skipped", 0), counts.get("rerun", 0)
    return Outcome(passed=passed, failed=failed, skipped=skipped, rerun=rerun)
