"""The watchdog: silent while all is well, and loud when a consumer that should be there is not."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from labs.aio.connection import Connection, connect
from labs.aio.consumer import Consumer
from labs.aio.declare import consumers, declare
from labs.aio.watchdog import Alarm, Watchdog
from labs.broker.address import Broker
from labs.broker.faults import Proxy
from labs.broker.management import Management
from labs.errors import ConnectionLost
from labs.message import Delivery
from labs.outcome import Ack, Outcome
from labs.queue import Queue
from labs.sync.connection import connect as connect_sync
from labs.topology import Topology
from tests.broker.aio_story import eventually, story

ORDERS = Topology(queues=(Queue(name="orders"),))


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


async def _acks(_: Delivery) -> Outcome:
    return Ack()


async def _consumes(connection: Connection, number: int) -> None:
    async def there() -> bool:
        return await consumers(connection, "orders") == number

    await eventually(there, f"{number} consumers")


@story
async def test_a_consumer_that_goes_on_is_no_alarm_and_one_that_went_is(url: str) -> None:
    """Its connection is up all the time; and when it comes back, the alarm is over."""
    heard: list[Alarm] = []
    async with await connect(url) as connection, await connect(url) as eyes:
        await declare(connection, ORDERS)
        stop = asyncio.Event()
        running = asyncio.create_task(Consumer(connection, "orders", prefetch=1).run(_acks, stop=stop))
        await _consumes(eyes, 1)
        async with Watchdog(
            eyes, expected={"orders": 1}, longer_than_s=0.5, every_s=0.05, on_alarm=heard.append
        ) as dog:
            await asyncio.sleep(1)
            assert (heard, dog.alarms) == ([], {})
            stop.set()
            await running
            await eventually(lambda: bool(heard), "the alarm")
            await asyncio.sleep(0.3)
            assert len(heard) == 1, "an alarm is told once"
            assert (heard[0].queue, heard[0].expected, heard[0].seen) == ("orders", 1, 0)
            assert heard[0].for_s >= 0.5
            assert "should have 1 consumers; the broker has 0" in str(dog.alarms["orders"])
            stop.clear()
            running = asyncio.create_task(Consumer(connection, "orders", prefetch=1).run(_acks, stop=stop))
            await eventually(lambda: not dog.alarms, "the end of the alarm")
            stop.set()
            await running


@story
async def test_a_robust_connection_whose_consumer_did_not_come_back_is_noticed(url: str) -> None:
    """Imitated by a cancel behind the program's back: connected, healthy, and deaf."""
    async with await connect(url) as connection, await connect(url) as eyes:
        await declare(connection, ORDERS)
        channel = await (await connection.channel(prefetch=1)).get_underlay_channel()

        async def deaf(_: object) -> None:
            """Never called."""

        tag = (await channel.basic_consume("orders", deaf)).consumer_tag or ""
        await _consumes(eyes, 1)
        dog = Watchdog(eyes, expected={"orders": 1}, longer_than_s=0.0)
        assert await dog.look() == {}
        await channel.basic_cancel(tag)
        assert (await dog.look())["orders"].seen == 0
        assert connection.is_open


@story
async def test_a_deleted_queue_has_no_consumers_and_too_many_are_an_alarm_too(url: str) -> None:
    """Expected is a number, not a minimum: a second copy of a program that should run once is a fault."""
    async with await connect(url) as connection, await connect(url) as eyes:
        await declare(connection, ORDERS)
        dog = Watchdog(eyes, expected={"orders": 1, "nowhere": 1}, longer_than_s=0.0)
        assert {queue: alarm.seen for queue, alarm in (await dog.look()).items()} == {
            "orders": 0,
            "nowhere": 0,
        }
        stop = asyncio.Event()
        two = [
            asyncio.create_task(Consumer(connection, "orders", prefetch=1).run(_acks, stop=stop))
            for _ in "12"
        ]
        await _consumes(eyes, 2)
        assert (await dog.look())["orders"].seen == 2
        stop.set()
        await asyncio.gather(*two)


@story
async def test_a_short_difference_is_no_alarm(url: str) -> None:
    """A restart takes a moment."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        dog = Watchdog(connection, expected={"orders": 1}, longer_than_s=60)
        for _ in range(3):
            assert await dog.look() == {}


@story
async def test_a_broker_that_cannot_be_asked_is_an_alarm_of_its_own(broker: Broker, vhost: str) -> None:
    """Nobody knows: that is not the same as all is well."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, ORDERS)
            await connection.close()
            dog = Watchdog(connection, expected={"orders": 0}, longer_than_s=0.0)
            assert (await dog.look())["orders"].seen is None
            assert "does not say" in str(dog.alarms["orders"])


@story
async def test_the_management_api_may_be_asked_instead(url: str, management: Management, vhost: str) -> None:
    """It knows the consumers of other programs by name; it is late by a moment, so alarms are patient."""

    def count_all() -> Counter[str]:
        return Counter(str(row["queue"]["name"]) for row in management.consumers(vhost))

    async def ask(queue: str) -> int:
        return (await asyncio.to_thread(count_all))[queue]

    dog = Watchdog(ask, expected={"orders": 1}, longer_than_s=0.0)
    with connect_sync(url) as other:
        channel = other.channel()
        channel.queue_declare("orders", durable=True)
        assert (await dog.look())["orders"].seen == 0
        channel.basic_consume("orders", lambda *_: None)

        async def quiet() -> bool:
            return not await dog.look()

        await eventually(quiet, "the consumer in the management API")


@story
async def test_a_dog_that_died_says_so() -> None:
    """It must not look like one that found nothing."""

    async def broken(_: str) -> int:
        raise ZeroDivisionError

    async with Watchdog(broken, expected={"orders": 1}) as dog:
        await eventually(lambda: isinstance(dog.error, ZeroDivisionError), "its end")

    async def lost(_: str) -> int:
        raise ConnectionLost("gone")

    async with Watchdog(lost, expected={"orders": 1}, every_s=0.01, longer_than_s=0.0) as dog:
        await eventually(lambda: bool(dog.alarms), "an alarm")
        assert dog.error is None
