"""Each habit that the broker says it has, met again by a consumer in another way than the probe's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from labs.broker.address import Broker
from labs.broker.api import Api
from labs.broker.habits import Habits
from labs.broker.management import Management
from labs.errors import AccessRefused


@pytest.fixture(scope="module")
def habits(management: Management) -> Habits:
    """Those of the run's broker."""
    return Habits(management)


@pytest.fixture
def channel(broker: Broker, vhost: str) -> Iterator[BlockingChannel]:
    """In a vhost of the test's own, with confirms, and one message at a time."""
    with pika.BlockingConnection(broker.parameters(vhost)) as connection:
        opened = connection.channel()
        opened.confirm_delivery()
        opened.basic_qos(prefetch_count=1)
        yield opened


def quorum(channel: BlockingChannel, name: str, **arguments: Any) -> None:
    """Declare a quorum queue; `x_dead_letter_exchange` is written for `x-dead-letter-exchange`."""
    spelled = {key.replace("_", "-"): value for key, value in arguments.items()}
    channel.queue_declare(name, durable=True, arguments={"x-queue-type": "quorum", **spelled})


def consumed(channel: BlockingChannel, queue: str, count: int, *, give_back: bytes = b"") -> list[bytes]:
    """The bodies of the next deliveries; the first delivery of `give_back` is given back, others are acked."""
    seen: list[bytes] = []
    for method, _, body in channel.consume(queue, inactivity_timeout=5.0):
        if method is None:
            break
        if body == give_back and give_back not in seen:
            channel.basic_nack(method.delivery_tag, requeue=True)
        else:
            channel.basic_ack(method.delivery_tag)
        seen.append(body)
        if len(seen) == count:
            break
    channel.cancel()
    return seen


def test_a_message_given_back_goes_where_the_habit_says(channel: BlockingChannel, habits: Habits) -> None:
    """Of three, the first is given back: it is next, or last."""
    quorum(channel, "work")
    for body in (b"a", b"b", b"c"):
        channel.basic_publish("", "work", body)
    wanted = {"front": [b"a", b"a", b"b", b"c"], "back": [b"a", b"b", b"c", b"a"]}
    assert consumed(channel, "work", 4, give_back=b"a") == wanted[habits.requeued_to]


def test_priorities_are_served_as_the_habit_says(channel: BlockingChannel, habits: Habits) -> None:
    """Low before high in the queue; a broker with two classes mixes them two to one."""
    quorum(channel, "work")
    sent = [1, 8, 3, 9, 5, 2]
    for priority in sent:
        channel.basic_publish("", "work", str(priority).encode(), pika.BasicProperties(priority=priority))
    served = [int(body) for body in consumed(channel, "work", len(sent))]
    assert sorted(served) == sorted(sent)
    if habits.priorities == "none":
        assert served == sent
    elif habits.priorities == "all":
        assert served == sorted(sent, reverse=True)
    else:
        assert served[0] == 8, "the first of the higher class"
        assert served not in (sent, sorted(sent, reverse=True))


def test_a_client_that_publishes_x_death_again_is_counted_as_the_habit_says(
    channel: BlockingChannel, habits: Habits
) -> None:
    """A header that a client invents: the broker counts on from 7, or begins with 1."""
    channel.queue_declare("dead", durable=True)
    quorum(channel, "work", x_dead_letter_exchange="", x_dead_letter_routing_key="dead")
    death = {"queue": "work", "reason": "rejected", "count": 7, "exchange": "", "routing-keys": ["work"]}
    channel.basic_publish("", "work", b"again", pika.BasicProperties(headers={"x-death": [death]}))
    for method, _, _ in channel.consume("work", inactivity_timeout=5.0):
        assert method is not None
        channel.basic_reject(method.delivery_tag, requeue=False)
        break
    channel.cancel()
    for method, properties, _ in channel.consume("dead", inactivity_timeout=5.0):
        assert method is not None
        counts = [entry["count"] for entry in properties.headers["x-death"]]
        break
    assert max(counts) == (8 if habits.counts_x_death_of_clients else 1)


def test_a_rejected_message_waits_as_the_habit_says(channel: BlockingChannel, habits: Habits) -> None:
    """With a delay of half a second asked for: it is held back, or there again at once."""
    quorum(channel, "work", x_delayed_retry_type="all", x_delayed_retry_min=500, x_delayed_retry_max=500)
    channel.basic_publish("", "work", b"again")
    times: list[float] = []
    for method, _, _ in channel.consume("work", inactivity_timeout=5.0):
        assert method is not None
        times.append(time.monotonic())
        if len(times) > 1:
            break
        channel.basic_reject(method.delivery_tag, requeue=True)
    waited = times[1] - times[0]
    assert waited > 0.4 if habits.delayed_retry else waited < 0.4


def test_a_question_is_asked_once_and_leaves_nothing(
    management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time the answer is remembered: no vhost may be made for it."""
    habits = Habits(management)
    first = habits.priorities
    assert not [name for name in management.vhosts() if name.startswith("probe.")]
    monkeypatch.setattr(Api, "put", refuse)
    assert habits.priorities == first


def test_who_may_not_make_a_vhost_hears_it(management: Management, monkeypatch: pytest.MonkeyPatch) -> None:
    """A learner on a class's broker: the refusal is the broker's own, and no answer is invented."""
    monkeypatch.setattr(Api, "put", refuse)
    with pytest.raises(AccessRefused):
        _ = Habits(management).requeued_to


def refuse(_self: Api, path: str, _json: Any) -> None:
    """What the broker says to a user who is no administrator."""
    raise AccessRefused(f"PUT {path}: not an administrator")
