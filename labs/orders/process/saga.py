"""The saga's keeper: notes how far each order is, and cancels the order when a step has failed.

It commands nobody. Cancelling announces `order.cancelled`, and whoever has something to give back hears that:
the compensation is only one more event. The row, the order and the two announcements are one transaction.
Runs as an `apply` of `Effects`. https://microservices.io/patterns/data/saga.html
"""

from __future__ import annotations

from sqlalchemy import Connection

from labs.errors import InvalidValue
from labs.orders.domain.clock import Clock
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import NewId
from labs.orders.domain.lifecycle import CANCELLED, IllegalMove
from labs.orders.domain.saga import CANCEL_ORDER, next_saga
from labs.orders.process.effects import NOTHING, Effect
from labs.orders.store import sagas
from labs.orders.store.changes import UnknownOrder, change_status


class Saga:
    """One row for each order, moved by the table in `labs.orders.domain.saga`."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self._clock, self._new_id = clock, new_id

    def apply(self, connection: Connection, event: OrderEvent) -> Effect:
        """Climb as far as `event` says. Raises `MovedOn` when another event came in between."""
        seen = sagas.saga(connection, event.order_id)
        step = next_saga(seen.state, event.name)
        if step.state is None or step.state == seen.state:
            return NOTHING
        reason = reason_of(event)
        sagas.move(connection, event.order_id, seen=seen, state=step.state, reason=reason, now=self._clock())
        if CANCEL_ORDER in step.commands:
            cancel_order(connection, event, reason=reason, clock=self._clock, new_id=self._new_id)
        return NOTHING


def reason_of(event: OrderEvent) -> str | None:
    """Why this event ends the order, in its own words; None when it does not."""
    reason = event.payload.get("reason")
    return reason if isinstance(reason, str) else None


def cancel_order(
    connection: Connection, event: OrderEvent, *, reason: str | None, clock: Clock, new_id: NewId
) -> None:
    """Cancel the order because of `event`, with all that follows from it, in this transaction.

    An order that somebody cancelled before is fine. One that is on its way to the customer cannot be called
    back: `InvalidValue` parks the event, for now a person must decide.
    """
    try:
        change_status(
            connection,
            order_id=event.order_id,
            wanted=CANCELLED,
            reason=reason or event.name,
            at=clock(),
            new_id=new_id,
            cause=event.id,
        )
    except UnknownOrder as error:
        raise InvalidValue(str(error)) from error
    except IllegalMove as error:
        if error.now != CANCELLED:
            raise InvalidValue(f"{event.name}, but order {event.order_id} is {error.now} already.") from error
