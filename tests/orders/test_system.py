"""The whole shop on a real broker: what customer and admin see, and a broker that goes away meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from labs.broker.address import Broker
from labs.broker.node import PrivateNode
from labs.errors import AccessRefused, NotFound, WaitTimeout
from labs.orders.domain.validation import InvalidOrder
from labs.orders.running import OrderSystem
from labs.orders.web.client import ShopClient
from tests.orders.conftest import PASSWORD, listen, wait_until


def test_ahmed_orders_and_the_dashboard_is_told(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """Order 42 goes through intake, outbox, relay, exchange, queue and feed, and comes by the stream."""
    with OrderSystem(broker, vhost=vhost, home=tmp_path, admin_password=PASSWORD) as shop:
        client = ShopClient(shop.url)
        client.sign_in(PASSWORD)
        with client.http.stream("GET", "/api/notifications/stream", params={"after": 0}) as response:
            assert shop.place(ahmed)["id"] == 42
            (heard,) = islice(listen(response), 1)
        assert heard.data == {
            "orderId": 42,
            "customerName": "Ahmed",
            "productName": "iPhone 15 Pro",
            "totalPrice": 329000,
            "quantity": 1,
            "wilaya": "Algiers",
            "phone": "+213555123456",
            "email": None,
            "urgent": False,
            "status": "pending",
            "version": 1,
            "createdAt": heard.data["createdAt"],
            "message": "New order from Ahmed for iPhone 15 Pro",
        }
        assert shop.wait_for_notification(42)["message"] == heard.data["message"]
        wait_until("the outbox to be empty", lambda: shop.status() == {"broker": True, "waiting": 0})
        client.close()


def test_the_embedded_shop_says_what_is_wrong(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """In a notebook, too: one sentence for each field, and a wait that tells what it saw."""
    with OrderSystem(broker, vhost=vhost, home=tmp_path, admin_password=PASSWORD) as shop:
        with pytest.raises(InvalidOrder) as refused:
            shop.place(ahmed | {"quantity": 0})
        assert refused.value.problems == {"quantity": "The quantity must be a whole number from 1 to 100."}
        with pytest.raises(
            WaitTimeout, match=r"order 7 for 0\.1 s; saw 0 about other orders; 0 in the outbox"
        ):
            shop.wait_for_notification(7, within_s=0.1)
        shop.stop()
        shop.stop()


def test_a_shop_that_can_never_connect_does_not_open(broker: Broker, tmp_path: Path) -> None:
    """A missing vhost or a wrong password is said at the start: waiting would not mend it."""
    with pytest.raises(NotFound), OrderSystem(broker, vhost="no.such.vhost", home=tmp_path):
        pass
    with pytest.raises(AccessRefused), OrderSystem(replace(broker, password="x"), vhost="/", home=tmp_path):
        pass


def test_orders_of_yesterday_are_announced_by_the_shop_of_today(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """Taken without a broker, stopped, started again: the outbox is a file, not a memory."""
    nowhere = replace(broker, amqp_url="amqp://127.0.0.1:1")
    with OrderSystem(nowhere, vhost=vhost, home=tmp_path) as shop:
        number = shop.place(ahmed)["id"]
    with OrderSystem(broker, vhost=vhost, home=tmp_path) as shop:
        assert shop.wait_for_notification(number)["customerName"] == "Ahmed"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateNode]:
    """A broker of this file's own, which a test may kill."""
    node = PrivateNode(tmp_path_factory.mktemp("node"), plugins=("rabbitmq_management",))
    node.start()
    yield node
    node.stop()


@pytest.mark.slow
def test_nothing_is_lost_when_the_broker_is_killed_and_comes_back(
    node: PrivateNode, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """Orders before, during and after: all of them accepted, each announced exactly once."""
    with OrderSystem(node.broker, vhost="/", home=tmp_path) as shop:
        placed = [shop.place(ahmed)["id"] for _ in range(3)]
        node.kill()
        wait_until("the shop to notice", lambda: not shop.status()["broker"])
        placed += [shop.place(ahmed)["id"] for _ in range(5)]
        assert shop.status()["waiting"] >= 5
        node.start()
        wait_until("the shop to come back", lambda: shop.status()["broker"], within_s=30)
        placed += [shop.place(ahmed)["id"] for _ in range(2)]
        for number in placed:
            shop.wait_for_notification(number)
        assert sorted(told["orderId"] for told in shop.notifications()) == placed == list(range(42, 52))
        wait_until("the outbox to be empty", lambda: shop.status()["waiting"] == 0)
