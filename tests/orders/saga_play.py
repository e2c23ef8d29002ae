"""The saga's real services on a real database, with the post in the test's hands: no broker, every order of arrival."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import httpx
from sqlalchemy import select

from labs.message import Delivery
from labs.orders.channels.payment_gateway import PaymentGateway
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.lifecycle import CANCELLED, IllegalMove
from labs.orders.process.effects import Effects
from labs.orders.process.inventory import Inventory
from labs.orders.process.orchestrator import ORCHESTRATED, Orchestrator
from labs.orders.process.payment import Payment
from labs.orders.process.saga import Saga
from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.payment import payment_app
from labs.orders.store.changes import change_status
from labs.orders.store.journal import event_of
from labs.orders.store.saga_tables import payments, reservations, sagas, stock
from labs.orders.store.tables import orders, outbox
from labs.orders.topology import INVENTORY, PAYMENT, SAGA
from labs.outcome import Ack, Dead, Outcome
from labs.routing import topic_matches
from tests.orders.conftest import Store


class Line(httpx.AsyncBaseTransport):
    """The line to the payment service: it breaks before the request arrives, or after it has been done."""

    def __init__(self, bank: Bank) -> None:
        self._app = httpx.ASGITransport(app=payment_app(bank))
        self.faults: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or the next of the `faults`: `before` or `after`."""
        fault = self.faults.pop() if self.faults else ""
        if fault == "before":
            raise httpx.ConnectError("nobody is there", request=request)
        response = await self._app.handle_async_request(request)
        if fault == "after":
            raise httpx.ReadTimeout("the answer never came", request=request)
        return response


def delivered(event: OrderEvent) -> Delivery:
    """The event, as the broker hands it over."""
    return Delivery(
        message=to_message(event),
        exchange="orders",
        routing_key=event.name,
        redelivered=False,
        delivery_tag=1,
        consumer_tag="test",
    )


class Play:
    """Three services and their post: `under_way` holds what each of them will still be given, in any order."""

    def __init__(self, store: Store, *, orchestrated: bool = False, first_stock: int = 10) -> None:
        self.store, self.bank = store, Bank(new_id=store.new_id, clock=store.clock)
        self.line = Line(self.bank)
        self.gateway = PaymentGateway("http://bank", key="sk_test_1", transport=self.line)
        clock, new_id, database = store.clock, store.new_id, store.database
        keeper = Orchestrator(clock, new_id) if orchestrated else Saga(clock, new_id)
        room = Inventory(clock, new_id, first_stock=first_stock)
        self.payment = Payment(database, self.gateway, clock=clock, new_id=new_id)
        self.services: dict[str, Callable[[Delivery], Outcome]] = {
            SAGA.name: Effects(database, name=SAGA.name, apply=keeper.apply, clock=clock).handle,
            INVENTORY.name: Effects(database, name=INVENTORY.name, apply=room.apply, clock=clock).handle,
            PAYMENT.name: lambda delivery: self._runner.run(self.payment.handle(delivery)),
        }
        self.readers = ORCHESTRATED if orchestrated else (INVENTORY, PAYMENT, SAGA)
        self.under_way: list[tuple[str, OrderEvent]] = []
        self.dead: list[str] = []
        self._runner, self._published = asyncio.Runner(), 0

    def __enter__(self) -> Self:
        with self.store.database.read() as connection:  # what earlier plays wrote is no post of this one
            self._published = len(connection.execute(select(outbox.c.seq)).all())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self.gateway.close())
        self._runner.close()

    def publish(self) -> None:
        """Carry what is new in the outbox to everybody who reads it."""
        with self.store.database.read() as connection:
            rows = connection.execute(select(outbox).order_by(outbox.c.seq).offset(self._published)).all()
        self._published += len(rows)
        for event in map(event_of, rows):
            for reader in self.readers:
                if any(topic_matches(key, event.name) for key in reader.keys):
                    self.under_way.append((reader.name, event))

    def deliver(self, at: int = 0, *, again: bool = False) -> Outcome:
        """Hand the letter at this place over; `again` keeps it for another time, as a lost ack does."""
        service, event = letter = self.under_way[at]
        outcome = self.services[service](delivered(event))
        if isinstance(outcome, Ack | Dead) and not again:
            self.under_way.remove(letter)
        if isinstance(outcome, Dead):
            self.dead.append(outcome.reason)
        self.publish()
        return outcome

    def run(self) -> None:
        """Deliver everything, first come first served."""
        self.publish()
        while self.under_way:
            self.deliver()

    def cancel(self, order_id: int) -> bool:
        """The admin cancels; False when it is too late for that."""
        try:
            with self.store.database.write() as connection:
                change_status(
                    connection, order_id=order_id, wanted=CANCELLED, reason="the customer called",
                    at=self.store.clock(), new_id=self.store.new_id,
                )  # fmt: skip
        except IllegalMove:
            return False
        self.publish()
        return True

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        with self.store.database.read() as connection:
            return list(connection.execute(select(table)).all())

    def states(self, order_id: int) -> tuple[Any, ...]:
        """One order in five words: order, saga, reservation, payment, and centimes that the bank keeps."""
        with self.store.database.read() as connection:
            found = [
                connection.execute(select(column).where(key == order_id)).scalar()
                for column, key in (
                    (orders.c.status, orders.c.id),
                    (sagas.c.state, sagas.c.order_id),
                    (reservations.c.state, reservations.c.order_id),
                    (payments.c.state, payments.c.order_id),
                )
            ]
        return (*found, sum(amount for order, amount in self.bank.ledger() if order == str(order_id)))

    def events(self, order_id: int) -> Counter[str]:
        """How often each event of this order was written down."""
        return Counter(row.name for row in self.rows(outbox) if row.order_id == order_id)


def balances(play: Play, *order_ids: int) -> None:
    """Fail unless these orders ended in exactly one state each, and stock and money add up."""
    price = {row.id: row.total_centimes for row in play.rows(orders)}
    for order_id in order_ids:
        order, saga, reservation, payment, kept = states = play.states(order_id)
        assert saga in ("completed", "cancelled"), states
        assert (order == CANCELLED) == (saga == "cancelled"), states
        lives, events = saga == "completed", play.events(order_id)
        assert (reservation == "reserved") == lives, states
        assert (payment == "processed") == lives, states
        assert kept == (price[order_id] if lives else 0), states
        assert events["order.cancelled"] == (not lives)
        assert events["inventory.reserved"] == events["inventory.released"] + lives
        assert events["payment.processed"] == events["payment.refunded"] + lives
        assert events["payment.processed"] + events["payment.failed"] <= 1
        moves = [amount for order, amount in play.bank.ledger() if order == str(order_id)]
        assert len([amount for amount in moves if amount > 0]) <= 1, moves
        assert len(moves) == events["payment.processed"] + events["payment.refunded"], moves
    held = Counter[str]()
    for row in play.rows(reservations):
        held[row.product_name] += row.quantity * (row.state == "reserved")
    for row in play.rows(stock):
        assert row.reserved == held[row.product_name] <= row.on_hand, row
