"""The aio-pika lane consuming from a real broker: settled once, drained, and nothing lost on the way out."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from labs.aio.connection import Connection, connect
from labs.aio.consumer import Consumer
from labs.aio.declare import consumers, count, declare, delete
from labs.aio.producer import Producer
from labs.broker.address import Broker
from labs.broker.faults import Proxy, close_connections
from labs.broker.management import Management
from labs.errors import ConnectionLost, InvalidValue, NotFound, Unroutable
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.queue import Queue
from labs.retry import ATTEMPT, CAUSE, FIRST_KEY, Backoff, Ladder
from labs.routing import Binding
from labs.sync.connection import connect as connect_sync
from labs.sync.consumer import Consumer as SyncConsumer
from labs.topology import Topology
from tests.broker.aio_story import eventually, story

QUEUE = "order_notifications"
GRAVES = Topology(
    exchanges=(Exchange(name="orders"), Exchange(name="graves", type="fanout")),
    queues=(Queue(name=QUEUE, dead_letter_exchange="graves"), Queue(name="graves")),
    bindings=(
        Binding(source="orders", destination=QUEUE, key="order.*"),
        Binding(source="graves", destination="graves"),
    ),
)
LADDER = Ladder(queue=QUEUE, backoff=Backoff(delays_ms=(50, 100)))


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


async def _orders(connection: Connection, *bodies: bytes, ladder: Ladder | None = None) -> None:
    await declare(connection, GRAVES | ladder.topology if ladder else GRAVES)
    producer = Producer(connection, "orders")
    for body in bodies:
        await producer.publish(Message(body=body, message_id=body.decode(), type="order"), "order.created")
    await producer.close()


async def _left(url: str, queue: str = QUEUE) -> list[Delivery]:
    """Everything that is ready in the queue, oldest first, as the other lane sees it; it is taken out."""

    def take() -> list[Delivery]:
        with connect_sync(url) as connection:
            consumer, found = SyncConsumer(connection, queue, prefetch=1), []
            while taken := consumer.take(1, within_s=0.2):
                consumer.ack(taken[0])
                found += taken
            return found

    return await asyncio.to_thread(take)


async def _bodies(url: str, queue: str = QUEUE) -> list[bytes]:
    return [delivery.message.body for delivery in await _left(url, queue)]


async def _acks(_: Delivery) -> Outcome:
    return Ack()


# --- outcomes ---------------------------------------------------------------------------------------------


@story
async def test_run_settles_each_delivery_by_its_outcome(url: str) -> None:
    """Without a ladder a retry comes again, and what is dead goes to the dead-letter exchange."""
    async with await connect(url) as connection:
        await _orders(connection, b"ok", b"flaky", b"poison")
        seen: list[tuple[bytes, bool]] = []

        async def handler(delivery: Delivery) -> Outcome:
            seen.append((delivery.message.body, delivery.redelivered))
            if delivery.message.body == b"poison":
                return Dead(reason="cannot be read")
            return Retry() if delivery.message.body == b"flaky" and not delivery.redelivered else Ack()

        settled = await Consumer(connection, QUEUE, prefetch=1).run(handler, until=lambda: len(seen) == 4)
        assert settled == 4
        assert sorted(seen) == [(b"flaky", False), (b"flaky", True), (b"ok", False), (b"poison", False)]
    assert await _bodies(url) == []
    assert await _bodies(url, "graves") == [b"poison"]


@story
async def test_a_retry_climbs_the_ladder_and_keeps_every_property(url: str) -> None:
    """Two attempts fail, the third sees the message as it was published, plus the attempt."""
    first = Message(
        body=b"1", content_type="text/plain", headers={"region": "EU"}, priority=0, correlation_id="c",
        expiration_ms=60_000, message_id="m", type="order", app_id="shop",
    )  # fmt: skip
    async with await connect(url) as connection, await connect(url) as publishing:
        await _orders(connection, ladder=LADDER)
        await Producer(publishing, "orders").publish(first, "order.created")
        seen: list[Delivery] = []

        async def handler(delivery: Delivery) -> Outcome:
            seen.append(delivery)
            return Ack() if len(seen) == 3 else Retry(reason="not yet")

        consumer = Consumer(connection, QUEUE, prefetch=5, ladder=LADDER, publish_on=publishing)
        assert await consumer.run(handler, until=lambda: len(seen) == 3) == 3
        assert [delivery.message.headers.get(ATTEMPT, 0) for delivery in seen] == [0, 1, 2]
        for delivery in seen:
            assert (delivery.exchange, delivery.routing_key) == ("orders", "order.created")
            assert replace(delivery.message, headers={"region": "EU"}) == first
    for queue in (QUEUE, "graves", LADDER.parking_lot):
        assert await _bodies(url, queue) == []


@story
async def test_a_used_up_ladder_and_a_death_end_in_the_parking_lot_with_their_cause(url: str) -> None:
    """And not in the dead-letter exchange."""
    async with await connect(url) as connection, await connect(url) as publishing:
        await _orders(connection, b"stubborn", b"poison", ladder=LADDER)
        tries: Counter[bytes] = Counter()

        async def handler(delivery: Delivery) -> Outcome:
            tries[delivery.message.body] += 1
            poison = delivery.message.body == b"poison"
            return Dead(reason="cannot be read") if poison else Retry(reason="no answer")

        consumer = Consumer(connection, QUEUE, prefetch=5, ladder=LADDER, publish_on=publishing)

        async def both_parked() -> bool:
            return await count(connection, LADDER.parking_lot) == 2

        stop = asyncio.Event()
        running = asyncio.create_task(consumer.run(handler, stop=stop))
        await eventually(both_parked, "two parked messages")
        stop.set()
        assert await running == 4
    parked = {delivery.message.body: delivery.message for delivery in await _left(url, LADDER.parking_lot)}
    assert tries == {b"stubborn": 3, b"poison": 1}
    assert parked[b"poison"].headers[CAUSE] == "cannot be read"
    assert "no answer" in parked[b"stubborn"].headers[CAUSE]
    assert parked[b"stubborn"].headers[ATTEMPT] == 3
    assert parked[b"stubborn"].headers[FIRST_KEY] == "order.created"
    assert await _bodies(url, "graves") == []


@story
async def test_a_ladder_that_was_not_declared_says_so_and_loses_nothing(url: str) -> None:
    """The copy is refused, so the original goes back, slower each time, and then the error rises."""
    async with await connect(url) as connection:
        await _orders(connection, b"1")
        consumer = Consumer(connection, QUEUE, prefetch=1, ladder=LADDER)

        async def handler(_: Delivery) -> Outcome:
            return Retry()

        with pytest.raises(Unroutable, match=r"retry ladder's queue 'order_notifications\.retry\.50ms'"):
            await consumer.run(handler, idle_s=20)
    assert await _bodies(url) == [b"1"]


@story
async def test_without_a_ladder_a_retry_is_no_hot_loop(url: str) -> None:
    """One poison message, one second: a handful of attempts, each later than the one before."""
    async with await connect(url) as connection:
        await _orders(connection, b"1")
        stop, tries = asyncio.Event(), 0

        async def handler(_: Delivery) -> Outcome:
            nonlocal tries
            tries += 1
            return Retry()

        asyncio.get_running_loop().call_later(1.0, stop.set)
        await Consumer(connection, QUEUE, prefetch=10).run(handler, stop=stop)
        assert 2 <= tries <= 8
    assert await _bodies(url) == [b"1"]


# --- ends -------------------------------------------------------------------------------------------------


@story
async def test_run_ends_when_nothing_comes(url: str) -> None:
    """After the idle time, counted from the last delivery; and the broker has forgotten the consumer."""
    async with await connect(url) as connection:
        await _orders(connection, b"1", b"2")
        began = time.monotonic()
        assert await Consumer(connection, QUEUE, prefetch=5).run(_acks, idle_s=0.5) == 2
        assert time.monotonic() - began >= 0.5
        assert await consumers(connection, QUEUE) == 0
        assert await count(connection, QUEUE) == 0


@story
async def test_a_stopped_run_finishes_what_it_holds_and_leaves_the_rest_in_order(url: str) -> None:
    """Draining: what was begun is settled, what was not is still in the queue."""
    async with await connect(url) as connection:
        await _orders(connection, b"1", b"2", b"3", b"4", b"5")
        stop = asyncio.Event()

        async def handler(_: Delivery) -> Outcome:
            stop.set()
            await asyncio.sleep(0.3)
            return Ack()

        assert await Consumer(connection, QUEUE, prefetch=2).run(handler, stop=stop) == 2
    assert await _bodies(url) == [b"3", b"4", b"5"]


@story
async def test_a_cancelled_run_drains_what_ends_in_time(url: str) -> None:
    """The task is cancelled, and all the same what was in hand is acked."""
    async with await connect(url) as connection:
        await _orders(connection, b"1")
        begun = asyncio.Event()

        async def handler(_: Delivery) -> Outcome:
            begun.set()
            await asyncio.sleep(0.3)
            return Ack()

        running = asyncio.create_task(Consumer(connection, QUEUE, prefetch=1).run(handler))
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert await _bodies(url) == []


def _never_done(begun: threading.Event, over: threading.Event) -> list[Callable[..., object]]:
    async def awaits(_: Delivery) -> Outcome:
        begun.set()
        await asyncio.sleep(60)
        return Ack()

    async def stubborn(_: Delivery) -> Outcome:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return Dead(reason="the program ended")  # what a careless handler says
        return Ack()

    def blocks(_: Delivery) -> Outcome:
        begun.set()
        over.wait(60)
        return Dead(reason="too late to say anything")

    return [awaits, stubborn, blocks]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["async", "async-that-catches", "plain"])
@story
async def test_a_handler_cancelled_in_the_middle_means_redelivery_and_never_rejection(
    url: str, which: int
) -> None:
    """aio-pika's own `process()` would have rejected it: here it is in the queue again, and not in the grave."""
    begun, over = threading.Event(), threading.Event()
    handler = _never_done(begun, over)[which]
    async with await connect(url) as connection:
        await _orders(connection, b"1", b"2")
        consumer = Consumer(connection, QUEUE, prefetch=1, drain_s=0.2)
        running = asyncio.create_task(consumer.run(handler))  # type: ignore[arg-type]
        await asyncio.to_thread(begun.wait, 20)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        left = await _left(url)
        over.set()
        await asyncio.sleep(0.2)
        assert await count(connection, "graves") == 0
    assert [(each.message.body, each.redelivered) for each in left] == [(b"1", True), (b"2", False)]
    assert await _bodies(url, "graves") == []


