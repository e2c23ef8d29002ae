"""The aio-pika lane publishing to a real broker: what is sent comes back equal; what goes wrong says so."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from hypothesis import given, settings

from labs.aio.connection import connect
from labs.aio.declare import consumers, count, declare, delete
from labs.aio.producer import Producer
from labs.aio.properties import to_message
from labs.broker.address import Broker
from labs.broker.faults import Proxy, close_connections
from labs.broker.management import Management
from labs.errors import (
    AccessRefused,
    BrokerUnavailable,
    ConfirmTimeout,
    ConnectionLost,
    InvalidValue,
    LabsError,
    Nacked,
    NotFound,
    PreconditionFailed,
    ResourceLocked,
    Unroutable,
)
from labs.exchange import Exchange
from labs.message import Message
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.connection import connect as connect_sync
from labs.sync.properties import to_message as to_message_sync
from labs.topology import Topology
from tests.broker.aio_story import eventually, story
from tests.unit.strategies import messages
from tests.unit.test_aio_properties import carried

ORDERS = Topology(
    exchanges=(Exchange(name="orders"),),
    queues=(Queue(name="order_notifications"),),
    bindings=(Binding(source="orders", destination="order_notifications", key="order.*"),),
)


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The URL of the test's own vhost."""
    return broker.url(vhost)


def _left(url: str, queue: str = "order_notifications") -> list[bytes]:
    """Everything that is ready in the queue, oldest first, as the other lane sees it; it is taken out."""
    with connect_sync(url) as connection:
        channel, found = connection.channel(), []
        while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
            found.append(got[2])
        return found


# --- connecting -------------------------------------------------------------------------------------------


@story
async def test_nobody_listening_is_one_sentence(url: str, broker: Broker) -> None:
    """No traceback of sockets: no broker answers, and where; and nothing goes on trying."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(BrokerUnavailable, match=f"No broker answers at 127.0.0.1:{port}"):
        await connect(url.replace(f":{broker.port}/", f":{port}/"))


@story
async def test_somebody_who_does_not_speak_amqp_is_given_up_in_time() -> None:
    """A listener that says nothing must not hang a notebook."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        with pytest.raises(BrokerUnavailable, match="spoke AMQP within 1 s"):
            await connect(f"amqp://a:b@127.0.0.1:{listener.getsockname()[1]}/", timeout_s=1)
        assert time.monotonic() - began < 10


@story
async def test_a_wrong_password_is_403_and_not_no_broker(broker: Broker) -> None:
    """The broker is there; it said no."""
    with pytest.raises(AccessRefused, match="403 ACCESS_REFUSED"):
        await connect(broker.url("/").replace(f":{broker.password}@", ":wrong@"))


@story
async def test_a_vhost_that_does_not_exist_is_not_found(broker: Broker) -> None:
    """By its name."""
    with pytest.raises(NotFound, match=r"vhost no\.such\.vhost not found"):
        await connect(broker.url("no.such.vhost"))


@pytest.mark.parametrize("wrong", ["amqp://me:secret@host:port/", "http://me:secret@host/", "secret"])
@story
async def test_what_is_no_url_is_refused_without_showing_it(wrong: str) -> None:
    """It may hold a password."""
    with pytest.raises(InvalidValue) as seen:
        await connect(wrong)
    assert "secret" not in str(seen.value)


@story
async def test_closing_twice_is_fine(url: str) -> None:
    """Tear-down cells are run twice."""
    async with await connect(url) as connection:
        assert connection.is_open
        assert not connection.blocked
        await connection.close()
    await connection.close()
    assert repr(connection) == "Connection('labs', closed)"
    with pytest.raises(ConnectionLost):
        await connection.channel()
    with pytest.raises(ConnectionLost):
        await Producer(connection, "").publish(Message(body=b""), "q")


@story
async def test_giving_up_the_wait_for_a_connection_leaves_nothing_behind() -> None:
    """A real cancellation stays one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(connect(f"amqp://a:b@127.0.0.1:{listener.getsockname()[1]}/"))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# --- declaring --------------------------------------------------------------------------------------------


@story
async def test_declaring_twice_changes_nothing(url: str) -> None:
    """It is said at every start."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        await Producer(connection, "orders").publish(Message(body=b"1"), "order.created")
        await declare(connection, ORDERS)
        assert await count(connection, "order_notifications") == 1
        assert await consumers(connection, "order_notifications") == 0


