"""Relay and feed against the real broker: crashes at the worst moments, and messages that nobody can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from labs.broker.address import Broker
from labs.errors import ConnectionLost
from labs.message import Message
from labs.orders.domain.notification import Notification, Tell
from labs.orders.process.effects import Effects
from labs.orders.process.feed import FeedReader
from labs.orders.process.relay import Relay
from labs.orders.topology import EVENTS, FEED, topology
from labs.retry import CAUSE
from labs.sync.batches import BatchConsumer
from labs.sync.connection import Connection, connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.sync.window import ConfirmWindow
from tests.orders.conftest import Store


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to a vhost where the shop's topology stands."""
    with connect(broker.url(vhost)) as connection:
        declare(connection, topology((FEED,)))
        yield connection


@pytest.fixture
def window(broker: Broker, vhost: str, connection: Connection) -> Iterator[ConfirmWindow]:
    """A line for publishing, as a relay has it."""
    assert connection.is_open
    with ConfirmWindow(broker.url(vhost), EVENTS.name, size=100, confirm_within_s=5) as window:
        yield window


def relay(store: Store) -> Relay:
    """A relay that has just started."""
    return Relay(store.outbox, batch=10, poll_s=0.1)


def feed_everything(store: Store, connection: Connection) -> list[Notification]:
    """Let the feed consumer handle what is in the queue; returns what it announced."""
    announced: list[Notification] = []
    BatchConsumer(connection, FEED.queue, prefetch=10, ladder=FEED.ladder).run(
        reader(store, lambda *told: announced.extend(told)).handle_batch, idle_s=0.3
    )
    return announced


def reader(store: Store, announce: Tell) -> Effects:
    """The feed's reader, as the shop runs it."""
    apply = FeedReader(store.feed, announce=announce).apply
    return Effects(store.database, name=FEED.name, apply=apply, clock=store.clock)


def test_an_event_reaches_the_queue_with_everything_its_readers_need(
    store: Store, connection: Connection, window: ConfirmWindow
) -> None:
    """Persistent JSON with the event's own id, and the outbox is empty afterwards."""
    store.place()
    assert relay(store).carry(window) == 1
    assert store.outbox.waiting() == 0
    (delivery,) = Consumer(connection, FEED.queue, prefetch=1).take(1)
    message = delivery.message
    assert (delivery.exchange, delivery.routing_key) == ("orders", "order.created")
    assert (message.message_id, message.type, message.persistent) == ("id-1", "order.created", True)
    assert (message.content_type, message.correlation_id) == ("application/json", "order-42")
    assert message.json()["data"]["message"] == "New order from Ahmed for iPhone 15 Pro"


def test_a_crash_between_confirm_and_mark_gives_a_duplicate_and_one_effect(
    store: Store, connection: Connection, window: ConfirmWindow
) -> None:
    """The broker has the event, the outbox does not know: it goes out twice and is told once."""
    store.place()
    dying = relay(store)

    def power_cut(*_: Any) -> int:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.outbox, "mark_sent", power_cut)
        with pytest.raises(KeyboardInterrupt):
            dying.carry(window)

    assert relay(store).carry(window) == 0  # the dead relay's lease still holds
    store.clock.forward(15)
    assert relay(store).carry(window) == 1
    assert count(connection, FEED.queue) == 2
    assert [told.payload["orderId"] for told in feed_everything(store, connection)] == [42]
    assert count(connection, FEED.queue) == 0


def test_an_event_that_no_queue_wants_stays_in_the_outbox(
    store: Store, connection: Connection, window: ConfirmWindow
) -> None:
    """Somebody removed the binding: the event waits for its lease to end, and goes when it is mended."""
    store.place()
    channel = connection.channel()
    channel.queue_unbind(FEED.queue, EVENTS.name, "order.*")
    assert relay(store).carry(window) == 0
    assert store.outbox.waiting() == 1
    declare(connection, topology((FEED,)))
    store.clock.forward(15)
    assert relay(store).carry(window) == 1


def test_what_nobody_knows_the_end_of_is_free_again_at_once(store: Store) -> None:
    """Of three one was confirmed, one unanswered, one not sent: only the first need not go again."""
    for _ in range(3):
        store.place()

    class BreakingWindow:
        published = 0

        def publish(self, *_: object) -> Future[None]:
            self.published += 1
            if self.published == 3:
                raise ConnectionLost("The broker went away.")
            answer: Future[None] = Future()
            if self.published == 1:
                answer.set_result(None)
            else:
                answer.set_exception(ConnectionLost("The broker went away before it answered."))
            return answer

    with pytest.raises(ConnectionLost):
        relay(store).carry(BreakingWindow())
    assert [event.order_id for event in store.outbox.claim(10).events] == [43, 44]


def test_a_consumer_that_crashes_before_its_ack_gets_the_event_again(
    store: Store, connection: Connection, window: ConfirmWindow, broker: Broker, vhost: str
) -> None:
    """Committed but not acknowledged: the broker delivers again, and the inbox knows it."""
    store.place()
    relay(store).carry(window)
    feed = reader(store, lambda _: None)
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
    store: Store, connection: Connection, window: ConfirmWindow, poison: Message
) -> None:
    """It is parked with the reason, and the events behind it are not held up."""
    Producer(connection, EVENTS.name).publish(poison, "order.created")
    store.place()
    relay(store).carry(window)
    assert [told.payload["orderId"] for told in feed_everything(store, connection)] == [42]
    (dead,) = Consumer(connection, FEED.ladder.parking_lot, prefetch=1).take(1)
    assert dead.message.body == poison.body
    assert "event" in str(dead.message.headers[CAUSE]) or "JSON" in str(dead.message.headers[CAUSE])


def test_a_relay_can_speak_as_nest_does_and_our_readers_understand(
    store: Store, connection: Connection, window: ConfirmWindow
) -> None:
    """`{pattern, data}` on the wire, the same notification, and the event's own id."""
    store.place()
    assert Relay(store.outbox, batch=10, poll_s=0.1, form="nest").carry(window) == 1
    with connection.channel() as channel:
        method, properties, body = channel.basic_get(FEED.queue)
        channel.basic_nack(method.delivery_tag, requeue=True)
    assert set(json.loads(body)) == {"pattern", "data"}
    assert properties.message_id
    assert [told.payload["orderId"] for told in feed_everything(store, connection)] == [42]