@story
async def test_a_run_cancelled_at_any_moment_ends_and_leaves_its_connection_usable(url: str) -> None:
    """From its first step on; aiormq's reader must not be left waiting for a channel that nobody reads."""
    async with await connect(url) as connection:
        await _orders(connection, *(b"%d" % number for number in range(60)))

        async def handler(_: Delivery) -> Outcome:
            await asyncio.sleep(60)
            return Ack()

        for moment in range(60):
            consumer = Consumer(connection, QUEUE, prefetch=40, drain_s=0)
            running = asyncio.create_task(consumer.run(handler))
            await asyncio.sleep(moment * 0.0005)
            running.cancel()
            await asyncio.wait({running}, timeout=10)
            assert running.cancelled(), f"cancelled after {moment * 0.5} ms"
        assert await count(connection, QUEUE) == 60
        assert (connection.reconnects, await consumers(connection, QUEUE)) == (0, 0)


@story
async def test_a_handler_that_raises_gives_its_delivery_back(url: str) -> None:
    """The exception rises; the message and those behind it wait in order, and nobody is dead."""
    async with await connect(url) as connection:
        await _orders(connection, b"1", b"2", b"3")

        async def handler(delivery: Delivery) -> Outcome:
            if delivery.message.body == b"2":
                raise ZeroDivisionError
            return Ack()

        with pytest.raises(ZeroDivisionError):
            await Consumer(connection, QUEUE, prefetch=1).run(handler)
    assert await _bodies(url) == [b"2", b"3"]
    assert await _bodies(url, "graves") == []


