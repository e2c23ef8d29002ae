"""`python -m labs serve` as a process: everything in one, or split into several, and one Ctrl-C that ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labs.broker.address import Broker
from labs.cli.app import app
from labs.orders.web.client import ShopClient
from tests.orders.conftest import listen, wait_until
from tests.orders.postgres import Cluster


@contextmanager
def serve(
    broker: Broker, vhost: str, home: Path, *options: str, **settings: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A shop in a process of its own, and what it printed by the first word; killed at the end if need be."""
    environment = {
        "LABS_HOME": str(home),
        "LABS_AMQP_URL": broker.url(),
        "LABS_MANAGEMENT_URL": broker.management_url,
        "LABS_ORDERS_VHOST": vhost,
        "PATH": "/usr/bin:/bin",
        **settings,
    }
    shop = subprocess.Popen(
        [sys.executable, "-m", "labs", "serve", "--port", "0", *options],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert shop.stdout is not None
    lines: dict[str, str] = {}
    try:
        for line in shop.stdout:
            word, _, rest = line.strip().partition(" ")
            lines[word] = rest.strip()
            if word == "Ctrl-C":
                break
        else:
            raise AssertionError(f"serve ended: {shop.communicate()[1]}")
        yield shop, lines
    finally:
        shop.kill()
        shop.communicate()


def end(shop: subprocess.Popen[str], number: int = signal.SIGINT) -> float:
    """One signal; returns how long the end took, in seconds, after looking that it was an orderly one."""
    began = time.monotonic()
    shop.send_signal(number)
    output, errors = shop.communicate(timeout=15)
    assert (shop.returncode, errors) == (0, "")
    assert "Stopped." in output
    return time.monotonic() - began


def test_serve_opens_the_whole_shop_and_one_ctrl_c_closes_it(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """Addresses and the first password are printed, and the end comes within 5 s with a dashboard open."""
    with serve(broker, vhost, tmp_path) as (shop, lines):
        assert {"Checkout", "Dashboard", "Mailbox", "Metrics", "Broker"} <= set(lines)
        client = ShopClient(lines["Checkout"].removesuffix("/shop/1/checkout"))
        client.sign_in(lines["Password"].split()[0])
        number = client.place(ahmed)["id"]
        assert len(client.http.get("/readyz").json()["workers"]) == 7
        with client.http.stream("GET", "/api/notifications/stream", params={"after": 0}) as response:
            (heard,) = islice(listen(response), 1)
            assert heard.data["orderId"] == number
            assert end(shop) < 5
        client.close()
    with serve(broker, vhost, tmp_path) as (shop, lines):
        assert "as before" in lines["Password"]
        end(shop, signal.SIGTERM)


@pytest.mark.slow
def test_split_into_processes_it_is_the_same_shop(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """Web, relay and workers share database and broker; the web's dashboard hears of what the workers feed."""
    with (
        serve(broker, vhost, tmp_path, "--only", "workers") as (workers, _),
        serve(broker, vhost, tmp_path, "--only", "relay", LABS_ORDERS_RELAY_POLL_S="0.05") as (relay, _),
        serve(broker, vhost, tmp_path, "--only", "web", LABS_ORDERS_STREAM_PING_S="60") as (web, lines),
    ):
        client = ShopClient(lines["Checkout"].removesuffix("/shop/1/checkout"))
        client.sign_in(lines["Password"].split()[0])
        with client.http.stream("GET", "/api/notifications/stream", params={"after": 0}) as response:
            placed = [client.place(ahmed)["id"] for _ in range(5)]
            # Pulses and looks into the feed are a minute apart: what comes now has come by the broker.
            heard = [each.data["orderId"] for each in islice(listen(response), 5)]
            assert heard == placed

        def saga() -> object:
            return client.http.get(f"/api/algeria-orders/{placed[-1]}").json().get("saga")

        wait_until("the saga to end", lambda: saga() == "completed", within_s=30)
        for process in (web, relay, workers):
            assert end(process) < 6
        client.close()


@pytest.mark.slow
def test_split_on_postgresql_the_processes_share_nothing_but_database_and_broker(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object], postgres: Cluster
) -> None:
    """As on two machines: web here, relay and workers there, each with a folder of its own; an order goes through."""
    with (
        postgres.fresh() as url,
        serve(
            broker,
            vhost,
            tmp_path / "there",
            "--only",
            "relay",
            "--only",
            "workers",
            LABS_ORDERS_DATABASE=url,
        ) as (there, _),
        serve(broker, vhost, tmp_path / "here", "--only", "web", LABS_ORDERS_DATABASE=url) as (web, lines),
    ):
        client = ShopClient(lines["Checkout"].removesuffix("/shop/1/checkout"))
        client.sign_in(lines["Password"].split()[0])
        number = client.place(ahmed | {"email": "ahmed@example.com", "urgent": True})["id"]

        def seen() -> dict[str, object]:
            order: dict[str, object] = client.http.get(f"/api/algeria-orders/{number}").json()
            return order

        wait_until("the saga to end", lambda: seen().get("saga") == "completed", within_s=60)

        def hops() -> set[str]:
            items = client.http.get(f"/api/algeria-orders/{number}/timeline").json()["items"]
            return {each["who"].partition(" ")[0] for each in items}

        wait_until("every hop to be told", lambda: hops() >= {"relay", "feed", "email", "sms"}, within_s=60)
        assert not list(tmp_path.rglob("*.sqlite"))
        for process in (web, there):
            end(process)
        client.close()


def test_a_part_that_nobody_knows_is_refused_with_the_names() -> None:
    """A spelling mistake must not start half a shop."""
    answer = CliRunner().invoke(app, ["serve", "--only", "wep"])
    assert answer.exit_code == 2
    assert "wep" in answer.output
    assert "web" in answer.output
