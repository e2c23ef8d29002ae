"""All channels on a real broker: one event each, bad days everywhere, and nothing lost or told twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from labs.aio.connection import Connection, connect
from labs.aio.consumer import Consumer
from labs.aio.declare import count, declare
from labs.aio.producer import Producer
from labs.broker.address import Broker
from labs.message import Message
from labs.orders.channels.address_guard import AddressGuard
from labs.orders.channels.email import Email, SmtpServer
from labs.orders.channels.outreach import Outreach
from labs.orders.channels.shipping import Shipping
from labs.orders.channels.sms import Sms, SmsAccount
from labs.orders.channels.webhooks import Webhooks
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.stand_ins.carrier import CarrierService
from labs.orders.stand_ins.mailbox import Mailbox
from labs.orders.stand_ins.receiver import Receiver
from labs.orders.stand_ins.server import HttpServer
from labs.orders.stand_ins.sms import SmsService
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.webhooks import Registrations
from labs.orders.topology import EMAIL, EVENTS, SHIPPING, SMS, WEBHOOKS, Reader, topology
from labs.retry import Backoff
from labs.sync.connection import connect as sync_connect
from labs.sync.parking import parked_messages, redrive
from tests.orders.channel_events import event_about
from tests.orders.conftest import Store

#: The real ladders wait up to half a minute.
SOON = Backoff(delays_ms=(50, 100, 200))
READERS = tuple(replace(reader, backoff=SOON) for reader in (EMAIL, SMS, WEBHOOKS, SHIPPING))


class Outside:
    """Everybody whom the shop talks to, and the channels that do."""

    def __init__(self, store: Store) -> None:
        self.box = Mailbox()
        self.sms = SmsService(sid="AC42", token="t")
        self.carrier = CarrierService(token="t")
        self.receiver = Receiver()
        self.servers = [HttpServer(each.app) for each in (self.sms, self.carrier, self.receiver)]
        sms_url, carrier_url, receiver_url = (server.url for server in self.servers)
        self.notes = Deliveries(store.database, clock=system_clock)
        registrations = Registrations(store.database, clock=system_clock, new_id=store.new_id)
        self.receiver.secret = registrations.add(receiver_url + "/", ["order.*"]).secret
        channels: tuple[Outreach, ...] = (
            Email(
                self.notes,
                server=SmtpServer(host="127.0.0.1", port=self.box.port),
                sender="shop@shop.dz",
                admin="admin@shop.dz",
            ),
            Sms(
                self.notes,
                account=SmsAccount(url=sms_url, sid="AC42", token="t"),
                sender="+15005550006",
                to="+213550000042",
            ),
            Webhooks(self.notes, registrations=registrations, guard=AddressGuard(allow_private=True)),
            Shipping(self.notes, carrier="Sirocco Express", url=carrier_url, token="t"),
        )
        self.channels: dict[Reader, Outreach] = dict(zip(READERS, channels, strict=True))

    def states(self) -> list[str]:
        """How each sending about order 42 stands."""
        return sorted(note.state for note in self.notes.about(42))

    async def work(self, url: str, messages: list[tuple[Message, str]], until: Callable[[], bool]) -> None:
        """Publish, and let all channels consume until the condition holds; fails after a minute."""
        async with await connect(url) as publishing, await connect(url) as consuming:
            await declare(publishing, topology(READERS))
            producer = Producer(publishing, EVENTS.name)
            for message, key in messages:
                await producer.publish(message, key)
            async with asyncio.timeout(60):
                await asyncio.gather(*(self._consume(consuming, reader, until) for reader in READERS))

    async def _consume(self, connection: Connection, reader: Reader, until: Callable[[], bool]) -> None:
        consumer = Consumer(connection, reader.queue, prefetch=10, ladder=reader.ladder)
        await consumer.run(self.channels[reader].handle, until=until)

    async def left(self, url: str) -> dict[str, int]:
        """What waits in the queues and the parking lots."""
        async with await connect(url) as connection:
            names = [name for reader in READERS for name in (reader.queue, reader.ladder.parking_lot)]
            return {name: await count(connection, name) for name in names}


@pytest.fixture
def outside(store: Store) -> Iterator[Outside]:
    outside = Outside(store)
    outside.box.start()
    for server in outside.servers:
        server.start()
    yield outside
    outside.box.stop()
    for server in outside.servers:
        server.stop()


def published(event: OrderEvent) -> tuple[Message, str]:
    """The event as the relay publishes it."""
    return to_message(event), event.name


def test_on_a_bad_day_everybody_is_told_once_and_poison_is_parked(
    broker: Broker, vhost: str, store: Store, outside: Outside
) -> None:
    """Each event comes twice; mail is told "later", SMS fails twice, the carrier's answer is lost, the hook is busy."""
    outside.box.answers.append("451 4.3.0 Later, please")
    outside.sms.manners.fail, outside.carrier.manners.drop, outside.receiver.manners.busy = 2, 1, 1
    outside.receiver.manners.pause_s = 0
    events = [event_about(store), event_about(store, "order.status_updated", id_="e-2", status="shipped")]
    messages = [published(event) for event in events] * 2
    poison = Message(body=b"\xff not an event", persistent=True)
    messages += [(poison, event.name) for event in events]
    url = broker.url(vhost)

    def told() -> bool:
        # mail: two about the order, one about its status; one SMS; one parcel; two webhooks
        return outside.states() == ["sent"] * 7

    asyncio.run(outside.work(url, messages, told))
    # Whatever was still in a queue is a duplicate, or poison: let it be worked off.
    asyncio.run(_until_settled(outside, url))
    subjects = sorted(mail.subject for mail in outside.box.mails())
    assert subjects == [
        "Urgent order 42: iPhone 15 Pro for Ahmed",
        "We have your order 42",
        "Your order 42 is shipped",
    ]
    assert len(outside.sms.sent) == len(outside.carrier.parcels) == 1
    assert sorted(event["id"] for event in outside.receiver.events) == ["e-1", "e-2"]
    assert store.outbox.waiting() == 1  # shipping.booked
    left = asyncio.run(outside.left(url))
    lots = {name: number for name, number in left.items() if number}
    assert lots == {
        "email.messages.parked": 2, "sms.urgent.parked": 1, "webhook.calls.parked": 2, "shipping.bookings.parked": 1,
    }  # fmt: skip


