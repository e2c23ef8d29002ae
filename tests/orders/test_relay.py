"""Relay and feed against the real broker: crashes at the worst moments, and messages that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from labs.broker.address import Broker
from labs.errors import ConnectionLost
from labs.message import Message
from labs.orders.domain.notification import Notification
from labs.orders.process.feed import FeedConsumer
from labs.orders.process.relay import Relay
from labs.orders.topology import EVENTS, FEED, topology
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from tests.orders.conftest import Store


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to a vhost where the shop's topology stands."""
    with connect(broker.url(vhost)) as connection:
        declare(connection, topology((FEED,)))
        yield connection


def relay(store: Store) -> Relay:
    """A relay that has just started."""
    return Relay(store.outbox, batch=10, poll_s=0.1)


def feed_everything(store: Store, connection: Connection) -> list[Notification]:
    """Let the feed consumer handle what is in the queue; returns what it announced."""
    announced: list[Notification] = []
    feed = FeedConsumer(store.feed, announce=announced.append, prefetch=10)
    Consumer(connection, FEED.queue, prefetch=10).run(feed.handle, idle_s=0.3)
    return announced


def test_an_event_reaches_the_queue_with_everything_its_readers_need(
    store: Store, connection: Connection
) -> None:
    """Persistent JSON with the event's own id, and the outbox is empty afterwards."""
    store.place()
    assert relay(store).carry(Producer(connection, EVENTS.name)) == 1
    assert store.outbox.waiting() == 0
    (delivery,) = Consumer(connection, FEED.queue, prefetch=1).take(1)
    message = delivery.message
    assert (delivery.exchange, delivery.routing_key) == ("orders", "order.created")
    assert (message.message_id, message.type, message.persistent) == ("id-1", "order.created", True)
    assert (message.content_type, message.correlation_id) == ("application/json", "order-42")
    assert message.json()["data"]["message"] == "New order from Ahmed for iPhone 15 Pro"


def test_a_crash_between_confirm_and_mark_gives_a_duplicate_and_one_effect(
    store: Store, connection: Connection
) -> None:
    """The broker has the event, the outbox does not know: it goes out twice and is told once."""
    store.place()
    dying = relay(store)

    def power_cut(*_: Any) -> int:
        raise KeyboardInterrupt

    mark, store.outbox.mark_sent = store.outbox.mark_sent, power_cut  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        dying.carry(Producer(connection, EVENTS.name))
    store.outbox.mark_sent = mark  # type: ignore[method-assign]

    producer = Producer(connection, EVENTS.name)
    assert relay(store).carry(producer) == 0  # the dead relay's lease still holds
    store.clock.forward(15)
    assert relay(store).carry(producer) == 1
    assert count(connection, FEED.queue) == 2
    assert [told.payload["orderId"] for told in feed_everything(store, connection)] == [42]
    assert count(connection, FEED.queue) == 0


def test_an_event_that_no_queue_wants_stays_in_the_outbox(store: Store, connection: Connection) -> None:
    """Somebody removed the binding: the event waits for its lease to end, and goes when it is mended."""
    store.place()
    channel = connection.channel()
    channel.queue_unbind(FEED.queue, EVENTS.name, "order.*")
    producer = Producer(connection, EVENTS.name)
    assert relay(store).carry(producer) == 0
    assert store.outbox.waiting() == 1
    declare(connection, topology((FEED,)))
    store.clock.forward(15)
    assert relay(store).carry(producer) == 1


def test_what_was_not_tried_is_free_again_at_once(store: Store) -> None:
    """Broken at the second of three: the first is marked, the others need not wait for the lease."""
    for _ in range(3):
        store.place()

    class BreakingProducer:
        published = 0

        def publish(self, *_: object) -> None:
            self.published += 1
            if self.published == 2:
                raise ConnectionLost("The broker went away.")

    with pytest.raises(ConnectionLost):
        relay(store).carry(BreakingProducer())  # type: ignore[arg-type]
    assert [event.order_id for event in store.outbox.claim(10).events] == [43, 44]


def test_a_consumer_that_crashes_before_its_ack_gets_the_event_again(
    store: Store, connection: Connection, broker: Broker, vhost: str
) -> None:
    """Committed but not acknowledged: the broker delivers again, and the inbox knows it."""
    store.place()
    relay(store).carry(Producer(connection, EVENTS.name))
    feed = FeedConsumer(store.feed, announce=lambda _: None, prefetch=10)
    with connect(broker.url(vhost)) as dying:
        (delivery,) = Consumer(dying, FEED.queue, prefetch=1).take(1)
        feed.handle(delivery)
        # Here its power goes: the connection closes without an ack.
    assert feed_everything(store, connection) == []
    assert store.feed.latest_id() == 1
    assert count(connection, FEED.queue) == 0


@pytest.mark.parametrize(
    "poison",
    [
        Message(body=b"not json", message_id="p-1"),
        Message.from_json([1, 2], message_id="p-2"),
        Message.from_json({"orderId": 42}),
    ],
    ids=["not-json", "not-an-event", "no-id"],
)
def test_a_message_that_nobody_can_read_is_kept_aside(
    store: Store, connection: Connection, poison: Message
) -> None:
    """It goes to the dead-letter queue with the broker's note, and the events behind it are not held up."""
    Producer(connection, EVENTS.name).publish(poison, "order.created")
    store.place()
    relay(store).carry(Producer(connection, EVENTS.name))
    assert [told.payload["orderId"] for told in feed_everything(store, connection)] == [42]
    (dead,) = Consumer(connection, FEED.ladder.parking_lot, prefetch=1).take(1)
    assert dead.message.body == poison.body
    assert dead.message.headers["x-death"][0]["queue"] == FEED.queue
