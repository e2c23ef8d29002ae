"""Choreography and orchestration, side by side: the same services, the same ends, and a real broker between them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from labs.aio.connection import connect as connect_aio
from labs.aio.consumer import Consumer as AioConsumer
from labs.broker.address import Broker
from labs.message import Delivery
from labs.orders.channels.payment_gateway import PaymentGateway
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import INVENTORY_RESERVED, ORDER_CANCELLED, ORDER_CREATED
from labs.orders.domain.saga import CHARGE, REFUND, RELEASE, RESERVE, Step, next_orchestrated, next_saga
from labs.orders.process.orchestrator import ORCHESTRATED
from labs.orders.process.payment import Payment
from labs.orders.stand_ins.payment import Manners, payment_app
from labs.orders.topology import EVENTS, FEED, INVENTORY, PAYMENT, SAGA, Reader, topology
from labs.orders.web.server import WebServer
from labs.outcome import Outcome
from labs.retry import Backoff
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from tests.orders.conftest import Store, wait_until
from tests.orders.saga_play import Play, balances

CHOREOGRAPHED = (INVENTORY, PAYMENT, SAGA)


def test_the_orchestrator_keeps_the_same_table_and_adds_commands() -> None:
    """Nowhere does it send an order to another state; and it commands in three places."""
    states = (None, "started", "reserved", "completed", "cancelled")
    events = (
        ORDER_CREATED, INVENTORY_RESERVED, "inventory.rejected", "payment.processed", "payment.failed", ORDER_CANCELLED
    )  # fmt: skip
    commands = {}
    for state in states:
        for event in events:
            step = next_orchestrated(state, event)
            assert step.state == next_saga(state, event).state
            told = tuple(command for command in step.commands if command.startswith("command."))
            if told:
                commands[state, event] = told
    assert commands == {
        (None, ORDER_CREATED): (RESERVE,),
        (None, INVENTORY_RESERVED): (CHARGE,),
        ("started", INVENTORY_RESERVED): (CHARGE,),
        **{(state, ORDER_CANCELLED): (RELEASE, REFUND) for state in states},
    }
    assert next_orchestrated("cancelled", ORDER_CREATED) == Step("cancelled")


@pytest.mark.parametrize("decline", [False, True])
def test_both_ways_tell_the_customer_the_same(store: Store, *, decline: bool) -> None:
    """The events are the same ones; the orchestrator's story has the commands between them."""
    stories = []
    for orchestrated in (False, True):
        with Play(store, orchestrated=orchestrated, first_stock=10) as play:
            play.bank.decline_over = 1 if decline else None
            number = store.place()
            play.run()
            balances(play, number)
            stories.append(list(play.events(number)))
    choreography, orchestration = stories
    assert [name for name in orchestration if not name.startswith("command.")] == choreography
    commands = [name for name in orchestration if name.startswith("command.")]
    assert commands == ([RESERVE, CHARGE, RELEASE, REFUND] if decline else [RESERVE, CHARGE])


def test_a_command_carries_what_its_event_carried(store: Store) -> None:
    """The services below need not know who asks them."""
    with Play(store, orchestrated=True) as play:
        store.place(quantity=3)
        play.publish()
        play.deliver()
        ((who, command),) = play.under_way
        assert (who, command.name) == ("inventory", RESERVE)
        assert (command.payload["productName"], command.payload["quantity"]) == ("iPhone 15 Pro", 3)


# --- with a broker -------------------------------------------------------------------------------------------