def test_a_carrier_that_is_away_too_long_is_asked_again_when_a_person_says_so(
    broker: Broker, vhost: str, store: Store, outside: Outside
) -> None:
    """The ladder is used up, the event is parked with its cause; redriven, the parcel is booked."""
    outside.carrier.manners.fail = 4
    event = event_about(store, "order.status_updated", status="shipped", email=None)
    url, ladder = broker.url(vhost), READERS[3].ladder

    def given_up() -> bool:
        return any(note.attempts == 4 for note in outside.notes.about(42))

    asyncio.run(outside.work(url, [published(event)], given_up))
    with sync_connect(url) as connection:
        (parked,) = parked_messages(connection, ladder)
        assert "The carrier said 503" in str(parked)
        assert outside.states() == ["sent", "waiting"]  # the webhook was told long ago
        redrive(connection, ladder)
    asyncio.run(outside.work(url, [], lambda: outside.states() == ["sent", "sent"]))
    assert (len(outside.carrier.parcels), len(outside.receiver.events)) == (1, 1)


async def _until_settled(outside: Outside, url: str) -> None:
    """Consume until no queue holds anything that is not parked."""
    async with await connect(url) as connection:
        for reader in READERS:
            consumer = Consumer(connection, reader.queue, prefetch=10, ladder=reader.ladder)
            await consumer.run(outside.channels[reader].handle, idle_s=0.7)
