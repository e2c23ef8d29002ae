"""Many dashboards, slow ones, restless ones, and a prompt end: on real sockets, as browsers use them."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from websockets.sync.client import connect

from labs.broker.address import Broker
from labs.orders.domain.notification import Notification
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.client import ShopClient
from tests.orders.conftest import NOWHERE, PASSWORD, tell, wait_until
from tests.orders.test_serve import end, serve

STREAM = "/api/notifications/stream"


@dataclass
class Door:
    """Where the shop is, and the cookies of somebody who may see the dashboard."""

    port: int
    cookie: str

    @classmethod
    def of(cls, url: str, password: str = PASSWORD) -> Door:
        """Sign in at the shop at `url`."""
        client = ShopClient(url)
        client.sign_in(password)
        cookie = "; ".join(f"{name}={value}" for name, value in client.http.cookies.items())
        client.close()
        return cls(port=int(url.rpartition(":")[2]), cookie=cookie)

    def knock(self, last_id: int = 0) -> bytes:
        """What a browser sends to open the stream, or to open it again."""
        return (
            f"GET {STREAM}?after=0 HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
            f"Last-Event-ID: {last_id}\r\n\r\n"
        ).encode()

    def mute(self) -> socket.socket:
        """A dashboard that opens the stream and never reads a byte of it."""
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", self.port))
        slow.sendall(self.knock())
        return slow


@dataclass
class Dashboard:
    """A browser's `EventSource`: remembers the last id, and comes back with it when the connection ends.

    It ends its own connection after every `patience` notifications, as a telephone in a train does.
    """

    door: Door
    patience: int | None = None
    heard: list[int] = field(default_factory=list)
    connections: int = 0

    async def watch(self, until: int) -> None:
        """Listen until notification `until` has come."""
        while not self.heard or self.heard[-1] < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.door.port)
            self.connections += 1
            try:
                writer.write(self.door.knock(self.heard[-1] if self.heard else 0))
                await self._listen(reader, until)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

    async def _listen(self, reader: asyncio.StreamReader, until: int) -> None:
        here = 0
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.heard.append(int(line.removeprefix(b"id: ")))
                here += 1
            # The id counts when the event has come whole, at its empty line; ours are read line by line.
            if line == b"\n" and self.heard and (here == self.patience or self.heard[-1] == until):
                return


def watch_all(dashboards: list[Dashboard], until: int, within_s: float = 60) -> None:
    """Let all of them listen at once, in this thread, until each has heard notification `until`."""

    async def run() -> None:
        async with asyncio.timeout(within_s):
            await asyncio.gather(*(dashboard.watch(until) for dashboard in dashboards))

    asyncio.run(run())


@pytest.fixture
def rush() -> Iterator[Callable[[OrderSystem, int], None]]:
    """Lets notifications arrive as fast as the database takes them, in a thread of their own."""
    threads: list[threading.Thread] = []

    def start(shop: OrderSystem, count: int) -> None:
        thread = threading.Thread(target=lambda: [tell(shop, number) for number in range(1, count + 1)])
        threads.append(thread)
        thread.start()

    yield start
    for thread in threads:
        thread.join(60)


def test_two_hundred_dashboards_hear_everything_in_order_and_once(
    shop: OrderSystem, rush: Callable[[OrderSystem, int], None]
) -> None:
    """They open while the orders rush in, so each has its own seam between replay and live."""
    door = Door.of(shop.url)
    dashboards = [Dashboard(door) for _ in range(200)]
    rush(shop, 200)
    watch_all(dashboards, 200)
    assert all(dashboard.heard == list(range(1, 201)) for dashboard in dashboards)
    wait_until("all mailboxes to be given back", lambda: shop._parts.hub.open_streams == 0)


def test_dashboards_that_come_and_go_miss_nothing_and_hear_nothing_twice(
    shop: OrderSystem, rush: Callable[[OrderSystem, int], None]
) -> None:
    """Twenty in a train: each loses its connection every few notifications, and says where it was."""
    door = Door.of(shop.url)
    dashboards = [Dashboard(door, patience=3 + number) for number in range(20)]
    rush(shop, 300)
    watch_all(dashboards, 300)
    for dashboard in dashboards:
        assert dashboard.heard == list(range(1, 301))
        assert dashboard.connections >= 300 // (dashboard.patience or 1)


def test_dashboards_that_never_read_cost_no_memory(tmp_path: Path) -> None:
    """Five are open and silent, and come back whenever they are cut, while 80 MB go by; one reads it all.

    Endless buffers would hold every byte. What is held here is a few frames each, whatever goes by.
    """
    size, count = 20_000, 4000
    settings = OrderSettings(stream_buffer=16, stream_send_timeout_s=1)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        hub, door = shop._parts.hub, Door.of(shop.url)
        silent = [door.mute() for _ in range(5)]
        quick = socket.create_connection(("127.0.0.1", door.port))
        quick.sendall(door.knock())
        wait_until("all dashboards to listen", lambda: hub.open_streams == 6)
        with quick.makefile("rb") as lines:

            def hear(number: int) -> None:
                mark = f"id: {number}\n".encode()
                while (line := lines.readline()) != mark:
                    assert line, f"the reading dashboard was cut before number {number}"

            before = psutil.Process().memory_info().rss
            most, cut = 0, 0
            for number in range(1, count + 1):
                hub.announce(Notification(id=number, event="order.created", payload={"x": "x" * size}))
                if number % 4 == 0:
                    hear(number)
                if number % 400 == 0:
                    most = max(most, psutil.Process().memory_info().rss - before)
                    while hub.cut_streams > cut:  # each of them is back at once, as EventSource would be
                        silent.append(door.mute())
                        cut += 1
        wait_until("the silent ones to be cut", lambda: hub.cut_streams >= 5)
        assert most < size * count / 4, (
            f"{most / 1e6:.0f} MB held of {size * count / 1e6:.0f} MB that went by"
        )
        quick.close()
        for each in silent:
            each.close()


def test_the_connection_of_a_cut_dashboard_is_gone_and_not_only_forgotten(tmp_path: Path) -> None:
    """A close that waits for the other end to read would wait for ever: each would cost a socket."""
    settings = OrderSettings(stream_buffer=4, stream_send_timeout_s=0.5)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        hub, door = shop._parts.hub, Door.of(shop.url)
        silent = [door.mute() for _ in range(5)]
        wait_until("all dashboards to listen", lambda: hub.open_streams == 5)
        for number in range(1, 60):
            hub.announce(Notification(id=number, event="order.created", payload={"x": "x" * 200_000}))
        wait_until("all of them to be cut", lambda: hub.open_streams == 0)
        connections = shop._parts.server._server.server_state.connections
        wait_until("their connections to be gone", lambda: not connections)
        for each in silent:
            each.close()


def test_one_sigterm_ends_serve_within_five_seconds_whoever_is_attached(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """Streams, sockets, one that never reads, one that never asked for anything: all of them are let go."""
    with serve(broker, vhost, tmp_path) as (shop, lines):
        url = lines["Checkout"].removesuffix("/shop/1/checkout")
        door = Door.of(url, lines["Password"].split()[0])
        client = ShopClient(url)
        client.place(ahmed)
        with ExitStack() as attached:
            attached.callback(client.close)
            streams = []
            for _ in range(10):
                stream = attached.enter_context(socket.create_connection(("127.0.0.1", door.port)))
                stream.sendall(door.knock())
                streams.append(stream)
            sockets = [
                attached.enter_context(
                    connect(
                        f"ws://127.0.0.1:{door.port}/api/notifications/ws?after=0",
                        additional_headers={"Cookie": door.cookie},
                        proxy=None,
                    )
                )
                for _ in range(10)
            ]
            attached.enter_context(door.mute())
            attached.enter_context(socket.create_connection(("127.0.0.1", door.port)))
            for each in sockets:
                heard = [json.loads(each.recv(timeout=10)) for _ in range(2)]
                assert [frame["event"] for frame in heard] == ["pulse", "order.created"]
            assert end(shop, signal.SIGTERM) < 5
            for stream in streams:
                stream.settimeout(5)
                told = b"".join(iter(lambda stream=stream: stream.recv(65536), b""))  # type: ignore[misc]
                assert b"event: bye" in told
