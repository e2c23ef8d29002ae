"""The WebSocket beside the stream: the same notifications, and a door that other sites' pages cannot use."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from labs.orders.domain.clock import system_clock
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.client import ShopClient
from tests.orders.conftest import NOWHERE, PASSWORD, Hands, tell, wait_until

SOCKET = "/api/notifications/ws"


def cookies_of(client: httpx.Client) -> str:
    """What this browser would send as its `Cookie`."""
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


@contextmanager
def opened(
    shop: OrderSystem, client: httpx.Client, *, query: str = "", origin: str | None = None
) -> Iterator[ClientConnection]:
    """A WebSocket with this browser's cookies."""
    address = shop.url.replace("http:", "ws:") + SOCKET + query
    headers = {"Cookie": cookies_of(client)}
    with connect(
        address, origin=origin, additional_headers=headers, open_timeout=10, close_timeout=2, proxy=None
    ) as connection:  # type: ignore[arg-type]
        yield connection


def told(connection: ClientConnection, count: int) -> list[tuple[int, int]]:
    """Number and order of the next `count` notifications; pulses are left out."""
    heard: list[tuple[int, int]] = []
    while len(heard) < count:
        frame = json.loads(connection.recv(timeout=10))
        if frame["event"] == "order.created":
            heard.append((frame["id"], frame["data"]["orderId"]))
    return heard


def test_a_new_order_comes_as_one_json_frame(shop: OrderSystem, admin: httpx.Client) -> None:
    """First the truth about the system, then what happens, with the feed's number."""
    with opened(shop, admin) as connection:
        assert json.loads(connection.recv(timeout=10)) == {
            "id": None, "event": "pulse", "data": {"broker": False, "waiting": 0},
        }  # fmt: skip
        tell(shop, 42)
        assert told(connection, 1) == [(1, 42)]


def test_who_comes_back_is_told_what_was_missed_and_then_what_is_new(
    shop: OrderSystem, admin: httpx.Client
) -> None:
    """`?after=2`: 3 to 5 from the database, then 6 as it happens, each once and in order."""
    for number in range(1, 6):
        tell(shop, number)
    with opened(shop, admin, query="?after=2") as connection:
        wait_until("the socket to listen", lambda: shop._parts.hub.open_streams == 1)
        tell(shop, 6)
        assert told(connection, 4) == [(3, 3), (4, 4), (5, 5), (6, 6)]


def test_a_page_of_another_site_cannot_use_the_admins_cookie(shop: OrderSystem, admin: httpx.Client) -> None:
    """The browser says where the page is from; our own page, at the same address, may."""
    port = shop.url.rpartition(":")[2]
    for foreign in ("https://shop.example", f"http://localhost:{port}", "http://127.0.0.1:1", "null"):
        with pytest.raises(InvalidStatus) as refused, opened(shop, admin, origin=foreign):
            pass
        assert refused.value.response.status_code == 403
        assert json.loads(refused.value.response.body)["message"].endswith(".")
    with opened(shop, admin, origin=shop.url) as connection:
        assert connection.recv(timeout=10)


@pytest.mark.parametrize(("query", "status"), [("", 401), ("?after=latest", 401)])
def test_a_stranger_hears_nothing(shop: OrderSystem, customer: httpx.Client, query: str, status: int) -> None:
    """The refusal is the API's usual one, before any socket is open."""
    with pytest.raises(InvalidStatus) as refused, opened(shop, customer, query=query):
        pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body) == {"message": "Please sign in first."}


def test_a_position_must_be_a_number(shop: OrderSystem, admin: httpx.Client) -> None:
    """Guessing would mean losing or repeating something silently."""
    with pytest.raises(InvalidStatus) as refused, opened(shop, admin, query="?after=latest"):
        pass
    assert refused.value.response.status_code == 400


def test_what_the_other_end_says_is_ignored_and_its_goodbye_is_heard(
    shop: OrderSystem, admin: httpx.Client
) -> None:
    """Chatter does not disturb; too much at once ends the socket; closing gives the mailbox back."""
    hub = shop._parts.hub
    with opened(shop, admin) as connection:
        connection.send("hello")
        connection.send(b"\x00")
        tell(shop, 1)
        assert told(connection, 1) == [(1, 1)]
    wait_until("the mailbox to be given back", lambda: hub.open_streams == 0)
    with opened(shop, admin) as connection:
        connection.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            told(connection, 1)
    wait_until("the mailbox to be given back", lambda: hub.open_streams == 0)
    assert hub.cut_streams == 0


def test_a_socket_that_nobody_reads_is_cut(tmp_path: Path) -> None:
    """Within its time-out, and counted; the connection itself goes too, not only our side of it."""
    settings = OrderSettings(stream_buffer=16, stream_send_timeout_s=0.5)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", int(shop.url.rpartition(":")[2])))
        slow.sendall(
            f"GET {SOCKET} HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Cookie: {cookies_of(client.http)}\r\n\r\n".encode()
        )
        hub, connections = shop._parts.hub, shop._parts.server._server.server_state.connections
        wait_until("the socket to listen", lambda: hub.open_streams == 1)
        for number in range(1, 61):
            tell(shop, number, filler="x" * 200_000)
        wait_until("the slow socket to be cut", lambda: hub.open_streams == 0)
        assert hub.cut_streams == 1
        client.close()
        wait_until("its connection to be gone", lambda: not connections)
        slow.close()


def test_a_socket_that_answers_no_ping_is_closed(tmp_path: Path) -> None:
    """A suspended laptop: nothing is wrong with the line, only nobody is there."""
    settings = OrderSettings(stream_ping_s=0.2, stream_send_timeout_s=0.5)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        dead = socket.create_connection(("127.0.0.1", int(shop.url.rpartition(":")[2])))
        dead.sendall(
            f"GET {SOCKET} HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Cookie: {cookies_of(client.http)}\r\n\r\n".encode()
        )
        wait_until("the socket to listen", lambda: shop._parts.hub.open_streams == 1)
        wait_until("the socket to be closed", lambda: shop._parts.hub.open_streams == 0)
        dead.close()
        client.close()


def test_a_session_that_runs_out_ends_the_socket(tmp_path: Path) -> None:
    """Signed in at eight, still watching at midnight: the door closes while somebody stands in it."""
    clock, settings = Hands(now=system_clock()), OrderSettings(stream_ping_s=0.2)
    with OrderSystem(
        NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings, clock=clock
    ) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        with opened(shop, client.http) as connection:
            assert json.loads(connection.recv(timeout=10))["event"] == "pulse"
            clock.forward(settings.session_s + 1)
            with pytest.raises(ConnectionClosed):
                told(connection, 1)
        client.close()
