"""Customers and dashboards for the shop's benchmark: as little work per request as Python can do.

The generator shares the machine with what it measures, so it must be cheap: one event loop, requests written as
bytes, answers read by looking for two words. Every order has a name of its own, so that no answer can be reused.
An open loop sends at its rate whatever the answers do: a slow server cannot slow its own measurement down.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: What each customer orders; `{}` is a number of its own.
ORDER = (
    '{{"customerName":"Ahmed {}","productName":"iPhone 15 Pro","totalPrice":329000,"quantity":1,'
    '"wilaya":"Algiers","phone":"+213555123456"}}'
)
PATH = "/api/algeria-orders"
CREATED = b"HTTP/1.1 201"


@dataclass(slots=True)
class Answer:
    """One answered order: when it was sent and answered (seconds), and its number; 0 when it was refused."""

    sent: float
    answered: float
    order: int


@dataclass(slots=True)
class Customers:
    """Connections that order; `answers` grows. `line` waits for a free connection in an open loop."""

    url: str
    connections: int
    answers: list[Answer] = field(default_factory=list)
    #: What the server said instead of 201, and how often.
    refused: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    async def closed_loop(self, seconds: float) -> None:
        """Each connection orders again as soon as it has its answer."""
        until = time.perf_counter() + seconds

        async def customer() -> None:
            line = await Line.open(self.url)
            while time.perf_counter() < until:
                await self._order(line, time.perf_counter())
            line.close()

        await asyncio.gather(*(customer() for _ in range(self.connections)))

    async def open_loop(self, rate: float, seconds: float) -> None:
        """`rate` orders a second; each counts from the moment it was due, also if it had to wait for a connection."""
        free: deque[Line] = deque([await Line.open(self.url) for _ in range(self.connections)])
        back = asyncio.Semaphore(self.connections)
        tasks: set[asyncio.Task[None]] = set()

        async def one(due: float) -> None:
            async with back:
                line = free.popleft()
                try:
                    await self._order(line, due)
                finally:
                    free.append(line)

        began, number = time.perf_counter(), 0
        while (now := time.perf_counter()) < began + seconds:
            while began + number / rate <= now:
                task = asyncio.create_task(one(began + number / rate))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                number += 1
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        await asyncio.gather(*tasks)
        for line in free:
            line.close()

    async def _order(self, line: Line, due: float) -> None:
        self._count += 1
        head, body = await line.post(PATH, ORDER.format(self._count).encode())
        now = time.perf_counter()
        if head.startswith(CREATED):
            self.answers.append(Answer(due, now, int(head.partition(b"algeria-orders/")[2].split(b"\r", 1)[0])))
        else:
            said = head.split(b"\r", 1)[0].decode() + " " + body[:120].decode(errors="replace")
            self.refused[said] = self.refused.get(said, 0) + 1


@dataclass(slots=True)
class Line:
    """One connection of HTTP/1.1 that is kept open."""

    host: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, url: str) -> Line:
        """Connect to the server of `url`."""
        place = urlsplit(url)
        return cls(place.netloc, *await asyncio.open_connection(place.hostname, place.port))

    async def post(self, path: str, body: bytes) -> tuple[bytes, bytes]:
        """Send JSON; returns the answer's head and body."""
        self.writer.write(
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
        return head, await self.reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


@dataclass(slots=True)
class Dashboard:
    """One open stream; `heard` maps each order to the moment its creation was heard. `last_id` survives a cut."""

    url: str
    cookie: str
    heard: dict[int, float] = field(default_factory=dict)
    repeated: int = 0
    last_id: int | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Until it is cancelled or the server hangs up."""
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        after = "" if self.last_id is None else f"Last-Event-ID: {self.last_id}\r\n"
        writer.write(
            f"GET /api/notifications/stream HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {self.cookie}\r\n"
            f"{after}\r\n".encode()
        )
        event = b""
        try:
            while line := await reader.readline():
                if line.startswith(b"HTTP/1.1 "):
                    assert b" 200" in line, line
                elif line.startswith(b"id: "):
                    self.last_id = int(line[4:])
                elif line.startswith(b"event: "):
                    event = line[7:].strip()
                    self.open.set()
                elif line.startswith(b"data: ") and event == b"order.created":
                    order = int(json.loads(line[6:])["orderId"])
                    self.repeated += order in self.heard
                    self.heard.setdefault(order, time.perf_counter())
        finally:
            writer.close()