@story
async def test_a_queue_that_is_not_there_or_is_deleted_is_not_found(url: str) -> None:
    """At once, and by its name."""
    async with await connect(url) as connection:
        with pytest.raises(NotFound, match="no queue 'nowhere'"):
            await Consumer(connection, "nowhere", prefetch=1).run(_acks)
        await declare(connection, GRAVES)
        running = asyncio.create_task(Consumer(connection, QUEUE, prefetch=1).run(_acks))

        async def consuming() -> bool:
            return await consumers(connection, QUEUE) == 1

        await eventually(consuming, "the consumer to begin")
        await delete(connection, GRAVES)
        with pytest.raises(NotFound, match="'order_notifications' was deleted"):
            await running


@story
async def test_a_connection_closed_under_a_run_ends_it(url: str) -> None:
    """By this program: no new line will come."""
    async with await connect(url) as connection:
        await declare(connection, GRAVES)
        running = asyncio.create_task(Consumer(connection, QUEUE, prefetch=1).run(_acks))
        await asyncio.sleep(0.3)
        await connection.close()
        with pytest.raises(ConnectionLost, match="closed by this program"):
            await running


# --- prefetch, and blocking handlers ----------------------------------------------------------------------


async def _most_at_once(
    connection: Connection, prefetch: int, rest: Callable[[], Awaitable[None] | None]
) -> int:
    now = most = 0
    lock = threading.Lock()

    def came() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)

    def left() -> None:
        nonlocal now
        with lock:
            now -= 1

    async def is_async(_: Delivery) -> Outcome:
        came()
        await asyncio.sleep(0.05)
        left()
        return Ack()

    def is_plain(_: Delivery) -> Outcome:
        came()
        time.sleep(0.05)
        left()
        return Ack()

    handler = is_async if rest is asyncio.sleep else is_plain
    assert await Consumer(connection, QUEUE, prefetch=prefetch).run(handler, idle_s=0.5) == 12
    return most


