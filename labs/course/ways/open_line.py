"""The order service's end of the WebSockets: whoever holds a line open is told at once.

It knows who is connected *now*, and nothing else: who was here yesterday, and will be tomorrow, is not on its list.
Each connection has a thread of the library's; `send` may be called from any thread.
https://websockets.readthedocs.io/en/stable/reference/sync/server.html
"""

from __future__ import annotations

import json
from contextlib import suppress
from threading import Thread
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve


class OpenLine:
    """Listens at `url` from the moment when it is made, until `close`."""

    def __init__(self) -> None:
        self._lines: set[ServerConnection] = set()
        self._server = serve(self._hold, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        Thread(target=self._server.serve_forever, name="open line", daemon=True).start()

    def send(self, order: dict[str, Any]) -> int:
        """Tell everybody who is connected; returns how many that were."""
        told = 0
        for line in tuple(self._lines):
            try:
                line.send(json.dumps(order))
                told += 1
            except ConnectionClosed:
                self._lines.discard(line)
        return told

    def close(self) -> None:
        """Take no more calls, and hang up. Safe to call twice."""
        self._server.shutdown()
        for line in tuple(self._lines):
            line.close()

    def _hold(self, line: ServerConnection) -> None:
        self._lines.add(line)
        line.send("hello")  # from now on it is told
        with suppress(ConnectionClosed):  # killed: it went without a goodbye
            for _ in line:
                pass  # it has nothing to say; this ends when the line does
        self._lines.discard(line)
