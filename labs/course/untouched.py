"""Tell a starter that nobody has touched from an answer that is wrong."""

from __future__ import annotations

import dis
from collections.abc import Callable

#: What a function does whose body is a docstring, `...` or `pass`: it returns None.
IDLE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}


def is_untouched(function: Callable[..., object]) -> bool:
    """Whether the function's body does nothing at all: no call, no computation, and None comes back."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    if any(step.opname not in IDLE for step in steps):
        return False
    return all(step.argval is None for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST"))