class Running:
    """Inventory and saga with the sync consumer, payment with the aio one, and a hand-cranked relay."""

    def __init__(
        self, url: str, store: Store, readers: tuple[Reader, ...], play: Play, gateway_url: str
    ) -> None:
        self.url, self.store, self.play, self.gateway_url = url, store, play, gateway_url
        # Quick retries: a test has less patience than a shop.
        quick = Backoff(delays_ms=(50, 100, 200, 400))
        self.readers = {
            reader.name: Reader(name=reader.name, queue=reader.queue, keys=reader.keys, backoff=quick)
            for reader in readers
        }
        self.stop = threading.Event()
        self.faults: list[BaseException] = []

    def relay(self) -> None:
        """Publish what is in the outbox: claim, publish, confirm, mark."""
        with connect(self.url, name="relay") as connection:
            producer = Producer(connection, EVENTS.name)
            while not self.stop.wait(0.02):
                claim = self.store.outbox.claim(50)
                for event in claim.events:
                    producer.publish(to_message(event), event.name)
                self.store.outbox.mark_sent(claim.token, [event.id for event in claim.events])

    def consume(self, name: str, handler: Callable[[Delivery], Outcome]) -> None:
        """One service of the sync lane."""
        reader = self.readers[name]
        with connect(self.url, name=name) as connection:
            Consumer(connection, reader.queue, prefetch=10, ladder=reader.ladder).run(handler, stop=self.stop)

    async def cash(self) -> None:
        """The cashier, in the aio lane: ten at once."""
        reader = self.readers["payment"]
        gateway = PaymentGateway(self.gateway_url, key="sk_test_42", timeout_s=1.0)
        payment = Payment(self.store.database, gateway, clock=self.store.clock, new_id=self.store.new_id)
        async with await connect_aio(self.url, name="payment") as connection:
            consumer = AioConsumer(connection, reader.queue, prefetch=10, ladder=reader.ladder)
            await consumer.run(payment.handle, stop=self.stop)
        await gateway.close()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Everything runs, and ends with the block; what went wrong in a thread rises here."""
        with connect(self.url) as connection:
            # The feed is declared too: a mandatory `order.status_updated` must find somebody who reads it.
            declare(connection, topology((*self.readers.values(), FEED)))
        work: dict[str, Callable[[], object]] = {
            "relay": self.relay,
            "payment": lambda: asyncio.run(self.cash()),
            "inventory": lambda: self.consume("inventory", self.play.services["inventory"]),
            "saga": lambda: self.consume("saga", self.play.services["saga"]),
        }
        threads = [
            threading.Thread(target=self._guarded, args=(each,), name=name) for name, each in work.items()
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(20)
        assert self.faults == []
        assert not [thread.name for thread in threads if thread.is_alive()]

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 the test must hear it
            self.faults.append(error)

    def settled(self, *orders: int) -> bool:
        """Nothing is under way: every saga is at an end, and so is the order, its goods and its money."""
        ends = {
            ("pending", "completed", "reserved", "processed"),
            ("cancelled", "cancelled", "rejected", "cancelled"),
            *(("cancelled", "cancelled", "released", money) for money in ("failed", "cancelled", "refunded")),
        }
        at_an_end = all(self.play.states(order)[:4] in ends for order in orders)
        return bool(self.faults) or (at_an_end and self.store.outbox.waiting() == 0)


@pytest.mark.parametrize("readers", [CHOREOGRAPHED, ORCHESTRATED], ids=["choreography", "orchestration"])
def test_a_rush_on_a_real_broker_balances(
    readers: tuple[Reader, ...], store: Store, broker: Broker, vhost: str
) -> None:
    """Thirty orders, too few pieces, dear ones declined, some cancelled, and a bank that drops and fails."""
    manners = Manners()
    with Play(store, orchestrated=readers == ORCHESTRATED, first_stock=20) as play:
        play.bank.decline_over = 50_000_00
        server = WebServer(payment_app(play.bank, manners), port=0, stop_s=2)
        server.start()
        running = Running(broker.url(vhost), store, readers, play, server.url)
        try:
            with running.at_work():
                orders = []
                for number in range(30):
                    price = 90_000 if number % 5 == 4 else 1_000
                    orders.append(
                        store.place(productName=f"product {number % 3}", quantity=3, totalPrice=price)
                    )
                    if number == 10:
                        manners.drop, manners.fail = 3, 3
                    if number % 6 == 0:
                        play.cancel(orders[-1])
                wait_until(
                    "30 orders to end well",
                    lambda: running.settled(*orders),
                    within_s=60,
                )
            balances(play, *orders)
            with connect(broker.url(vhost)) as connection:
                lots = {
                    name: count(connection, reader.ladder.parking_lot)
                    for name, reader in running.readers.items()
                }
            assert lots == {"payment": 0, "inventory": 0, "saga": 0}
        finally:
            server.stop(3)
