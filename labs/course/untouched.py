"""Tell a starter that nobody has touched from an answer that is wrong."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable

#: What a function does whose body is a docstring, `...` or `pass`: it returns None.
IDLE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
#: What Python adds to every `async def`, before its first line and after its last.
IDLE_TOO_WHEN_ASYNC = {"RETURN_GENERATOR", "POP_TOP", "CALL_INTRINSIC_1", "RERAISE"}


def is_untouched(function: Callable[..., object]) -> bool:
    """Whether the function's body does nothing at all: no call, no computation, and None comes back."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    idle = IDLE | IDLE_TOO_WHEN_ASYNC if inspect.iscoroutinefunction(function) else IDLE
    if any(step.opname not in idle for step in steps):
        return False
    return all(step.argval is None for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST"))
