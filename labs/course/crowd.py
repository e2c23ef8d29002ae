"""A crowd that orders at once, and what it shows: how soon the dashboard hears, and which hop is the slowest.

Customers order by HTTP at the same time, a dashboard listens to the stream as a browser does, a watchman asks the
broker how many messages wait. Afterwards the shop's own timelines say when each part was done with each event.
The generator shares the machine with what it measures: compare the hops with one another, not two machines.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Any

from labs.course.onlookers import dashboard, wait_until, watchman
from labs.course.story import is_over
from labs.orders.web.client import ShopClient

#: How many customers order at the same time.
CUSTOMERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """`delays_ms`: from POST to the stream, an order each. `timelines`: all that happened, an order each.

    `looks`: seconds since the first POST, and how many messages were ready in the queue of each reader.
    """

    accepted: tuple[int, ...]
    heard: tuple[int, ...]
    delays_ms: tuple[float, ...]
    timelines: tuple[Sequence[dict[str, Any]], ...]
    looks: tuple[tuple[float, dict[str, int]], ...]

    def hops(self) -> dict[str, list[float]]:
        """Who → for each event the milliseconds from its storing until it was done there."""
        found: dict[str, list[float]] = defaultdict(list)
        for items in self.timelines:
            stored = {item["eventId"]: _moment(item) for item in items if item["hop"] == "stored"}
            for item in (each for each in items if each["hop"] not in ("stored", "waiting")):
                who = item["who"].partition(" → ")[0]
                found[who].append((_moment(item) - stored[item["eventId"]]) * 1000)
        return {who: found[who] for who in sorted(found)}

    def slowest(self) -> str:
        """The hop with the longest p95: where to look first."""
        hops = self.hops()
        return max(hops, key=lambda who: percentiles(hops[who])[1])

    def depth(self, reader: str) -> list[tuple[float, int]]:
        """Moments in seconds, and the ready messages of this reader's queue; nothing for one without a queue."""
        return [(at, ready[reader]) for at, ready in self.looks if reader in ready]

    def deepest(self, reader: str) -> int | None:
        """The most that were ready at once; None for one without a queue, such as the relay."""
        return max((ready for _, ready in self.depth(reader)), default=None)


def crowd(client: ShopClient, form: dict[str, Any], n: int, *, url: str) -> Crowd:
    """Place `n` orders, wait until the dashboard has heard of all and every story is over.

    `client` is signed in as the admin, `url` is the broker's. Raises `WaitTimeout` when that takes too long.
    """
    shop, sent = str(client.http.base_url), dict[int, float]()
    lines = threading.local()

    def order(number: int) -> int:
        if not hasattr(lines, "shop"):
            lines.shop = ShopClient(shop)
        began = time.monotonic()
        placed = int(lines.shop.place(form | {"customerName": f"Customer {number}"})["id"])
        sent[placed] = began
        return placed

    timelines: dict[int, Sequence[dict[str, Any]]] = {}

    def over() -> bool:
        for number in accepted:
            if not is_over(timelines.get(number, ())):
                timelines[number] = client.timeline(number)
        return all(is_over(items) for items in timelines.values())

    with dashboard(client) as heard, watchman(url) as looks, ThreadPoolExecutor(CUSTOMERS) as customers:
        accepted = tuple(sorted(customers.map(order, range(1, n + 1))))
        wait_until(lambda: set(accepted) <= {number for number, _ in heard}, f"{n} notifications")
        wait_until(over, f"the end of {n} stories")
    ours = [(number, at) for number, at in heard if number in sent]
    zero = min(sent.values())
    return Crowd(
        accepted=accepted,
        heard=tuple(sorted(number for number, _ in ours)),
        delays_ms=tuple((at - sent[number]) * 1000 for number, at in ours),
        timelines=tuple(timelines[number] for number in accepted),
        looks=tuple((at - zero, ready) for at, ready in looks),
    )


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """p50, p95 and p99."""
    cuts = quantiles([*values, values[-1]], n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def _moment(item: dict[str, Any]) -> float:
    return datetime.fromisoformat(item["at"]).timestamp()
