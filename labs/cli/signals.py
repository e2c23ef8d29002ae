"""One way to end a command, whoever asks: Ctrl-C, ``kill``, or a terminal that is closed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: By default they do different things; here they all mean "please stop". Windows has no SIGHUP.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """Inside, each raises KeyboardInterrupt, once: while things are stopped, a second one is ignored."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
