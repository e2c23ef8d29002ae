"""The same saga with a conductor: one service hears what happened, and tells each of the others what to do.

In the choreography nobody can be asked "what comes next?"; the answer is spread over three services. Here it
is one table, `next_orchestrated`, and the two services below it are the same as before: they obey commands
instead of interpreting events. The price: everything passes through here, and each new step changes this file.
Runs as an `apply` of `Effects`; the commands leave through the outbox, so none is lost.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from labs.orders.domain.clock import Clock
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import NewId
from labs.orders.domain.saga import CANCEL_ORDER, next_orchestrated
from labs.orders.domain.saga_events import Announce
from labs.orders.process.effects import Effect
from labs.orders.process.saga import Saga, cancel_order, reason_of
from labs.orders.store import sagas
from labs.orders.topology import INVENTORY, PAYMENT, SAGA, Reader

#: Who reads what when there is a conductor: the services listen to their commands, and to nothing else.
ORCHESTRATED = (
    Reader(name=SAGA.name, queue="orchestrator.orders", keys=SAGA.keys),
    Reader(name=INVENTORY.name, queue="inventory.commands", keys=("command.inventory.*",)),
    Reader(name=PAYMENT.name, queue="payment.commands", keys=("command.payment.*",), backoff=PAYMENT.backoff),
)


class Orchestrator:
    """Keeps the same rows as `labs.orders.process.saga.Saga`, and takes its place."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self._clock, self._new_id = clock, new_id

    def apply(self, connection: Connection, event: OrderEvent) -> Effect:
        """Note how far the order is and command what follows. Raises `MovedOn` as the saga does."""
        seen = sagas.saga(connection, event.order_id)
        step = next_orchestrated(seen.state, event.name)
        reason = reason_of(event)
        if step.state is not None and step.state != seen.state:
            sagas.move(
                connection, event.order_id, seen=seen, state=step.state, reason=reason, now=self._clock()
            )
        if CANCEL_ORDER in step.commands:
            cancel_order(connection, event, reason=reason, clock=self._clock, new_id=self._new_id)
        announce = Announce(event, clock=self._clock, new_id=self._new_id)
        commands = [command for command in step.commands if command != CANCEL_ORDER]
        return Effect(emits=tuple(map(announce.command, commands)))


#: Who keeps the saga's rows, by the word of the shop's settings.
KEEPERS: Mapping[str, type[Saga | Orchestrator]] = {
    "choreography": Saga,
    "orchestration": Orchestrator,
}
