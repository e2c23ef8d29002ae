"""The confirm window: bounded, fast, and every message is accounted for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from labs.aio.connection import connect
from labs.aio.declare import count, declare
from labs.aio.producer import Producer
from labs.aio.window import ConfirmWindow
from labs.broker.address import Broker
from labs.broker.faults import Proxy
from labs.errors import ConfirmTimeout, ConnectionLost, InvalidValue, Nacked, Unroutable, WaitTimeout
from labs.message import Message
from labs.queue import Queue
from labs.topology import Topology
from tests.broker.aio_story import eventually, story

PLACES = Topology(
    queues=(Queue(name="orders"), Queue(name="small", max_length=2, overflow="reject-publish")),
)


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


def _message(number: int) -> Message:
    return Message(body=b"%d" % number, message_id=f"m{number}")


async def _send(
    window: ConfirmWindow, queues: dict[int, str], *, then: Callable[[], object] = lambda: None
) -> None:
    """Publish message `number` to its queue, one after the other, all in one block."""
    async with window:
        for number, queue in queues.items():
            await window.publish(_message(number), queue)
            await asyncio.sleep(0.005)
        then()


@story
async def test_everything_is_confirmed_when_the_block_ends_and_never_too_much_is_in_flight(url: str) -> None:
    """Two hundred messages, at most twenty at once."""
    async with await connect(url) as connection:
        await declare(connection, PLACES)
        most = 0
        async with ConfirmWindow(Producer(connection, ""), size=20) as window:
            for number in range(200):
                await window.publish(_message(number), "orders")
                most = max(most, window.in_flight)
        assert (window.confirmed, window.failed, window.in_flight) == (200, [], 0)
        assert most == 20
        assert await count(connection, "orders") == 200


@story
async def test_what_failed_is_told_by_message_and_the_others_are_confirmed(url: str) -> None:
    """One that nobody wants and one that does not fit, among three that are fine."""
    async with await connect(url) as connection:
        await declare(connection, PLACES)
        window = ConfirmWindow(Producer(connection, ""), size=10)
        queues = ("small", "nobody", "small", "small", "orders")
        with pytest.raises(ExceptionGroup, match="2 of 5 messages were not confirmed") as seen:
            await _send(window, dict(enumerate(queues)))
        told = {each.message.message_id: type(each.error) for each in window.failed}
        assert told == {"m1": Unroutable, "m3": Nacked}
        assert window.confirmed == 3
        assert seen.group_contains(Unroutable, match="no queue named 'nobody'")
        assert "message_id 'm1', routing key 'nobody'" in window.failed[0].error.__notes__
        again = [int(each.message.body) for each in window.failed]
        await _send(window, dict.fromkeys(again, "orders"))
        assert (window.confirmed, window.failed) == (2, [])


@story
async def test_a_block_that_raises_waits_for_what_is_in_flight_and_keeps_its_exception(url: str) -> None:
    """As it is, not wrapped."""
    async with await connect(url) as connection:
        await declare(connection, PLACES)
        window = ConfirmWindow(Producer(connection, ""), size=10)
        with pytest.raises(ZeroDivisionError):
            await _send(window, {1: "orders"}, then=lambda: 1 / 0)
        assert (window.confirmed, window.failed) == (1, [])


@story
async def test_cancelling_leaves_no_task_behind_and_forgets_no_message(broker: Broker, vhost: str) -> None:
    """What was in flight is listed as unknown, also what had not begun; who waited for room sent nothing."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, PLACES)
            producer = Producer(connection, "")
            await producer.publish(_message(0), "orders")
            window = ConfirmWindow(producer, size=5)

            async def send() -> None:
                async with window:
                    for number in range(1, 20):
                        await window.publish(_message(number), "orders")

            await asyncio.to_thread(proxy.stall)
            sending = asyncio.create_task(send())
            await eventually(lambda: window.in_flight == 5, "a full window")
            await asyncio.sleep(0.2)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            assert window.in_flight == 0
            assert {each.message.message_id for each in window.failed} == {f"m{n}" for n in range(1, 6)}
            assert {type(each.error) for each in window.failed} == {ConfirmTimeout}
            await asyncio.to_thread(proxy.resume)
            await producer.publish(_message(99), "orders")


@story
async def test_a_cut_ends_every_wait_and_the_rest_goes_over_the_new_line(
    url: str, broker: Broker, vhost: str
) -> None:
    """Confirmed and failed together are all that was published; what was confirmed is there."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, PLACES)
            window = ConfirmWindow(Producer(connection, ""), size=10)

            def break_the_line() -> None:
                proxy.stall()
                proxy.cut()
                proxy.resume()

            sending = asyncio.create_task(_send(window, dict.fromkeys(range(60), "orders")))
            await eventually(lambda: window.confirmed > 0, "the first confirms")
            await asyncio.to_thread(break_the_line)
            with pytest.raises(ExceptionGroup):
                await sending
            assert window.confirmed + len(window.failed) == 60
            assert {type(each.error) for each in window.failed} == {ConnectionLost}
            assert connection.reconnects == 1
    async with await connect(url) as calm:
        assert await count(calm, "orders") >= window.confirmed


@story
async def test_flush_waits_in_the_middle_and_gives_up_in_time(broker: Broker, vhost: str) -> None:
    """A checkpoint without leaving the block."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, PLACES)
            async with ConfirmWindow(Producer(connection, "")) as window:
                await window.publish(_message(1), "orders")
                await window.flush()
                assert window.confirmed == 1
                await asyncio.to_thread(proxy.stall)
                await window.publish(_message(2), "orders")
                with pytest.raises(WaitTimeout, match="1 without an answer"):
                    await window.flush(within_s=0.2)
                await asyncio.to_thread(proxy.resume)
            assert window.confirmed == 2


@story
async def test_a_window_is_used_in_its_block_and_has_a_size(url: str) -> None:
    """Mistakes say so at once."""
    async with await connect(url) as connection:
        with pytest.raises(InvalidValue, match="size of the window"):
            ConfirmWindow(Producer(connection, ""), size=0)
        with pytest.raises(RuntimeError, match="inside its block"):
            await ConfirmWindow(Producer(connection, "")).publish(_message(1), "orders")
