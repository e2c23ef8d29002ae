"""How a process of the shop dies at a point: the functions are wrapped from outside, and one of them does not return.

The rule: SIGKILL, and nothing gentler. An exception would run `finally` blocks, and an exit would flush and close;
a crash does neither. https://docs.python.org/3/library/os.html#os.kill
"""

from __future__ import annotations

import inspect
import json
import os
import signal
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any

from labs.course.chaos.points import POINTS, Point, point


class Doom:
    """At which point this process ends, and at which time it gets there. Any thread may get there."""

    def __init__(self, end: Callable[[], None] | None = None) -> None:
        self._end = end or (lambda: os.kill(os.getpid(), signal.SIGKILL))
        self._lock, self._at, self._left = Lock(), "", 0

    def arm(self, name: str, nth: int = 1) -> None:
        """From now on: the `nth` time at this point is the last thing that happens here."""
        with self._lock:
            self._at, self._left = point(name).name, nth

    def reached(self, name: str) -> None:
        """The process is at this point now."""
        with self._lock:
            if name != self._at:
                return
            self._left -= 1
            if self._left:
                return
            os.write(1, f"{json.dumps({'dies': name})}\n".encode())  # the last line, past every buffer
            self._end()

    def lay_out(self) -> None:
        """Wrap the functions of all points, once in a process, before the shop is made."""
        for each in POINTS.values():
            setattr(each.owner, each.function, self._wrapped(each, getattr(each.owner, each.function)))

    def _wrapped(self, at: Point, function: Callable[..., Any]) -> Callable[..., Any]:
        def look(result: Any, args: tuple[Any, ...]) -> None:
            if at.counts(result, *args):
                self.reached(at.name)

        @wraps(function)
        async def waited(*args: Any, **kwargs: Any) -> Any:
            result = await function(*args, **kwargs)
            look(result, args)
            return result

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            if at.side == "before":
                look(None, args)
            result = function(*args, **kwargs)
            if at.side == "after":
                look(result, args)
            return result

        return waited if inspect.iscoroutinefunction(function) else called
