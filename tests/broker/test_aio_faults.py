"""The aio-pika lane while a broker of its own is blocked, restarted, killed or frozen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from labs import paths
from labs.aio.connection import Connection, connect
from labs.aio.consumer import Consumer
from labs.aio.declare import consumers, count, declare
from labs.aio.producer import Producer
from labs.aio.window import ConfirmWindow
from labs.broker.faults import frozen, killed, memory_alarm, restarted
from labs.broker.node import PrivateNode
from labs.errors import ConnectionLost, LabsError, PublisherBlocked
from labs.message import Delivery, Message
from labs.outcome import Ack, Outcome
from labs.queue import Queue
from labs.topology import Topology
from tests.broker.aio_story import eventually, story

pytestmark = pytest.mark.slow

ORDERS = Topology(queues=(Queue(name="orders"),))


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateNode]:
    """A node that these tests may hurt."""
    node = PrivateNode(paths.home() / "spare" / "aio", name="spare")
    node.start()
    yield node
    node.kill()
    node.stop()


def _message(number: int) -> Message:
    return Message(body=b"%d" % number, message_id=f"m{number}")


async def _empty(connection: Connection) -> None:
    await declare(connection, ORDERS)
    await Consumer(connection, "orders", prefetch=50).run(_acks, idle_s=0.3)


async def _acks(_: Delivery) -> Outcome:
    return Ack()


@story
async def test_an_alarm_is_publisher_blocked_and_consuming_goes_on_on_its_own_line(node: PrivateNode) -> None:
    """The state can be seen; the other connection still drains the queue; and it ends when the alarm ends."""
    url = node.broker.url("/")
    async with await connect(url, name="publishes") as publishing, await connect(url) as consuming:
        await _empty(consuming)
        producer = Producer(publishing, "", confirm_within_s=1.0)
        await producer.publish(_message(0), "orders")
        undo = memory_alarm(node)
        await asyncio.to_thread(undo.__enter__)
        try:
            with pytest.raises(PublisherBlocked, match="low on memory or disk"):
                await _three(producer)
            assert publishing.blocked
            assert not consuming.blocked
            with pytest.raises(PublisherBlocked, match="opens no channel"):
                await publishing.channel(within_s=0.3)
            seen: list[Delivery] = []

            async def handler(delivery: Delivery) -> Outcome:
                seen.append(delivery)
                return Ack()

            assert await Consumer(consuming, "orders", prefetch=1).run(handler, idle_s=0.5) >= 1
            assert seen[0].message.body == b"0"
        finally:
            await asyncio.to_thread(undo.__exit__, None, None, None)
        await eventually(lambda: not publishing.blocked, "the end of the alarm")
        producer.confirm_within_s = 10.0
        await producer.publish(_message(9), "orders")
        assert publishing.reconnects == 0


@pytest.mark.parametrize("how", [restarted, killed], ids=["restarted", "killed"])
@story
async def test_what_was_confirmed_survives_and_the_consumer_comes_back(
    node: PrivateNode, how: object
) -> None:
    """The node goes and comes: every confirmed order is handled, by the same consumer, on a new line."""
    url = node.broker.url("/")
    handled: set[bytes] = set()
    async with await connect(url) as publishing, await connect(url) as consuming:
        await _empty(consuming)
        await declare(consuming, Topology(queues=(Queue(name="mine", exclusive=True),)))
        stop = asyncio.Event()

        async def handler(delivery: Delivery) -> Outcome:
            await asyncio.sleep(0.02)
            handled.add(delivery.message.body)
            return Ack()

        running = asyncio.create_task(Consumer(consuming, "orders", prefetch=5).run(handler, stop=stop))
        window = ConfirmWindow(Producer(publishing, "", confirm_within_s=30), size=20)
        sending = asyncio.create_task(_send_until(window, stop=120))
        await eventually(lambda: window.confirmed >= 20, "the first confirms")

        def outage() -> None:
            with how(node):  # type: ignore[operator]
                pass

        await asyncio.to_thread(outage)
        unknown = await sending
        confirmed = {b"%d" % number for number in range(120)} - unknown
        assert window.confirmed == len(confirmed)
        await eventually(lambda: confirmed <= handled, "every confirmed order to be handled", within_s=40)

        async def is_back() -> bool:
            return await consumers(publishing, "orders") == 1

        await eventually(is_back, "the consumer on the broker")
        assert await count(consuming, "mine") == 0
        assert (publishing.reconnects, consuming.reconnects) == (1, 1)
        stop.set()
        await running


async def _three(producer: Producer) -> None:
    """The first one may still get through: it is what makes the broker say that we are blocked."""
    for number in range(1, 4):
        await producer.publish(_message(number), "orders")


async def _send_until(window: ConfirmWindow, *, stop: int) -> set[bytes]:
    """Publish so many; returns the bodies of those that nobody knows about."""
    try:
        async with window:
            for number in range(stop):
                await window.publish(_message(number), "orders")
                await asyncio.sleep(0.01)
    except* LabsError:
        pass
    return {each.message.body for each in window.failed}


@story
async def test_a_frozen_broker_is_noticed_by_the_heartbeat_and_found_again(node: PrivateNode) -> None:
    """Nothing is closed, nothing answers: a publish ends at its time-out, the line a little later."""
    url = node.broker.url("/")
    async with await connect(url, heartbeat_s=1) as connection:
        await _empty(connection)
        producer = Producer(connection, "", confirm_within_s=1.0)
        await producer.publish(_message(1), "orders")
        undo = frozen(node)
        await asyncio.to_thread(undo.__enter__)
        try:
            with pytest.raises(LabsError, match="no confirm within 1 s"):
                await producer.publish(_message(2), "orders")
            await eventually(lambda: not connection.is_open, "the silence to be noticed")
            with pytest.raises(ConnectionLost):
                await producer.publish(_message(3), "orders")
        finally:
            await asyncio.to_thread(undo.__exit__, None, None, None)
        producer.confirm_within_s = 20.0
        await producer.publish(_message(4), "orders")
        assert connection.reconnects == 1
