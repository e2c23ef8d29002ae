"""A program that is killed after its n-th call to the world outside, without a process of its own.

What a program does by itself leaves no trace; only what it tells the broker and the database does. So both are
handed over behind a `Door`, and after the n-th call through one of them a `PowerCut` is raised. From then on every
door is shut: what `finally` or a bare `except` would still like to do does not happen, as with a real `kill -9`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


class PowerCut(BaseException):
    """The program ends here. Not an `Exception`: nobody can mean to catch it."""


class Fuse:
    """Blows after `calls` calls; None: never. `names` are the calls so far."""

    def __init__(self, calls: int | None = None) -> None:
        self.names: list[str] = []
        self._calls = calls

    @property
    def blown(self) -> bool:
        """Whether the power is off."""
        return self._calls is not None and len(self.names) >= self._calls

    def through(self, name: str, call: Callable[[], Any]) -> Any:
        """Do it, unless the power is off; and switch it off if this was the last one."""
        if self.blown:
            raise PowerCut
        try:
            return call()
        finally:
            self.names.append(name)
            if self.blown:
                raise PowerCut


class Door:
    """`behind`, with every call of a method going through the fuse."""

    def __init__(self, behind: Any, fuse: Fuse) -> None:
        self._behind, self._fuse = behind, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._behind, name)
        if not callable(found):
            return found

        @wraps(found)
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._fuse.through(name, lambda: found(*args, **kwargs))

        return call


def fused(attempt: Callable[..., Any], fuse: Fuse, *things: Any) -> Callable[[Any], Any]:
    """The attempt with a channel and `things` behind doors; a power cut ends it without a word."""

    @wraps(attempt)
    def start(channel: Any) -> Any:
        try:
            return attempt(Door(channel, fuse), *(Door(thing, fuse) for thing in things))
        except PowerCut:
            return None

    return start
