"""What the shop can bear: `python -m tests.bench.shop`.

Three questions in one run, so that the answers can be compared. How many orders a second does it accept, each on
the disk before it is answered? How long from the POST to the dashboard, at rising rates? And what is lost when the
broker is away, or a dashboard is closed? Customers, dashboards, shop and broker share the machine; nothing here is
a promise, and every line says under which conditions it was measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psutil
import uvloop

from labs.broker.address import Broker
from labs.broker.ensure import ensure_broker
from labs.broker.faults import Proxy
from labs.broker.management import Management
from labs.broker.vhosts import clean_vhost, drop_vhost
from labs.orders.services import SERVICES
from labs.orders.web.client import ShopClient
from tests.bench.shop_load import Customers, Dashboard
from tests.bench.shop_process import PASSWORD

VHOST = "bench.orders"
RATES = (50, 200, 500)
#: How long a backlog may take to drain, in seconds, before the line says so.
PATIENCE_S = 60.0


class Shop:
    """A running shop, seen from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.url: str = json.loads(process.stdout.readline())["url"]
        if not self.url:
            return
        client = ShopClient(self.url)
        client.sign_in(PASSWORD)
        self.cookie = "; ".join(f"{name}={value}" for name, value in client.http.cookies.items())
        client.close()

    def status(self) -> dict[str, Any]:
        """What the shop says of itself."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("status\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def megabytes(self) -> float:
        """Its resident memory."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


@contextmanager
def open_shop(broker: Broker, *, readers: tuple[str, ...], split: bool, **settings: Any) -> Iterator[Shop]:
    """A shop of its own: a fresh database, a clean virtual host. `split`: the web in a process of its own."""
    parts = (["web"], ["relay", *readers]) if split else (None,)
    with tempfile.TemporaryDirectory() as home, Management(broker) as management, ExitStack() as open_ones:
        clean_vhost(management, VHOST)
        shops = [
            Shop(open_ones.enter_context(_process(broker, home, settings, {"readers": readers, "only": only})))
            for only in parts
        ]
        yield shops[0]
        open_ones.close()
        drop_vhost(management, VHOST)


@contextmanager
def _process(
    broker: Broker, home: str, settings: dict[str, Any], more: dict[str, Any]
) -> Iterator[subprocess.Popen[str]]:
    arguments = (VHOST, home, json.dumps({"rate_per_s": 0, **settings}), json.dumps(more))
    place = {"LABS_AMQP_URL": broker.url(), "LABS_MANAGEMENT_URL": broker.management_url}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.shop_process", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **place},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)


async def until_heard(dashboard: Dashboard, orders: set[int], within_s: float) -> float:
    """Wait until the dashboard has heard of these orders; the seconds that it took."""
    began = time.perf_counter()
    while orders - dashboard.heard.keys() and time.perf_counter() - began < within_s:  # noqa: ASYNC110 the stream has no event for "all of them"
        await asyncio.sleep(0.01)
    return time.perf_counter() - began


@contextmanager
def listening(shop: Shop, dashboard: Dashboard) -> Iterator[None]:
    """The dashboard's stream is open in the block."""
    task = asyncio.create_task(dashboard.listen())
    try:
        yield
    finally:
        task.cancel()


async def saturation(shop: Shop, *, connections: int, seconds: float) -> None:
    """As many orders as it takes, then how long the dashboard needs to catch up."""
    dashboard = Dashboard(shop.url, shop.cookie)
    with listening(shop, dashboard):
        await asyncio.wait_for(dashboard.open.wait(), 10)
        customers = Customers(shop.url, connections)
        began = time.perf_counter()
        await customers.closed_loop(seconds)
        took = time.perf_counter() - began
        heard_meanwhile = len(dashboard.heard)
        orders = {answer.order for answer in customers.answers}
        drained = await until_heard(dashboard, orders, PATIENCE_S)
    accepted = len(customers.answers)
    print(f"  accepted           {accepted / took:7.0f} orders/s   ({connections} connections, {took:.1f} s)")
    print(f"  time to the answer {spread([a.answered - a.sent for a in customers.answers])}")
    print(f"  dashboard meanwhile{heard_meanwhile / took:7.0f} orders/s; the rest within {drained:.1f} s more")
    print(f"  lost               {len(orders - dashboard.heard.keys()):7d}   twice {dashboard.repeated}")
    told(customers)


