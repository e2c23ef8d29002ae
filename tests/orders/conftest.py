"""The shop's parts without a broker: a database of the test's own, and a clock that the test moves."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from labs.broker.address import Broker
from labs.orders.domain.clock import system_clock
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.validation import read_order
from labs.orders.running import OrderSystem
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed
from labs.orders.store.intake import Intake
from labs.orders.store.outbox import Outbox
from labs.orders.web.client import ShopClient
from tests.orders.absent import absent
from tests.orders.postgres import Cluster, cluster

#: Ahmed's order, as the guide tells it.
AHMED = {
    "customerName": "Ahmed",
    "productName": "iPhone 15 Pro",
    "totalPrice": 329000,
    "quantity": 1,
    "wilaya": "Algiers",
    "phone": "+213 555 123 456",
}


@dataclass
class Hands:
    """A clock that stands still until the test moves it."""

    now: datetime = field(default=datetime(2025, 11, 16, 10, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        """The time that the hands show."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Move the hands."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Store:
    """One database and everything that works on it. `place` stores Ahmed's order with some fields changed."""

    database: Database
    clock: Hands
    intake: Intake
    outbox: Outbox
    feed: Feed
    new_id: Callable[[], str]

    def place(self, **changes: object) -> int:
        """Store Ahmed's order; returns its number."""
        return self.intake.place(read_order(AHMED | changes)).id


@pytest.fixture
def ahmed() -> dict[str, object]:
    """Ahmed's order, as a checkout page sends it."""
    return dict(AHMED)


#: What the shop's database may be. Where PostgreSQL is not installed, the run's last lines say so.
DATABASES = ("sqlite",) if "postgres" in absent() else ("sqlite", "postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a program that is not here. `pytest_terminal_summary`, one floor up, says so."""
    without = {item for item in items if absent().keys() & set(getattr(item, "fixturenames", ()))}
    if without:
        config.hook.pytest_deselected(items=list(without))
        items[:] = [item for item in items if item not in without]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A private PostgreSQL server, started by the first test that needs it."""
    with cluster() as server:
        yield server


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a fresh database of the shop is, for `Database.open`: each test runs once on each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "shop.sqlite")
    else:
        with request.getfixturevalue("postgres").fresh() as url:
            yield url


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """A fresh store whose ids are `id-1`, `id-2`, … and whose clock stands at the guide's moment."""
    numbers = itertools.count(1)
    clock, database = Hands(), Database.open(address)

    def new_id() -> str:
        return f"id-{next(numbers)}"

    yield Store(
        database=database,
        clock=clock,
        intake=Intake(database, clock=clock, new_id=new_id, first_id=42),
        outbox=Outbox(database, clock=clock, new_id=new_id, lease_s=15),
        feed=Feed(database, clock=clock),
        new_id=new_id,
    )
    database.close()


#: A broker that is not there: port 1 answers nobody.
NOWHERE = Broker(
    amqp_url="amqp://127.0.0.1:1",
    management_url="http://127.0.0.1:1",
    user="u",
    password="p",
    source="private",
)
PASSWORD = "open-sesame"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[OrderSystem]:
    """A running shop whose broker is away: web server and database are real."""
    with OrderSystem(NOWHERE, vhost="/", home=tmp_path, admin_password=PASSWORD) as shop:
        yield shop


@pytest.fixture
def customer(shop: OrderSystem) -> Iterator[httpx.Client]:
    """An HTTP client that nobody knows."""
    client = ShopClient(shop.url)
    yield client.http
    client.close()


@pytest.fixture
def admin(shop: OrderSystem) -> Iterator[httpx.Client]:
    """An HTTP client that is signed in."""
    client = ShopClient(shop.url)
    client.sign_in(PASSWORD)
    yield client.http
    client.close()


def tell(shop: OrderSystem, number: int, **extra: object) -> None:
    """Let notification `number` arrive, as the feed consumer would."""
    payload = {"orderId": number, "message": f"order {number}", **extra}
    event = OrderEvent(
        id=f"m-{number}", name="order.created", order_id=number, payload=payload, created_at=system_clock()
    )
    with shop._parts.database.write() as connection:
        notification = shop._parts.feed.add(connection, event)
    shop._parts.hub.announce(notification)


def wait_until(what: str, true: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait for a condition, and fail with what was awaited."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"waited {within_s:g} s for {what}"
        time.sleep(0.02)


@dataclass
class Heard:
    """One event of the stream."""

    event: str
    id: int
    data: dict[str, Any]


def listen(response: httpx.Response, within_s: float = 20.0) -> Iterator[Heard]:
    """The events of an open stream, pulses left out; fails when they take longer than `within_s` seconds."""
    lines: dict[str, str] = {}
    deadline = time.monotonic() + within_s
    for line in response.iter_lines():
        assert time.monotonic() < deadline, f"the stream went on for {within_s:g} s without what was awaited"
        if line:
            name, _, value = line.partition(": ")
            lines[name] = value
        elif "event" in lines:
            if lines["event"] != "pulse":
                yield Heard(lines["event"], int(lines.get("id", 0)), json.loads(lines["data"]))
            lines = {}