@story
async def test_every_kind_of_declaration_is_accepted_and_taken_away_again(url: str) -> None:
    """Exchanges of four types, queues with all their arguments, bindings between exchanges."""
    topology = Topology(
        exchanges=(
            Exchange(name="in", type="direct", alternate_exchange="rest"),
            Exchange(name="rest", type="fanout", internal=True, durable=False),
            Exchange(name="labels", type="headers", auto_delete=True),
        ),
        queues=(
            Queue(
                name="full", message_ttl_ms=60_000, expires_ms=60_000, max_length=5, max_length_bytes=5000,
                overflow="reject-publish", dead_letter_exchange="rest", dead_letter_routing_key="dead",
                max_priority=5, single_active_consumer=True,
            ),
            Queue(name="safe", type="quorum", delivery_limit=3),
            Queue(name="log", type="stream"),
            Queue(name="mine", exclusive=True, auto_delete=True),
        ),
        bindings=(
            Binding(source="in", destination="labels", key="k", to_exchange=True),
            Binding(source="labels", destination="full", arguments={"x-match": "any", "region": "EU"}),
            Binding(source="rest", destination="safe"),
            Binding(source="amq.topic", destination="mine", key="a.#"),
        ),
    )  # fmt: skip
    async with await connect(url) as connection:
        await declare(connection, topology)
        await declare(connection, topology)
        await Producer(connection, "in").publish(Message(body=b"1", headers={"region": "EU"}), "k")
        assert await count(connection, "full") == 1
        for _ in range(2):
            await delete(connection, topology)
            with pytest.raises(NotFound, match="no queue 'full'"):
                await count(connection, "full")
        assert not connection.topology


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (Topology(queues=(Queue(name="order_notifications", max_length=5),)), "queue 'order_notifications'"),
        (Topology(exchanges=(Exchange(name="orders", type="direct"),)), "exchange 'orders'"),
    ],
)
@story
async def test_declaring_differently_says_what_exists_and_what_to_do(
    url: str, changed: Topology, named: str
) -> None:
    """406 with the name in it, that it is fixed at birth, and three ways out."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        with pytest.raises(PreconditionFailed, match="fixed at birth") as seen:
            await declare(connection, changed)
        assert named in str(seen.value)
        assert "inequivalent arg" in str(seen.value)
        assert f"Declare the {named} as it is" in seen.value.hint
        assert connection.topology == ORDERS
        assert await count(connection, "order_notifications") == 0


@story
async def test_what_nobody_may_declare_says_why(url: str) -> None:
    """403 for a reserved name, 404 for a binding to nothing, 405 for somebody else's exclusive queue."""
    async with await connect(url) as connection, await connect(url) as other:
        with pytest.raises(AccessRefused, match="reserved prefix"):
            await declare(connection, Topology(queues=(Queue(name="amq.mine"),)))
        loose = Topology(bindings=(Binding(source="amq.topic", destination="nowhere", key="#"),))
        with pytest.raises(NotFound, match="no queue 'nowhere'"):
            await declare(connection, loose)
        await declare(connection, Topology(queues=(Queue(name="mine", exclusive=True),)))
        with pytest.raises(ResourceLocked, match="405 RESOURCE_LOCKED"):
            await count(other, "mine")


# --- producing --------------------------------------------------------------------------------------------


@story
async def test_every_property_comes_back_equal_to_both_lanes(url: str) -> None:
    """Any message: published here, received here and by pika, equal; one without an id gets one."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        producer = Producer(connection, "orders")
        channel = await (await connection.channel()).get_underlay_channel()
        loop = asyncio.get_running_loop()

        async def there_and_back(message: Message) -> list[Message]:
            await producer.publish(message, "order.created")
            first = await channel.basic_get("order_notifications")
            await channel.basic_reject(first.delivery_tag or 0)
            return [to_message(first.header.properties, first.body)]

        def check_all() -> None:
            with connect_sync(url) as theirs:
                pika_channel = theirs.channel()

                @settings(max_examples=30)
                @given(messages(user_id=False).map(carried))
                def check(message: Message) -> None:
                    seen = asyncio.run_coroutine_threadsafe(there_and_back(message), loop).result(10)
                    while (got := pika_channel.basic_get("order_notifications", auto_ack=True))[0] is None:
                        time.sleep(0.01)
                    for received in (*seen, to_message_sync(got[1], got[2])):
                        assert received.message_id
                        assert _with_id(message, received.message_id) == received

                check()

        await asyncio.to_thread(check_all)


def _with_id(message: Message, message_id: str) -> Message:
    from dataclasses import replace

    return message if message.message_id else replace(message, message_id=message_id)


@story
async def test_a_publish_that_nobody_wants_raises_on_its_line(url: str) -> None:
    """And the producer goes on working."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        producer = Producer(connection, "orders")
        with pytest.raises(Unroutable, match=r"payment\.received") as seen:
            await producer.publish(Message(body=b"1"), "payment.received")
        assert (seen.value.exchange, seen.value.routing_key) == ("orders", "payment.received")
        await producer.publish(Message(body=b"2"), "order.created")
        with pytest.raises(Unroutable, match="default exchange knows no queue named 'nobody'"):
            await Producer(connection, "").publish(Message(body=b"3"), "nobody")
    assert _left(url) == [b"2"]


