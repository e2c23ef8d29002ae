"""A crowd that orders at once, and what it shows: how soon the dashboard hears, and which hop is the slowest.

Customers order by HTTP at the same time, a dashboard listens to the stream as a browser does. Afterwards the
shop's own timelines say when each part was done with each event. The generator shares the machine with what it
measures, so compare the hops with one another, and not with another machine's.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Any

import httpx

from labs.course.story import is_over
from labs.errors import WaitTimeout
from labs.orders.web.client import ShopClient

#: How many customers order at the same time, and how long each of the two waits may take, in seconds.
CUSTOMERS, PATIENCE_S = 8, 50.0
STREAM = "/api/notifications/stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """`delays_ms`: from POST to the stream, an order each. `timelines`: all that happened, an order each."""

    accepted: tuple[int, ...]
    heard: tuple[int, ...]
    delays_ms: tuple[float, ...]
    timelines: tuple[Sequence[dict[str, Any]], ...]

    def hops(self) -> dict[str, list[tuple[float, float]]]:
        """Who → for each event (seconds since the first was stored, milliseconds from stored to done), by time."""
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        zero = min(_moment(item) for items in self.timelines for item in items)
        for items in self.timelines:
            stored = {item["eventId"]: _moment(item) for item in items if item["hop"] == "stored"}
            for item in (each for each in items if each["hop"] not in ("stored", "waiting")):
                done, who = _moment(item), item["who"].partition(" → ")[0]
                found[who].append((done - zero, (done - stored[item["eventId"]]) * 1000))
        return {who: sorted(found[who]) for who in sorted(found)}

    def slowest(self) -> str:
        """The hop with the longest p95: where to look first."""
        hops = self.hops()
        return max(hops, key=lambda who: percentiles([ms for _, ms in hops[who]])[1])


def crowd(client: ShopClient, form: dict[str, Any], n: int) -> Crowd:
    """Place `n` orders, wait until the dashboard has heard of all and every story is over.

    `client` is signed in as the admin. Raises `WaitTimeout` when that takes too long.
    """
    url, sent = str(client.http.base_url), dict[int, float]()
    with _listening(client) as heard, ThreadPoolExecutor(CUSTOMERS) as customers:
        lines = threading.local()

        def order(number: int) -> int:
            if not hasattr(lines, "shop"):
                lines.shop = ShopClient(url)
            began = time.monotonic()
            placed = int(lines.shop.place(form | {"customerName": f"Customer {number}"})["id"])
            sent[placed] = began
            return placed

        accepted = tuple(sorted(customers.map(order, range(1, n + 1))))
        _await(lambda: set(accepted) <= {number for number, _ in heard}, f"{n} notifications")
    timelines: dict[int, Sequence[dict[str, Any]]] = {}

    def over() -> bool:
        for number in accepted:
            if not is_over(timelines.get(number, ())):
                timelines[number] = client.timeline(number)
        return all(is_over(items) for items in timelines.values())

    _await(over, f"the end of {n} stories")
    ours = [(number, at) for number, at in heard if number in sent]
    return Crowd(
        accepted=accepted,
        heard=tuple(sorted(number for number, _ in ours)),
        delays_ms=tuple((at - sent[number]) * 1000 for number, at in ours),
        timelines=tuple(timelines[number] for number in accepted),
    )


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """p50, p95 and p99."""
    cuts = quantiles([*values, values[-1]], n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


@contextmanager
def _listening(client: ShopClient) -> Iterator[list[tuple[int, float]]]:
    """A dashboard: order and moment of each `order.created`, as they come. Open when the block begins."""
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

    thread = threading.Thread(target=listen, name="crowd.dashboard", daemon=True)
    thread.start()
    try:
        _await(open_.is_set, "the stream to open")
        yield heard
    finally:
        over.set()  # it hears of that with the stream's next pulse


def _await(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise WaitTimeout(awaited=what, seen="they are not there yet")
        time.sleep(0.05)


def _moment(item: dict[str, Any]) -> float:
    return datetime.fromisoformat(item["at"]).timestamp()