async def at_rate(shop: Shop, rate: int, seconds: float) -> None:
    """From the moment an order was due to the moment the dashboard heard of it."""
    dashboard = Dashboard(shop.url, shop.cookie)
    with listening(shop, dashboard):
        await asyncio.wait_for(dashboard.open.wait(), 10)
        customers = Customers(shop.url, 64)
        await customers.open_loop(rate, seconds)
        orders = {answer.order for answer in customers.answers}
        await until_heard(dashboard, orders, PATIENCE_S)
    due = {answer.order: answer.sent for answer in customers.answers}
    lags = [at - due[order] for order, at in dashboard.heard.items() if order in due]
    print(f"  {rate:5d}/s  {spread(lags)}   lost {len(orders - dashboard.heard.keys())}", end="")
    print(f"   answer {spread([a.answered - a.sent for a in customers.answers])}")
    told(customers)


async def away(shop: Shop, proxy: Proxy, *, rate: int, seconds: float) -> None:
    """The broker is away while orders come in; then a dashboard that was closed comes back."""
    dashboard = Dashboard(shop.url, shop.cookie)
    with listening(shop, dashboard):
        await asyncio.wait_for(dashboard.open.wait(), 10)
        proxy.refuse()
        proxy.cut()
        customers = Customers(shop.url, 32)
        await customers.open_loop(rate, seconds)
        waiting = shop.status()["waiting"]
        proxy.accept()
        orders = {answer.order for answer in customers.answers}
        back = await until_heard(dashboard, orders, PATIENCE_S)
    missed = len(orders - dashboard.heard.keys())
    print(f"  broker away {seconds:.0f} s at {rate}/s: accepted {len(orders)}, waited in the outbox {waiting},")
    print(f"    lost {missed}, heard twice {dashboard.repeated}; all there {back:.1f} s after its return")
    told(customers)
    closed = Customers(shop.url, 8)
    await closed.open_loop(100, 1.0)
    orders = {answer.order for answer in closed.answers}
    with listening(shop, dashboard):
        await until_heard(dashboard, orders, PATIENCE_S)
    print(f"  dashboard closed for {len(orders)} orders: missed {len(orders - dashboard.heard.keys())}")


def told(customers: Customers) -> None:
    """Nothing is refused in silence."""
    for answer, times in customers.refused.items():
        print(f"    refused {times}: {answer}")


def spread(seconds: list[float]) -> str:
    """p50, p95, p99 in milliseconds."""
    if not seconds:
        return "no answer at all"
    ordered = sorted(seconds)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
    return "p50 {:6.1f}  p95 {:6.1f}  p99 {:6.1f} ms".format(*at)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each measurement lasts")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--split", action="store_true", help="the web in a process of its own")
    parser.add_argument("--all", action="store_true", help="every service, not only the dashboard's feed")
    options = parser.parse_args()
    how: dict[str, Any] = {"split": options.split, "readers": tuple(SERVICES) if options.all else ("feed",)}
    broker = ensure_broker()
    with Management(broker) as management:
        version = management.get("/overview")["rabbitmq_version"]
    print(f"RabbitMQ {version}, Python {platform.python_version()}, {os.cpu_count()} processors,", end=" ")
    print(f"load {os.getloadavg()[0]:.1f}; customers, dashboard, shop and broker share them.")
    print("SQLite, WAL, fdatasync: on the disk before the answer. Persistent messages, confirmed.")
    print(f"Readers: {', '.join(how['readers'])}; {'two processes' if options.split else 'one process'}.")
    with Proxy(broker) as proxy:
        with open_shop(broker, **how) as shop:
            print("As many as it takes:")
            uvloop.run(saturation(shop, connections=options.connections, seconds=options.seconds))
            print(f"  memory of the shop {shop.megabytes():7.0f} MB")
        with open_shop(broker, **how) as shop:
            print("From the POST to the dashboard:")
            for rate in RATES:
                uvloop.run(at_rate(shop, rate, options.seconds))
        with open_shop(proxy.broker, **how | {"readers": tuple(SERVICES)}) as shop:
            print("When something is away, with every service and channel on:")
            with suppress(KeyboardInterrupt):
                uvloop.run(away(shop, proxy, rate=100, seconds=10.0))
    print(f"Load at the end {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
