"""Two who look on while a crowd orders: a dashboard that notes what it hears, and a watchman of the queues.

Both only look, each in a thread of its own, and append to a list until their block ends.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from labs.errors import WaitTimeout
from labs.orders.topology import READERS
from labs.orders.web.client import ShopClient
from labs.sync.connection import connect

#: How long a dashboard waits for a word of the stream, and how long anybody waits for it, in seconds.
PATIENCE_S = 50.0
#: How often they look, in seconds.
LOOK_S = 0.05
STREAM = "/api/notifications/stream"


@contextmanager
def dashboard(client: ShopClient) -> Iterator[list[tuple[int, float]]]:
    """Order and moment of each `order.created` on the stream. It is open when the block begins."""
    heard: list[tuple[int, float]] = []
    open_, over = threading.Event(), threading.Event()

    def listen() -> None:
        with (
            httpx.Client(base_url=client.http.base_url, cookies=client.http.cookies, trust_env=False) as line,
            line.stream("GET", STREAM, timeout=PATIENCE_S) as answer,
        ):
            event = ""
            for text in answer.iter_lines():
                open_.set()
                if over.is_set():
                    return
                name, _, value = text.partition(": ")
                event = value if name == "event" else event
                if name == "data" and event == "order.created":
                    heard.append((json.loads(value)["orderId"], time.monotonic()))

    threading.Thread(target=listen, name="crowd.dashboard", daemon=True).start()
    try:
        wait_until(open_.is_set, "the stream to open")
        yield heard
    finally:
        over.set()  # it hears of that with the stream's next pulse


@contextmanager
def watchman(url: str) -> Iterator[list[tuple[float, dict[str, int]]]]:
    """Moment and ready messages of each reader's queue, again and again, asked of the broker at `url`."""
    seen: list[tuple[float, dict[str, int]]] = []
    over = threading.Event()

    def look() -> None:
        with connect(url, name="crowd.watchman") as connection:
            channel = connection.raw.channel()
            while not over.wait(LOOK_S):
                now, ready = time.monotonic(), {}
                for reader in READERS:  # a passive declare changes nothing, and its answer is exact
                    ready[reader.name] = int(
                        channel.queue_declare(reader.queue, passive=True).method.message_count
                    )
                seen.append((now, ready))

    thread = threading.Thread(target=look, name="crowd.watchman", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join(PATIENCE_S)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return when the condition is true; raises `WaitTimeout` when it is not in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise WaitTimeout(awaited=what, seen="it has not come yet")
        time.sleep(LOOK_S)
