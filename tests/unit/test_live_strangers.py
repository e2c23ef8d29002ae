"""Consumers of connections that this user may not see are waited for once, not at every look."""

from __future__ import annotations

from typing import Any

import pytest

from labs.errors import AccessRefused
from labs.live import look as looking
from labs.live.look import MORE_TRIES, look


class NotAMonitor:
    """The management API as a user without the tag `monitoring` finds it; it counts who asks for consumers."""

    def __init__(self) -> None:
        self.asked = 0

    def get(self, path: str, **_query: str) -> Any:
        """Nothing is declared; one consumer is there, and its connection is not to be seen."""
        if "/connections" in path:
            raise AccessRefused("not yours")
        if path.startswith("/consumers"):
            self.asked += 1
            return [
                {"consumer_tag": "a", "queue": {"name": "q"}, "channel_details": {"connection_name": "c"}}
            ]
        return {} if path.startswith("/vhosts") else []

    def put(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Nobody writes in this test."""
        raise AssertionError(path, body)


def test_a_stranger_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "TRY_AGAIN_S", 0.0)
    management, strangers = NotAMonitor(), set[str]()
    for _ in range(3):
        look(management, "v", lambda: 0.0, full=True, strangers=strangers)
    assert management.asked == (1 + MORE_TRIES) + 2
