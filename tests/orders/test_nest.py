"""NestJS's services and ours talk: each way through a real broker, with the guide's own npm packages."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from labs.bootstrap.nest import node
from labs.broker.address import Broker
from labs.orders.domain.event import ORDER_CREATED
from labs.orders.domain.notification import Notification
from labs.orders.process.effects import Effects
from labs.orders.process.feed import FeedReader
from labs.orders.process.relay import Relay
from labs.orders.settings import OrderSettings
from labs.orders.topology import EVENTS, FEED, topology
from labs.queue import Queue as Declared
from labs.routing import Binding
from labs.sync.batches import BatchConsumer
from labs.sync.connection import Connection, connect
from labs.sync.declare import count, declare
from labs.sync.window import ConfirmWindow
from labs.topology import Topology
from tests.orders.absent import NEST
from tests.orders.conftest import Store, wait_until

#: How long a Node program may take to start or to end, in seconds: it shares two cores with other tests.
NODE_S = 60.0
#: The queue of the guide's service, beside ours: one more binding, and nothing else changes.
THEIRS = "nest_notifications"
BESIDE = Topology(
    exchanges=(EVENTS,),
    queues=(Declared(name=THEIRS),),
    bindings=(Binding(source=EVENTS.name, destination=THEIRS, key=ORDER_CREATED),),
)
#: What the guide's order service emits.
AHMED = {"orderId": 42, "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000}


@pytest.fixture(scope="session")
def nest() -> Path:
    """The folder of the guide's services, with their packages installed. Left out where that cannot be."""
    return NEST


@pytest.fixture
def address(tmp_path: Path) -> str:
    """One database is enough here: what is tried is the language on the wire."""
    return str(tmp_path / "shop.sqlite")


@pytest.fixture
def connection(broker: Broker, vhost: str) -> Iterator[Connection]:
    """A connection to a vhost with the shop's topology, and one more queue for the guide's service."""
    with connect(broker.url(vhost)) as connection:
        declare(connection, topology((FEED,)) | BESIDE)
        yield connection


@contextmanager
def service(nest: Path, url: str, event: str) -> Iterator[Queue[str]]:
    """The guide's service, listening; gives the lines that it prints. It ends when its input ends."""
    program = node()
    assert program
    with subprocess.Popen(
        [program, "service.mjs", url, THEIRS, event], cwd=nest, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        lines: Queue[str] = Queue()
        reader = threading.Thread(
            target=lambda: [lines.put(line) for line in running.stdout or ()], daemon=True
        )
        reader.start()
        try:
            assert lines.get(timeout=NODE_S) == "listening\n"
            yield lines
            assert running.stdin
            running.stdin.close()
            assert running.wait(NODE_S) == 0, "".join(lines.queue)
        finally:
            running.kill()


def emit(nest: Path, url: str, queue: str, pattern: str, data: dict[str, Any]) -> None:
    """Let the guide's application emit one event through its `ClientProxy`."""
    program = node()
    assert program
    command = [program, "shop.mjs", url, queue, pattern, json.dumps(data)]
    done = subprocess.run(
        command, cwd=nest, capture_output=True, encoding="utf-8", timeout=NODE_S, check=False
    )
    assert done.stdout == "emitted\n", done.stdout + done.stderr


def feed(store: Store, connection: Connection) -> list[Notification]:
    """Let our feed's reader have what is in its queue; returns what it announced."""
    announced: list[Notification] = []
    reader = FeedReader(store.feed, announce=lambda *told: announced.extend(told))
    effects = Effects(store.database, name=FEED.name, apply=reader.apply, clock=store.clock)
    BatchConsumer(connection, FEED.queue, prefetch=10, ladder=FEED.ladder).run(
        effects.handle_batch, idle_s=0.5
    )
    return announced


def test_what_nest_emits_has_its_effect_here_once(
    nest: Path, store: Store, broker: Broker, vhost: str, connection: Connection
) -> None:
    """`client.emit('order.created', …)` becomes one notification, however often the same event is emitted."""
    for _ in range(2):
        emit(nest, broker.url(vhost), FEED.queue, ORDER_CREATED, AHMED)
    (announced,) = feed(store, connection)
    assert (announced.event, announced.payload) == (ORDER_CREATED, AHMED)
    assert [item.payload for item in store.feed.newest(10)] == [AHMED]
    assert count(connection, FEED.queue) == 0


def test_what_nest_emits_and_nobody_can_read_is_parked(
    nest: Path, store: Store, broker: Broker, vhost: str, connection: Connection
) -> None:
    """An event about no order is not lost and not repeated for ever: it waits for a person."""
    emit(nest, broker.url(vhost), FEED.queue, ORDER_CREATED, {"hello": "world"})
    assert feed(store, connection) == []
    assert count(connection, FEED.queue) == 0
    assert count(connection, FEED.ladder.parking_lot) == 1


def test_what_our_relay_publishes_reaches_nests_handler(
    nest: Path, store: Store, broker: Broker, vhost: str, connection: Connection
) -> None:
    """With `event_form` "nest" the handler of `@EventPattern` is called with the order, and its ack is heard."""
    settings = OrderSettings(event_form="nest")
    number = store.place()
    relay = Relay(store.outbox, batch=10, poll_s=0.1, form=settings.event_form)
    with service(nest, broker.url(vhost), ORDER_CREATED) as lines:
        with ConfirmWindow(broker.url(vhost), EVENTS.name, size=10, confirm_within_s=10) as window:
            assert relay.carry(window) == 1
        heard = json.loads(lines.get(timeout=NODE_S))
        assert heard["pattern"] == ORDER_CREATED
        assert (heard["data"]["orderId"], heard["data"]["customerName"]) == (number, "Ahmed")
        with pytest.raises(Empty):
            lines.get(timeout=0.2)
    # The service is gone. Had it not acknowledged, the order would be in its queue again.
    wait_until("the queue to be empty", lambda: count(connection, THEIRS) == 0)
    (announced,) = feed(store, connection)
    assert announced.payload["orderId"] == number  # our own reader understands the same message


def test_our_envelope_is_not_what_nests_handler_waits_for(
    nest: Path, store: Store, broker: Broker, vhost: str, connection: Connection
) -> None:
    """Why the setting is there: without a `pattern` Nest finds no handler, and throws the event away."""
    store.place()
    with service(nest, broker.url(vhost), ORDER_CREATED) as lines:
        with ConfirmWindow(broker.url(vhost), EVENTS.name, size=10, confirm_within_s=10) as window:
            assert Relay(store.outbox, batch=10, poll_s=0.1).carry(window) == 1
        assert "unsupported" in lines.get(timeout=NODE_S)
    wait_until("the queue to be empty", lambda: count(connection, THEIRS) == 0)
