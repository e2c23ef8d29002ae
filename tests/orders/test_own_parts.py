"""The shop with parts of somebody else's making, on a real broker."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pika
import pytest

from labs.broker.address import Broker
from labs.course.solutions.nb07_ex1 import store_once
from labs.course.solutions.nb19_ex1 import add_warehouse
from labs.course.solutions.nb19_ex2 import carry_rows
from labs.errors import LabsError
from labs.orders.domain.own_part import OWN_PARTS
from labs.orders.own_parts import OwnParts
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.topology import SHORT_FEED
from tests.orders.conftest import wait_until

Counted = Callable[..., Any]


def counted(function: Counted, calls: list[Any]) -> Counted:
    """The function, which notes what each call came to."""

    def call(*args: Any) -> Any:
        calls.append(answer := function(*args))
        return answer

    return call


def waiting(broker: Broker, vhost: str, queue: str) -> list[tuple[Any, Any]]:
    """Key and properties of what lies in a queue; it stays there."""
    found = []
    with pika.BlockingConnection(broker.parameters(vhost)) as connection:
        channel = connection.channel()
        while True:
            delivery, properties, _ = channel.basic_get(queue)
            if delivery is None:
                return found
            found.append((delivery.routing_key, properties))


def test_a_relay_of_ones_own_carries_the_orders_to_the_dashboard(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """The function of exercise 19.2 was called, and what it returned is what was marked."""
    calls: list[list[str]] = []
    parts = {"relay": counted(carry_rows, calls), "warehouse": add_warehouse}
    with OrderSystem(broker, vhost=vhost, home=tmp_path, parts=parts) as shop:
        numbers = [shop.place(ahmed)["id"] for _ in range(5)]
        for number in numbers:
            assert shop.wait_for_notification(number)["message"] == "New order from Ahmed for iPhone 15 Pro"
        wait_until("the outbox to be empty", lambda: shop.status() == {"broker": True, "waiting": 0})
        assert len(shop.notifications()) == 5
    assert len({event for batch in calls for event in batch}) == 5
    found = waiting(broker, vhost, "warehouse.orders")
    assert [key for key, _ in found] == ["order.created"] * 5
    assert all(properties.app_id is None for _, properties in found), "these were published by our relay"


def test_without_parts_the_shops_own_relay_publishes(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """The way in which the test above tells them apart is a true one."""
    with OrderSystem(broker, vhost=vhost, home=tmp_path, parts={"warehouse": add_warehouse}) as shop:
        shop.wait_for_notification(shop.place(ahmed)["id"])
    ((_, properties),) = waiting(broker, vhost, "warehouse.orders")
    assert properties.app_id == "labs.orders"


def test_a_row_that_the_relay_does_not_return_stays_in_the_outbox_and_goes_again(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """It forgets an id the first time: a duplicate on the way, and one notification all the same."""
    calls: list[list[str]] = []

    def forgetful(channel: Any, rows: list[dict[str, str]]) -> list[str]:
        sent = carry_rows(channel, rows)
        calls.append(sent)
        return sent if len(calls) > 1 else []

    settings = OrderSettings(lease_s=0.2, relay_poll_s=0.05)
    with OrderSystem(
        broker, vhost=vhost, home=tmp_path, parts={"relay": forgetful}, settings=settings
    ) as shop:
        shop.place(ahmed)
        wait_until("the outbox to be empty", lambda: shop.status()["waiting"] == 0)
        wait_until("both copies to be read", lambda: len(calls) >= 2)
        assert calls[0] == calls[1]
    assert len(shop.notifications()) == 1


def test_a_relay_that_fails_is_called_again_and_nothing_is_lost(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """What it had claimed is free at once: the lease of 15 seconds is not waited for."""
    calls: list[int] = []

    def clumsy(channel: Any, rows: list[dict[str, str]]) -> list[str]:
        calls.append(len(rows))
        if len(calls) == 1:
            raise ValueError("stumbled")
        return carry_rows(channel, rows)

    with OrderSystem(broker, vhost=vhost, home=tmp_path, parts={"relay": clumsy}) as shop:
        shop.wait_for_notification(shop.place(ahmed)["id"])
    assert calls[:2] == [1, 1]


def test_an_archive_of_ones_own_keeps_each_order_once(
    broker: Broker, vhost: str, tmp_path: Path, ahmed: dict[str, object]
) -> None:
    """The function of exercise 7.1, written for a lesson, reads beside the shop's own readers."""
    with OrderSystem(broker, vhost=vhost, home=tmp_path, parts={"archive": store_once}) as shop:
        numbers = [shop.place(ahmed)["id"] for _ in range(3)]
        with closing(sqlite3.connect(tmp_path / "archive.sqlite")) as db:
            count = "SELECT count(*), count(DISTINCT message_id) FROM notifications"
            wait_until("three rows in the archive", lambda: db.execute(count).fetchone() == (3, 3))
        for number in numbers:
            shop.wait_for_notification(number)


def test_the_shop_says_which_parts_it_has_a_place_for() -> None:
    """A slip in a name must not run the shop without the part, in silence."""
    with pytest.raises(LabsError, match="no place for kitchen") as refused:
        OwnParts({"kitchen": print})
    assert all(name in str(refused.value.hint) for name in OWN_PARTS)
    assert SHORT_FEED.queue not in {queue.name for queue in OwnParts({}).topology.queues}
