"""The shop's own stream without broker and sign-in, so that one can let it storm: `Hub`, `Feed`, `EventStream`.

How many frames may wait for one tab is the `buffer`; 0 is what a program has whose author did not think of it: no
bound. `most` is how many have waited for one tab at the worst moment. Frames are large here, because the operating
system takes a few megabytes from a program before the program notices that nobody reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, monotonic_ns, sleep
from typing import Self

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labs.course.tab import Tab
from labs.orders.domain.clock import system_clock
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed
from labs.orders.web.hub import Hub
from labs.orders.web.server import WebServer
from labs.orders.web.stream import EventStream, frames

#: A write that takes longer ends the stream, in seconds; where there is no bound, there is none for this either.
SEND_S, NEVER_S = 3.0, 3600.0
STOP_S = 5
#: How long a tab may take to come back and to hear the rest, in seconds.
BACK_S = 30.0


class CountingHub(Hub):
    """The hub, and how many frames wait in the fullest mailbox."""

    @property
    def waiting(self) -> int:
        """At this moment."""
        return max((mailbox.waiting for mailbox in tuple(self._mailboxes)), default=0)


class Storm:
    """A stream at `/stream` whose events are `kilobytes` large; use it in a `with` block."""

    def __init__(self, folder: Path, *, buffer: int, kilobytes: int = 300) -> None:
        self.most = 0
        self._filler = "x" * (1000 * kilobytes)
        self._database = Database(folder / f"storm-{monotonic_ns()}.sqlite")
        self._feed = Feed(self._database, clock=system_clock)
        self._hub = CountingHub(self._feed, buffer=buffer, status=dict)
        self._send_s = SEND_S if buffer else NEVER_S
        app = Starlette(routes=[Route("/stream", self._stream)], lifespan=self._living)
        self._server = WebServer(app, port=0, stop_s=1, write_s=self._send_s)
        self._http = httpx.Client(base_url=self._server.url, trust_env=False)
        self._tabs: list[Tab] = []

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for tab in self._tabs:
            tab.cut()
        self._hub.close()
        self._server.stop(STOP_S)
        self._http.close()
        self._database.close()

    @property
    def open(self) -> int:
        """How many tabs the shop still serves."""
        return self._hub.open_streams

    @property
    def cut(self) -> int:
        """How many it has cut off, because they did not read."""
        return self._hub.cut_streams

    @property
    def waiting(self) -> int:
        """How many frames wait for the slowest tab now."""
        return self._hub.waiting

    def tab(self) -> Tab:
        """One more tab, connected."""
        self._tabs.append(Tab(self._http, "/stream", after=0).connect())
        return self._tabs[-1]

    def blow(self, n: int) -> None:
        """Let `n` events happen, one after the other."""
        for number in range(1, n + 1):
            payload = {"orderId": number, "filler": self._filler}
            event = OrderEvent(
                id=f"storm-{number}",
                name=ORDER_CREATED,
                order_id=number,
                payload=payload,
                created_at=system_clock(),
            )
            with self._database.write() as connection:
                notification = self._feed.add(connection, event)
            self._hub.announce(notification)
            self.most = max(self.most, self._hub.waiting)

    def back(self, tab: Tab, n: int) -> list[int]:
        """Wake a tab; should its line be gone, it comes back as a browser does. What it heard, once that are `n`."""
        tab.wake()
        deadline = monotonic() + BACK_S
        while len(tab.ids) < n and monotonic() < deadline:
            if not tab.open:
                tab.connect()
            sleep(0.02)
        return tab.ids

    @asynccontextmanager
    async def _living(self, _: Starlette) -> AsyncIterator[None]:
        async with self._hub.running(pulse_s=1):
            yield

    async def _stream(self, request: Request) -> Response:
        last = request.headers.get("last-event-id") or request.query_params["after"]
        told = frames(self._hub, self._feed, last_id=int(last))
        return EventStream(told, send_timeout_s=self._send_s)
