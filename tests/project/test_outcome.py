"""The closing line of a stage is read as a person reads it, and a failing exit code is never overlooked."""

from __future__ import annotations

import subprocess
import sys

import pytest

from labs.cli.outcome import CLOSING, Outcome, count, read_outcome


@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        ("12 passed in 3.10s", 0, Outcome(passed=12)),
        ("1 failed, 11 passed, 2 skipped, 1 warning in 63.21s (0:01:03)", 1, Outcome(passed=11, failed=1, skipped=2)),
        ("=== 3 passed, 2 errors in 0.50s ===", 1, Outcome(passed=3, failed=2)),
        ("4 passed, 1 xfailed in 1.00s", 0, Outcome(passed=5)),
        ("1 failed, 2 passed, 2 rerun in 5.47s", 1, Outcome(passed=2, failed=1, rerun=2)),
        ("12 passed in 3.10s", 2, Outcome(passed=12, failed=1)),
        ("", 5, Outcome(failed=1)),
        ("", 0, Outcome(passed=1)),
    ],
)  # fmt: skip
def test_a_closing_line_and_an_exit_code_make_an_outcome(line: str, code: int, expected: Outcome) -> None:
    """An interrupted run and a run without tests are failures, whatever was printed."""
    assert not line or CLOSING.match(line)
    assert count(line, code) == expected


def test_who_was_tried_twice_is_told() -> None:
    """A flaky test may pass, but not in silence."""
    assert str(Outcome(passed=3, rerun=1, seconds=2)) == "3 passed, 0 failed, 1 tried twice in 2 s"
    assert Outcome(rerun=1) + Outcome(rerun=2) == Outcome(rerun=3)


def test_other_lines_are_not_taken_for_the_closing_one() -> None:
    """Progress and durations are full of numbers, too."""
    for line in (
        "....... [ 60%]",
        "3.02s call     tests/unit/test_queue.py::test_a",
        "no tests ran in 0.01s",
    ):
        assert not CLOSING.match(line)


def test_a_stage_that_hangs_is_killed_and_counts_as_failed() -> None:
    """No wait without a deadline."""
    sleeper = [sys.executable, "-c", "import time; print('1 passed in 0.1s', flush=True); time.sleep(60)"]
    with subprocess.Popen(sleeper, stdout=subprocess.PIPE, text=True) as child:
        assert read_outcome(child, within_s=2.0).failed == 1
