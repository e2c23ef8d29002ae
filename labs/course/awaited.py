"""A learner's coroutine, run to its end outside of the notebook's loop.

A check is a plain function, and the notebook's loop is busy running it; so the coroutine gets a loop of its own,
in the thread of the attempt. The rule: when its time is up it is cancelled, for a robust connection that nobody
closes would go on connecting for ever. https://docs.python.org/3/library/asyncio-runner.html
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any

#: How much earlier than the attempt's own deadline it is cancelled, in seconds, so that it can still tidy up.
TIDY_S = 0.5


class Overdue(Exception):
    """The coroutine was not at its end in time."""


def awaited(answer: Any, *, within_s: float) -> Any:
    """`answer`, or what it comes to when it must be awaited. Raises Overdue."""
    return asyncio.run(_within(answer, within_s - TIDY_S)) if inspect.isawaitable(answer) else answer


async def _within(answer: Awaitable[Any], seconds: float) -> Any:
    # Not `asyncio.timeout`: what swallows its cancellation must not hold us up.
    task = asyncio.ensure_future(answer)
    if not (await asyncio.wait({task}, timeout=seconds))[0]:
        task.cancel()
        raise Overdue
    return task.result()
