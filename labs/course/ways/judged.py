"""A claim is judged by the cases in which it was tried: it held in all of them, in some, or in none.

The verdict stands beside the cases, so that a claim with a condition can never pass without it.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping


def judged(claim: str, cases: Mapping[str, bool]) -> list[str | None]:
    """A row for a table: the claim, the verdict, the cases in which it held, and those in which it did not.

    `cases` are conditions, each with whether the claim held under it. Raises ValueError when nothing was tried.
    """
    if not cases:
        raise ValueError("A claim that was not tried cannot be judged.")
    held = "; ".join(case for case, it_held in cases.items() if it_held)
    failed = "; ".join(case for case, it_held in cases.items() if not it_held)
    verdict = "not quite" if not held else "true if" if failed else "true"
    return [claim, verdict, held or None, failed or None]


def lines_changed(before: Callable[..., object], after: Callable[..., object]) -> int:
    """How many lines of a function's body had to be written, or written anew, to make another one of it."""
    old, new = (inspect.getsource(function).splitlines()[1:] for function in (before, after))
    return sum(line.startswith("+ ") for line in difflib.ndiff(old, new))
