"""The tools of notebook 04 against a real broker: a consumer to be killed, and a broker far away."""

from __future__ import annotations

import time

import pytest

from labs.broker.address import Broker
from labs.course.distance import Distance
from labs.course.doomed import Doomed
from labs.errors import WaitTimeout
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count
from tests.broker.waiting import orders_waiting


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost, with three orders waiting in it."""
    return orders_waiting(broker.url(vhost), "abc")


def test_a_killed_consumer_leaves_its_deliveries_to_the_next(url: str) -> None:
    """While it lives they are unacked, after its end they come again, marked."""
    with connect(url) as connection:
        consumer = Consumer(connection, "orders", prefetch=3)
        with Doomed(url, "orders", holds=2) as victim:
            assert count(connection, "orders") == 1
            victim.kill()
            taken = consumer.take(3)
    assert sorted((one.message.body, one.redelivered) for one in taken) == [
        (b"a", True),
        (b"b", True),
        (b"c", False),
    ]


def test_a_doomed_consumer_without_enough_to_hold_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for ever for a fourth message."""
    monkeypatch.setattr("labs.course.doomed.PATIENCE_S", 1.5)
    with pytest.raises(WaitTimeout, match="takes 4 messages"), Doomed(url, "orders", holds=4):
        pass


def test_a_far_broker_is_the_same_broker_later(url: str) -> None:
    """Nothing is changed on the way, and an answer takes two journeys."""
    with Distance(url, ms=20) as far, connect(far.url) as connection:
        began = time.monotonic()
        assert count(connection, "orders") == 3
        took = time.monotonic() - began
        assert [one.message.body for one in Consumer(connection, "orders", prefetch=3).take(3)] == [
            b"a",
            b"b",
            b"c",
        ]
    assert took >= 0.04
