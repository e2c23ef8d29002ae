"""Effects: what an event changes in the database, each event once, however often it is delivered.

One transaction holds everything: the inbox row ("I have had this event"), the change itself, and the events
that the change leads to (in the outbox). So there is no moment at which one of them is true and another is
not. Acknowledge after the commit and a crash only repeats the delivery, which the inbox recognises.
Several deliveries may share a transaction: one wait for the disk instead of fifty. When one of them fails, all
are undone and done again, each under a savepoint of its own, so that only the bad one is left out.
https://www.rabbitmq.com/docs/confirms#consumer-acknowledgements
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from labs.errors import InvalidValue
from labs.message import Delivery
from labs.orders.domain.clock import Clock
from labs.orders.domain.envelope import read_event
from labs.orders.domain.event import OrderEvent
from labs.orders.store.database import Database
from labs.orders.store.inbox import is_new, which_are_new
from labs.orders.store.journal import write_down
from labs.outcome import Ack, Dead, Outcome, Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What came of an event: the events that it leads to, and what to do once all of it is committed."""

    emits: tuple[OrderEvent, ...] = ()
    afterwards: Callable[[], None] | None = None


#: What a service does with one event. It may only touch the database, through this connection, for it may be
#: undone and called again; it raises `InvalidValue` for an event that no later attempt could digest.
Apply = Callable[[Connection, OrderEvent], Effect]

#: The same for several events, in order, for a service that can do them with fewer statements.
ApplyAll = Callable[[Connection, Sequence[OrderEvent]], Sequence[Effect]]

#: For each delivery its outcome, and what came of those that had an effect.
Done = tuple[list[Outcome], list[Effect]]

#: Nothing came of it.
NOTHING = Effect()


class Effects:
    """The service `name`: gives each new event to `apply`. `committed` is called when events were written down."""

    def __init__(
        self,
        database: Database,
        *,
        name: str,
        apply: Apply,
        apply_all: ApplyAll | None = None,
        clock: Clock,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._database, self._apply, self._clock, self._committed = database, apply, clock, committed
        self._apply_all = apply_all or (
            lambda connection, events: [apply(connection, event) for event in events]
        )

    def handle(self, delivery: Delivery) -> Outcome:
        """Commit the effect of one delivery, then say what the broker may do with it."""
        return self.handle_batch([delivery])[0]

    def handle_batch(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """The same for several, in one transaction and in order; the outcomes come in the same order.

        A message that nobody can read is dead: it is parked, for a person to find. A database that fails is
        different: the exception rises, the connection ends, and the broker keeps every message.
        """
        try:
            with self._database.write() as connection:
                outcomes, effects = self._together(connection, deliveries)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001 whatever it was, one by one it is found out whose it was
            with self._database.write() as connection:
                outcomes, effects = self._one_by_one(connection, deliveries)
        for effect in effects:
            if effect.afterwards is not None:
                effect.afterwards()
        if any(effect.emits for effect in effects):
            self._committed()
        return outcomes

    def _together(self, connection: Connection, deliveries: Sequence[Delivery]) -> Done:
        """All with one statement for the inbox and one for the outbox; raises when one of them fails."""
        now = self._clock()
        events: dict[str, OrderEvent] = {}
        for delivery in deliveries:
            event = read_event(delivery.message, now=now)
            events.setdefault(event.id, event)
        new = which_are_new(connection, consumer=self.name, message_ids=events, now=now)
        todo = [event for event in events.values() if event.id in new]
        effects = list(self._apply_all(connection, todo))
        write_down(connection, [emitted for effect in effects for emitted in effect.emits])
        return [Ack() for _ in deliveries], effects

    def _one_by_one(self, connection: Connection, deliveries: Sequence[Delivery]) -> Done:
        """Each under a savepoint of its own. That costs more than most effects: a batch pays it after a failure."""
        outcomes: list[Outcome] = []
        effects: list[Effect] = []
        for delivery in deliveries:
            try:
                with connection.begin_nested():
                    effects.append(self.take(connection, delivery))
            except InvalidValue as error:
                outcomes.append(Dead(reason=str(error)))
            except OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 one bad event must not keep the others from their effect
                outcomes.append(Retry(reason=f"{type(error).__name__}: {error}"))
            else:
                outcomes.append(Ack())
        return outcomes, effects

    def take(self, connection: Connection, delivery: Delivery) -> Effect:
        """Inbox, effect and what it leads to, in the transaction of `connection`: all of it, or none."""
        now = self._clock()
        event = read_event(delivery.message, now=now)
        if not is_new(connection, consumer=self.name, message_id=event.id, now=now):
            return NOTHING
        effect = self._apply(connection, event)
        write_down(connection, effect.emits)
        return effect