@story
async def test_a_publish_to_a_missing_exchange_raises_on_its_line(url: str) -> None:
    """And the producer can be used again once the exchange is there."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        producer = Producer(connection, "ordres")
        for _ in range(2):
            with pytest.raises(NotFound, match="no exchange 'ordres'"):
                await producer.publish(Message(body=b"1"), "order.created")
        await declare(connection, Topology(exchanges=(Exchange(name="ordres", alternate_exchange="orders"),)))
        await producer.publish(Message(body=b"2"), "order.created")
    assert _left(url) == [b"2"]


@story
async def test_a_full_queue_that_rejects_answers_nack(url: str) -> None:
    """The message is not stored, and the producer knows."""
    async with await connect(url) as connection:
        full = Queue(name="small", max_length=1, overflow="reject-publish")
        await declare(connection, Topology(queues=(full,)))
        producer = Producer(connection, "")
        await producer.publish(Message(body=b"1"), "small")
        with pytest.raises(Nacked, match=r"basic\.nack"):
            await producer.publish(Message(body=b"2"), "small")
        assert _left(url, "small") == [b"1"]
        await producer.publish(Message(body=b"3"), "small")
    assert _left(url, "small") == [b"3"]


@story
async def test_what_the_broker_refuses_says_so_and_the_next_publish_works(url: str) -> None:
    """Somebody else's name as user_id; an internal exchange."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS | Topology(exchanges=(Exchange(name="inner", internal=True),)))
        producer = Producer(connection, "orders")
        with pytest.raises(PreconditionFailed, match="user_id"):
            await producer.publish(Message(body=b"", user_id="somebody"), "order.created")
        with pytest.raises(AccessRefused, match="internal exchange"):
            await Producer(connection, "inner").publish(Message(body=b""), "k")
        await producer.publish(Message(body=b"ok"), "order.created")
    assert _left(url) == [b"ok"]


@story
async def test_what_amqp_cannot_carry_never_leaves(url: str) -> None:
    """255 bytes of key fit, 256 do not (letters of two bytes too); and nothing was sent."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        producer = Producer(connection, "orders")
        await producer.publish(Message(body=b"fits"), "order." + "x" * 249)
        for key in ("order." + "x" * 250, "order." + "é" * 125):
            with pytest.raises(InvalidValue, match="routing key has 256 bytes"):
                await producer.publish(Message(body=b"too long"), key)
        with pytest.raises(InvalidValue, match="32 bits of this float"):
            await producer.publish(Message(body=b"float", headers={"price": 1.5}), "order.created")
        await producer.publish(Message(body=b"after"), "order.created")
    assert _left(url) == [b"fits", b"after"]


@story
async def test_two_with_one_id_in_flight_each_get_their_own_answer(url: str) -> None:
    """A returned message is found by its id: sent at once, the second would take the first one's answer."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        producer = Producer(connection, "orders")
        keys = ["order.created", "nobody.wants.this"] * 10
        answers = await asyncio.gather(
            *(producer.publish(Message(body=b"x", message_id="same"), key) for key in keys),
            return_exceptions=True,
        )
        assert [type(answer) for answer in answers] == [type(None), Unroutable] * 10
        assert await count(connection, "order_notifications") == 10
        assert not producer._ids