@pytest.mark.parametrize("rest", [asyncio.sleep, time.sleep], ids=["async", "plain"])
@story
async def test_prefetch_is_how_many_handlers_run_at_once(url: str, rest: Callable[..., None]) -> None:
    """On the loop as in threads; no more, and no fewer when there is work."""
    async with await connect(url) as connection:
        await _orders(connection, *(b"%d" % number for number in range(12)))
        assert await _most_at_once(connection, 3, rest) == 3
        for number in range(12):
            await Producer(connection, "").publish(Message(body=b"%d" % number), QUEUE)
        assert await _most_at_once(connection, 1, rest) == 1


@story
async def test_prefetch_must_be_said_and_must_be_a_number(url: str) -> None:
    """There is no default: no limit would be one."""
    async with await connect(url) as connection:
        with pytest.raises(TypeError, match="prefetch"):
            Consumer(connection, QUEUE)  # type: ignore[call-arg]
        with pytest.raises(InvalidValue, match="prefetch"):
            Consumer(connection, QUEUE, prefetch=0)


@pytest.mark.slow
@story
async def test_a_plain_handler_that_blocks_for_three_heartbeats_keeps_its_line(url: str) -> None:
    """It blocks a thread; the loop answers the broker meanwhile."""
    async with await connect(url, heartbeat_s=2) as connection:
        await _orders(connection, b"1")

        def handler(_: Delivery) -> Outcome:
            time.sleep(6.5)
            return Ack()

        consumer = Consumer(connection, QUEUE, prefetch=1)
        assert await consumer.run(handler, idle_s=0.5) == 1
        assert (connection.reconnects, consumer.redelivery_expected) == (0, 0)
    assert await _bodies(url) == []


# --- when the line breaks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["closed by an operator", "cut"])
@story
async def test_a_consumer_goes_on_after_its_line_broke(
    url: str, broker: Broker, management: Management, vhost: str, how: str
) -> None:
    """The delivery in hand comes again, its late ack is no error, and the consumer is back on the broker."""
    with Proxy(broker) as proxy:
        async with (
            await connect(proxy.broker.url(vhost), name="to be broken") as connection,
            await connect(url) as calm,
        ):
            await _orders(connection, b"1", b"2", b"3")
            seen: list[tuple[bytes, bool]] = []
            stop = asyncio.Event()

            async def handler(delivery: Delivery) -> Outcome:
                seen.append((delivery.message.body, delivery.redelivered))
                if len(seen) == 1 and how == "cut":
                    await asyncio.to_thread(proxy.cut)
                    await eventually(lambda: not connection.is_open, "the cut to be noticed")
                elif len(seen) == 1:
                    await asyncio.to_thread(close_connections, management, vhost=vhost, name="to be broken")
                    await asyncio.sleep(0.3)
                return Ack()

            consumer = Consumer(connection, QUEUE, prefetch=1)
            running = asyncio.create_task(consumer.run(handler, stop=stop))
            await eventually(lambda: len(seen) == 4, "all three, and the first one twice")

            async def is_back() -> bool:
                return await consumers(calm, QUEUE) == 1 and await count(calm, QUEUE) == 0

            await eventually(is_back, "the consumer on the broker")
            stop.set()
            assert await running == 3
            assert seen == [(b"1", False), (b"1", True), (b"2", False), (b"3", False)]
            assert (consumer.redelivery_expected, connection.reconnects) == (1, 1)
    assert await _bodies(url) == []


@story
async def test_a_run_that_waits_for_a_new_line_can_be_stopped_and_cancelled(
    broker: Broker, vhost: str
) -> None:
    """The broker is away; the program may end all the same."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, GRAVES)
            stop = asyncio.Event()
            stopped, cancelled = (
                asyncio.create_task(Consumer(connection, QUEUE, prefetch=1).run(_acks, stop=each))
                for each in (stop, None)
            )
            await asyncio.sleep(0.3)
            await asyncio.to_thread(proxy.refuse)
            await asyncio.to_thread(proxy.cut)
            await eventually(lambda: not connection.is_open, "the cut to be noticed")
            stop.set()
            cancelled.cancel()
            assert await stopped == 0
            with pytest.raises(asyncio.CancelledError):
                await cancelled
