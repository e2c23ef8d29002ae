"""What the broker says it can do, held against what it does."""

from __future__ import annotations

import time
from typing import Any

import pika
import pytest

from labs.broker.address import Broker
from labs.broker.behaviour import PATIENCE, Behaviour
from labs.broker.capabilities import Capabilities
from labs.broker.management import Management
from labs.errors import AccessRefused, NotFound


@pytest.fixture(scope="module")
def can(management: Management) -> Capabilities:
    """The capabilities of the run's broker."""
    return Capabilities.probe(management)


class Told(Management):
    """A broker that answers from a script; what is not in it is refused."""

    def __init__(self, broker: Broker, answers: dict[str, Any], refusal: type[Exception]) -> None:
        super().__init__(broker)
        self.answers, self.refusal = answers, refusal

    def get(self, path: str, **_query: str) -> Any:
        """The scripted answer."""
        if path in self.answers:
            return self.answers[path]
        raise self.refusal(f"no {path}")

    def put(self, path: str, json: Any) -> None:
        """Nothing may be created."""
        raise AccessRefused(f"you may not create {json} at {path}")


OVERVIEW = {
    "rabbitmq_version": "4.3.6",
    "erlang_version": "29",
    "node": "rabbit@there",
    "exchange_types": [{"name": "topic"}, {"name": "x-local-random"}],
}


def test_version_and_plugins_are_the_brokers_own(can: Capabilities, management: Management) -> None:
    """Read, never guessed."""
    assert can.version == management.overview()["rabbitmq_version"]
    assert "topic" in can.exchange_types
    assert "rabbitmq_management" in can.plugins


def test_a_broker_without_the_deprecation_page_has_none(can: Capabilities, management: Management) -> None:
    """3.10 answers 404; later ones list at least the transient queues."""
    try:
        listed = management.get("/deprecated-features")
    except NotFound:
        assert can.deprecated_features == {}
    else:
        assert set(can.deprecated_features) == {row["name"] for row in listed}
        assert "transient_nonexcl_queues" in can.deprecated_features


def test_queue_types_and_transient_queues_are_as_a_client_finds_them(
    can: Capabilities, broker: Broker, vhost: str
) -> None:
    """Declared here once more, by hand."""
    wanted = {
        "quorum": (can.quorum_queues, {"durable": True, "arguments": {"x-queue-type": "quorum"}}),
        "stream": (can.streams, {"durable": True, "arguments": {"x-queue-type": "stream"}}),
        "transient": (can.transient_queues_permitted, {"durable": False}),
    }
    for name, (expected, declaration) in wanted.items():
        try:
            with pika.BlockingConnection(broker.parameters(vhost)) as connection:
                connection.channel().queue_declare(name, **declaration)
        except pika.exceptions.AMQPError:
            assert not expected, name
        else:
            assert expected, name


def test_the_default_delivery_limit_is_as_a_consumer_finds_it(
    can: Capabilities, broker: Broker, vhost: str
) -> None:
    """Counted here by a consumer instead of `basic.get`: deliveries until the message stays away."""
    deliveries = 0
    with pika.BlockingConnection(broker.parameters(vhost)) as connection:
        channel = connection.channel()
        channel.queue_declare("work", durable=True, arguments={"x-queue-type": "quorum"})
        channel.basic_qos(prefetch_count=1)
        channel.basic_publish("", "work", b"poison")
        for method, _, _ in channel.consume("work", inactivity_timeout=1.0):
            if method is None or deliveries == PATIENCE:
                break
            deliveries += 1
            channel.basic_reject(method.delivery_tag, requeue=True)
    limit = can.default_delivery_limit
    assert deliveries == (PATIENCE if limit is None else limit + 1)


def test_a_nack_counts_as_a_consumer_finds_it(can: Capabilities, broker: Broker, vhost: str) -> None:
    """A limit of two, and `basic.nack`: three deliveries where it counts, without end where it does not."""
    deliveries, most = 0, 6
    with pika.BlockingConnection(broker.parameters(vhost)) as connection:
        channel = connection.channel()
        arguments = {"x-queue-type": "quorum", "x-delivery-limit": 2}
        channel.queue_declare("work", durable=True, arguments=arguments)
        channel.basic_qos(prefetch_count=1)
        channel.basic_publish("", "work", b"poison")
        for method, _, _ in channel.consume("work", inactivity_timeout=1.0):
            if method is None or deliveries == most:
                break
            deliveries += 1
            channel.basic_nack(method.delivery_tag, requeue=True)
    assert deliveries == (3 if can.nack_counts else most)


def test_probing_is_quick_and_leaves_nothing(management: Management) -> None:
    """A quarter of a second on a quiet machine; every lesson does it."""
    before = management.vhosts()
    began = time.monotonic()
    assert Behaviour.probe(management).quorum_queues
    assert time.monotonic() - began < 3.0
    assert not {name for name in management.vhosts() if name.startswith("probe.")} - set(before)


def test_who_may_not_create_a_vhost_still_learns_the_rest(broker: Broker) -> None:
    """A learner's account on a class's broker: what could not be tried is None, not no."""
    flags = [{"name": "quorum_queue", "state": "enabled"}, {"name": "khepri_db", "state": "enabled"},
             {"name": "stream_queue", "state": "disabled"}]  # fmt: skip
    deprecated = [{"name": "global_qos", "deprecation_phase": "denied_by_default"}]
    answers = {"/overview": OVERVIEW, "/feature-flags": flags, "/deprecated-features": deprecated}
    with Told(broker, answers, AccessRefused) as told:
        can = Capabilities.probe(told)
    assert (can.version, can.behaviour, can.plugins) == ("4.3.6", None, frozenset())
    assert (can.quorum_queues, can.streams, can.khepri) == (True, False, True)
    assert (can.transient_queues_permitted, can.default_delivery_limit, can.nack_counts) == (None, None, None)
    assert can.deprecated_features == {"global_qos": "denied_by_default"}


def test_an_old_broker_without_any_of_the_pages_is_described_too(broker: Broker) -> None:
    """404 on flags and deprecations means none."""
    with Told(broker, {"/overview": OVERVIEW}, NotFound) as told:
        can = Capabilities.probe(told)
    assert (can.feature_flags, can.deprecated_features) == (frozenset(), {})