@story
async def test_a_publish_cancelled_at_any_moment_leaves_the_producer_usable(url: str) -> None:
    """What was cancelled may be stored or not; what is published afterwards gets its own answer."""
    async with await connect(url) as connection:
        await declare(connection, ORDERS)
        for moment in range(30):
            producer = Producer(connection, "orders")
            publishing = asyncio.create_task(
                producer.publish(Message(body=b"x", message_id="same"), "order.created")
            )
            await asyncio.sleep(moment * 0.0003)
            publishing.cancel()
            await asyncio.wait({publishing}, timeout=10)
            assert publishing.done()
            with pytest.raises(Unroutable):
                await producer.publish(Message(body=b"y", message_id="same"), "nobody.wants.this")
            await producer.publish(Message(body=b"z", message_id="same"), "order.created")
            await producer.close()
        assert connection.reconnects == 0
        assert 30 <= await count(connection, "order_notifications") <= 60


@story
async def test_a_lost_confirm_ends_the_wait_in_time(url: str, broker: Broker, vhost: str) -> None:
    """Not for ever; and it is no rejection: the message may be there. Then the producer works again."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, ORDERS)
            producer = Producer(connection, "orders", confirm_within_s=0.5)
            await producer.publish(Message(body=b"confirmed"), "order.created")
            await asyncio.to_thread(proxy.stall)
            with pytest.raises(ConfirmTimeout, match=r"no confirm within 0\.5 s"):
                await producer.publish(Message(body=b"who knows", message_id="7"), "order.created")
            await asyncio.to_thread(proxy.resume)
            producer.confirm_within_s = 10.0
            await producer.publish(Message(body=b"who knows", message_id="7"), "order.created")
    assert _left(url) == [b"confirmed", b"who knows", b"who knows"]


# --- when the line breaks ---------------------------------------------------------------------------------


@story
async def test_a_cut_in_mid_publish_is_connection_lost_and_the_producer_goes_on(
    url: str, broker: Broker, vhost: str
) -> None:
    """Nobody knows about that one; the next one waits for the new line."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, ORDERS)
            producer = Producer(connection, "orders")
            await producer.publish(Message(body=b"1"), "order.created")
            await asyncio.to_thread(proxy.stall)
            publishing = asyncio.create_task(producer.publish(Message(body=b"2"), "order.created"))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(proxy.cut)
            with pytest.raises(ConnectionLost):
                await publishing
            await asyncio.to_thread(proxy.resume)
            await producer.publish(Message(body=b"3"), "order.created")
            assert connection.reconnects == 1
    assert _left(url)[-1] == b"3"


@story
async def test_an_operators_close_is_quoted_and_the_connection_comes_back_with_its_exclusive_queue(
    url: str, management: Management, vhost: str
) -> None:
    """What died with the line is declared again on the new one, before anybody gets a channel."""
    async with await connect(url, name="to be closed") as connection:
        mine = Topology(
            queues=(Queue(name="mine", exclusive=True),),
            bindings=(Binding(source="orders", destination="mine", key="#"),),
        )
        await declare(connection, ORDERS | mine)
        producer = Producer(connection, "orders")
        await producer.publish(Message(body=b"1"), "order.created")
        await asyncio.to_thread(
            close_connections, management, vhost=vhost, name="to be closed", reason="lesson over"
        )
        await eventually(lambda: connection.reconnects == 1, "the connection to be made again")
        assert await count(connection, "mine") == 0
        await producer.publish(Message(body=b"2"), "order.created")
        assert await count(connection, "mine") == 1
        assert connection.is_open
    assert _left(url) == [b"1", b"2"]


@story
async def test_a_broker_that_stays_away_is_told_in_time(broker: Broker, vhost: str) -> None:
    """The connection tries on; who wants to publish is told after the time that they gave."""
    with Proxy(broker) as proxy:
        async with await connect(proxy.broker.url(vhost)) as connection:
            await declare(connection, ORDERS)
            producer = Producer(connection, "orders", confirm_within_s=0.5)
            await asyncio.to_thread(proxy.refuse)
            await asyncio.to_thread(proxy.cut)
            await eventually(lambda: not connection.is_open, "the cut to be noticed")
            for _ in range(2):
                with pytest.raises(LabsError) as seen:
                    await producer.publish(Message(body=b"1"), "order.created")
                assert isinstance(seen.value, ConnectionLost)
            await asyncio.to_thread(proxy.accept)
            producer.confirm_within_s = 20.0
            await producer.publish(Message(body=b"2"), "order.created")
