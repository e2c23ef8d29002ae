"""Payment: charges when the goods are put aside, and pays back when the order is cancelled.

The money is not in our database, so no transaction holds both. Instead each step is written down before the
next one begins, and every request can be repeated: a crash at any point only means that the event comes
again and finds the row where it stopped. Runs in the event loop; the database has threads of its own.
The rule: prepare, *write down the name of the payment*, then charge. A cancel that comes in between finds the
name, and asks the payment service to void it; whichever it did first, it is the one that knows.
https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from labs.errors import InvalidValue
from labs.message import Delivery
from labs.orders.channels.payment_answers import GatewayAway, GatewayRefused, Verdict
from labs.orders.channels.payment_gateway import PaymentGateway
from labs.orders.domain import saga
from labs.orders.domain.clock import Clock
from labs.orders.domain.envelope import read_event
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import NewId
from labs.orders.domain.saga_events import Announce, read_centimes
from labs.orders.store.database import Database
from labs.orders.store.inbox import is_new
from labs.orders.store.journal import write_down
from labs.orders.store.payments import PaymentRow, move, payment
from labs.orders.topology import PAYMENT
from labs.outcome import Ack, Dead, Outcome, Retry


class Payment:
    """The cashier's service. `committed` is called after events were written down; it must return at once."""

    def __init__(
        self,
        database: Database,
        gateway: PaymentGateway,
        *,
        clock: Clock,
        new_id: NewId,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = PAYMENT.name
        self._database, self._gateway = database, gateway
        self._clock, self._new_id, self._committed = clock, new_id, committed

    async def handle(self, delivery: Delivery) -> Outcome:
        """Do what the event means to the cashier, then say what the broker may do with it.

        Declined is an answer like any other: it is announced. A service that is away is a retry, and a
        request that it calls wrong is dead. A database that fails rises, and the broker keeps the message.
        """
        try:
            event = read_event(delivery.message, now=self._clock())
            await self._fulfil(event, saga.MEANS_TO_PAYMENT.get(event.name, event.name))
        except GatewayAway as error:
            return Retry(after_ms=error.after_ms, reason=str(error))
        except (GatewayRefused, InvalidValue) as error:
            return Dead(reason=str(error))
        return Ack()

    async def _fulfil(self, event: OrderEvent, wish: str) -> None:
        """Climb, one step and one commit at a time, until this wish leaves nothing to do."""
        centimes = read_centimes(event)
        row = await asyncio.to_thread(self._look, event, wish)
        while (action := saga.next_payment(row.state, wish)) is not None:
            verdict = await self._ask(action, event, row, centimes)
            row = await asyncio.to_thread(self._write, event, wish, row, verdict, centimes)

    async def _ask(self, action: str, event: OrderEvent, row: PaymentRow, centimes: int) -> Verdict:
        """What the payment service says. Nothing needs to be asked about a payment that never began."""
        if action == saga.REFUSE:
            return Verdict(state=saga.CANCELLED)
        if action == saga.PREPARE:
            return await self._gateway.prepare(order_id=event.order_id, centimes=centimes, key=event.id)
        tell = {
            saga.CONFIRM: self._gateway.confirm,
            saga.VOID: self._gateway.void,
            saga.SEND_BACK: self._gateway.refund,
        }
        return await tell[action](row.reference or "")

    def _look(self, event: OrderEvent, wish: str) -> PaymentRow:
        """How the payment stands. When nothing is left to do, the inbox has the event after this."""
        with self._database.read() as connection:
            row = payment(connection, event.order_id)
        if saga.next_payment(row.state, wish) is None:
            with self._database.write() as connection:
                is_new(connection, consumer=self.name, message_id=event.id, now=self._clock())
        return row

    def _write(
        self, event: OrderEvent, wish: str, seen: PaymentRow, verdict: Verdict, centimes: int
    ) -> PaymentRow:
        """One step in one transaction: row, announcement, and with the last step the inbox.

        Returns the row as it is now: another one's, if somebody moved it while we were asking. Then nothing
        is announced here, for they have done it.
        """
        now = self._clock()
        to = PaymentRow(
            state=verdict.state,
            centimes=seen.centimes or centimes,
            reference=seen.reference or verdict.reference,
        )
        with self._database.write() as connection:
            moved = move(connection, event.order_id, seen=seen, to=to, reason=verdict.reason, now=now)
            news = self._news(event, to, verdict.reason) if moved else ()
            write_down(connection, news)
            row = to if moved else payment(connection, event.order_id)
            if saga.next_payment(row.state, wish) is None:
                is_new(connection, consumer=self.name, message_id=event.id, now=now)
        if news:
            self._committed()
        return row

    def _news(self, event: OrderEvent, row: PaymentRow, reason: str | None) -> tuple[OrderEvent, ...]:
        announce = Announce(event, clock=self._clock, new_id=self._new_id)
        match row.state:
            case saga.PROCESSED:
                return (announce.processed(centimes=row.centimes, reference=row.reference or ""),)
            case saga.FAILED:
                return (announce.failed(centimes=row.centimes, reason=reason or "declined"),)
            case saga.REFUNDED:
                return (announce.refunded(centimes=row.centimes, reference=row.reference or ""),)
        return ()
