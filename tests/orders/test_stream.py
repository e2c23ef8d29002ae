"""The live stream: no gap, no repeat, no slow reader at the others' expense, and a prompt end."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from itertools import islice
from pathlib import Path

import httpx
import pytest

from labs.orders.domain.notification import Notification
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.client import ShopClient
from labs.orders.web.frame import Frame
from labs.orders.web.hub import Hub
from labs.orders.web.stream import EventStream, frames
from tests.orders.conftest import NOWHERE, PASSWORD, Store, listen, tell, wait_until

STREAM = "/api/notifications/stream"


def numbers(response: httpx.Response, count: int) -> list[int]:
    """The first `count` orders of an open stream, after checking their form."""
    heard = list(islice(listen(response), count))
    assert all(each.event == "order.created" for each in heard)
    assert [each.id for each in heard] == sorted({each.id for each in heard})
    return [each.data["orderId"] for each in heard]


def test_a_new_order_comes_by_the_stream(shop: OrderSystem, admin: httpx.Client) -> None:
    """Headers that no proxy misunderstands, then the event with its name, id and payload."""
    with admin.stream("GET", STREAM) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        wait_until("the dashboard to listen", lambda: shop._parts.hub.open_streams == 1)
        tell(shop, 42)
        (heard,) = islice(listen(response), 1)
    assert (heard.event, heard.id, heard.data["message"]) == ("order.created", 1, "order 42")


def test_a_returning_dashboard_gets_what_it_missed_and_then_what_is_new(
    shop: OrderSystem, admin: httpx.Client
) -> None:
    """Last-Event-ID 2: notifications 3 to 5 from the database, then 6 as it happens, each once."""
    for number in range(1, 6):
        tell(shop, number)
    with admin.stream("GET", STREAM, headers={"Last-Event-ID": "2"}) as response:
        wait_until("the dashboard to listen", lambda: shop._parts.hub.open_streams == 1)
        tell(shop, 6)
        assert numbers(response, 4) == [3, 4, 5, 6]


def test_the_header_of_a_reconnect_counts_more_than_the_address_of_the_page(
    shop: OrderSystem, admin: httpx.Client
) -> None:
    """A browser reconnects to the old address, `?after=0`, and the header says how far it came."""
    for number in (1, 2, 3):
        tell(shop, number)
    with admin.stream("GET", STREAM, params={"after": 0}, headers={"Last-Event-ID": "2"}) as response:
        assert numbers(response, 1) == [3]


def test_nothing_is_missed_or_doubled_while_orders_rush_in(shop: OrderSystem, admin: httpx.Client) -> None:
    """Connecting in the middle of a rush: the seam between replay and live is the place where events get lost."""
    rush = threading.Thread(target=lambda: [tell(shop, number) for number in range(1, 121)])
    rush.start()
    try:
        for _ in range(4):
            with admin.stream("GET", STREAM, params={"after": 0}) as response:
                assert numbers(response, 120) == list(range(1, 121))
    finally:
        rush.join()


def test_a_stream_position_must_be_a_number(admin: httpx.Client) -> None:
    """Guessing would mean losing or repeating something silently."""
    assert admin.get(STREAM, headers={"Last-Event-ID": "latest"}).status_code == 400


def test_a_quiet_stream_keeps_saying_that_it_lives(tmp_path: Path) -> None:
    """A comment for the proxies and a pulse for the page, which tells the truth about the broker."""
    settings = OrderSettings(stream_ping_s=0.2)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        with client.http.stream("GET", STREAM) as response:
            lines = list(islice(response.iter_lines(), 12))
        client.close()
    assert lines.count(": ping") >= 2
    assert 'data: {"broker": false, "waiting": 0}' in lines


def test_closing_a_dashboard_gives_its_mailbox_back(shop: OrderSystem, admin: httpx.Client) -> None:
    """A page that is closed costs nothing any more."""
    with admin.stream("GET", STREAM):
        wait_until("the dashboard to listen", lambda: shop._parts.hub.open_streams == 1)
    wait_until("its mailbox to be given back", lambda: shop._parts.hub.open_streams == 0)


def test_a_dashboard_that_does_not_read_is_cut_and_the_others_do_not_notice(tmp_path: Path) -> None:
    """The slow one's connection ends within its time-out; the quick one has every notification."""
    settings = OrderSettings(stream_buffer=16, stream_send_timeout_s=0.5)
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        cookies = "; ".join(f"{name}={value}" for name, value in client.http.cookies.items())
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", int(shop.url.rpartition(":")[2])))
        slow.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: shop\r\nCookie: {cookies}\r\n\r\n".encode())
        with client.http.stream("GET", STREAM) as quick:
            wait_until("both dashboards to listen", lambda: shop._parts.hub.open_streams == 2)
            heard = listen(quick)
            for number in range(1, 61):  # 60 times 200 kB: more than any buffer of the system holds
                tell(shop, number, filler="x" * 200_000)
                assert next(heard).data["orderId"] == number
            wait_until("the slow dashboard to be cut", lambda: shop._parts.hub.open_streams == 1, within_s=5)
        slow.close()
        client.close()


def test_a_full_mailbox_ends_the_stream(store: Store) -> None:
    """The bound itself: what does not fit is not kept, and the browser comes back for it."""

    async def run() -> list[Frame]:
        hub = Hub(store.feed, buffer=2, status=dict)
        async with hub.running(pulse_s=60):
            stream = frames(hub, store.feed, last_id=None)
            sent = [await anext(stream), await anext(stream)]  # the greeting and the first pulse
            for number in (1, 2, 3):
                hub.announce(Notification(id=number, event="order.created", payload={}))
            await asyncio.sleep(0)
            sent += [frame async for frame in stream]
            assert (hub.open_streams, hub.cut_streams) == (0, 1)
            return sent

    assert len(asyncio.run(asyncio.wait_for(run(), 10))) < 5


def test_a_write_that_hangs_is_given_up(store: Store) -> None:
    """A suspended laptop: the connection is open and nobody will ever read."""

    async def run() -> float:
        hub = Hub(store.feed, buffer=2, status=dict)
        stream = EventStream(frames(hub, store.feed, last_id=None), send_timeout_s=0.2)
        began = time.monotonic()
        await stream.stream_response(lambda part: asyncio.sleep(60 if part.get("body") else 0))
        assert (hub.open_streams, hub.cut_streams) == (0, 1)
        return time.monotonic() - began

    assert asyncio.run(asyncio.wait_for(run(), 10)) < 2


@pytest.mark.parametrize("streams", [1, 5])
def test_the_shop_stops_promptly_with_dashboards_open(tmp_path: Path, streams: int) -> None:
    """Each of them hears goodbye, and the stop takes less than two seconds."""
    shop = OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD).start()
    client = ShopClient(shop.url)
    client.sign_in(PASSWORD)
    heard: list[str] = []

    def dashboard() -> None:
        with client.http.stream("GET", STREAM) as response:
            heard.extend(each.event for each in listen(response))

    threads = [threading.Thread(target=dashboard) for _ in range(streams)]
    for thread in threads:
        thread.start()
    wait_until("the dashboards to listen", lambda: shop._parts.hub.open_streams == streams)
    began = time.monotonic()
    shop.stop()
    took = time.monotonic() - began
    for thread in threads:
        thread.join(5)
    client.close()
    assert heard == ["bye"] * streams
    assert took < 2
