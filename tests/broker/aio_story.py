"""An async test, told in a loop of its own, which must be empty afterwards."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec

P = ParamSpec("P")

#: No story takes this long, in seconds.
PATIENCE_S = 90.0


def story(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Run it as a plain test; it fails when it leaves a task behind, or takes for ever."""

    async def tell(*args: P.args, **kwargs: P.kwargs) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await test(*args, **kwargs)
        for _ in range(100):
            if not (left := asyncio.all_tasks() - {asyncio.current_task()}):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"tasks left behind: {left}")

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(tell(*args, **kwargs))

    return run


async def eventually(
    said: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str, within_s: float = 20
) -> None:
    """Wait until it is true; otherwise say what was awaited."""
    deadline = asyncio.get_running_loop().time() + within_s
    while True:
        answer = said()
        if (await answer) if not isinstance(answer, bool) else answer:
            return
        assert asyncio.get_running_loop().time() < deadline, f"waited {within_s:g} s for {what}"
        await asyncio.sleep(0.05)
