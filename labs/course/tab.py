"""A dashboard without a screen: it opens the event stream as a browser does, and remembers what it heard.

What a browser does by itself stands here in the open: it keeps the last `id`, and says it when it comes back. The
stream is read in a thread, so that a cell can place orders meanwhile; wait for what you expect before you look.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Self

import httpx

#: The longest that a stream may take to open, and its thread to end, in seconds.
PATIENCE_S = 20.0


class Tab:
    """One tab on `path` of `client`, which is signed in if it must be. Pulses are heard and not kept.

    Its page knows everything up to number `after`; None: it wants only what is new.
    """

    def __init__(
        self, client: httpx.Client, path: str = "/api/notifications/stream", *, after: int | None = None
    ) -> None:
        self.heard: list[dict[str, Any]] = []  #: The data of every notification, as they came.
        self.ids: list[int] = []  #: Their numbers; a stream without numbers leaves this empty.
        self.last_id = ""
        self._client, self._path = client, path
        self._page = {} if after is None else {"after": str(after)}
        self._reads = Event()
        self._reads.set()
        self._thread: Thread | None = None
        self._line: socket.socket | None = None

    @property
    def orders(self) -> list[int]:
        """Which orders it heard of."""
        return [data["orderId"] for data in self.heard]

    @property
    def open(self) -> bool:
        """Whether its line stands."""
        return self._thread is not None and self._thread.is_alive()

    def connect(self) -> Self:
        """Open the stream, with the last number if there is one; returns when the shop has begun to answer."""
        self.cut()
        said: Event = Event()
        self._thread = Thread(target=self._read, args=(said,), name="labs-tab", daemon=True)
        self._thread.start()
        said.wait(PATIENCE_S)
        return self

    def cut(self) -> None:
        """Break the line, as a train does in a tunnel. What was heard stays."""
        if self._line is not None:
            with suppress(OSError):  # the other end was quicker
                self._line.shutdown(socket.SHUT_RDWR)
        self.wake()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def sleep(self) -> None:
        """Stop reading. The line stays open: for the shop this tab is there, and takes nothing."""
        self._reads.clear()

    def wake(self) -> None:
        """Go on reading where it stopped."""
        self._reads.set()

    def _read(self, said: Event) -> None:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        try:
            asked = self._client.stream(
                "GET", self._path, params=self._page, headers=headers, timeout=PATIENCE_S
            )
            with asked as answer:
                self._line = answer.extensions["network_stream"].get_extra_info("socket")
                lines: dict[str, str] = {}
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    lines[name] = value
                    if not line:
                        said.set()
                        self._reads.wait()  # before it is taken: who sleeps has heard nothing
                        self._take(lines)
                        lines = {}
        except httpx.HTTPError:
            pass  # cut, by whom ever
        finally:
            said.set()

    def _take(self, lines: dict[str, str]) -> None:
        if lines.get("event", "pulse") == "pulse":
            return
        if "id" in lines:
            self.last_id = lines["id"]
            self.ids.append(int(self.last_id))
        self.heard.append(json.loads(lines["data"]))
