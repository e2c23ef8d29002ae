"""Who was told what, and by which way: the memory of everything that leaves the house.

A mail cannot be rolled back, so no transaction holds both the sending and its note. The rule is the order: look
here, send, note it here. A crash between the last two sends again, under the same key. The other order would
lose what it noted; nothing repairs a loss. What a sending leads to (events) is noted in the same transaction.
Blocking: a coroutine calls it by `asyncio.to_thread`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, and_, select, update

from labs.orders.domain.clock import Clock, from_milliseconds, milliseconds
from labs.orders.domain.event import OrderEvent
from labs.orders.store.channel_tables import deliveries
from labs.orders.store.database import Database
from labs.orders.store.journal import write_down
from labs.orders.store.skip import insert_or_skip

#: `sent`: they have it. `failed`: they never will. `waiting`: it is tried again, by the ladder or by a person.
State = Literal["sent", "failed", "waiting"]
#: How much of an error or a foreign reference is kept, in characters.
MAX_ERROR, MAX_REFERENCE = 500, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What is to reach whom: the event `event_id` about order `order_id`, to `recipient` by `channel`."""

    channel: str
    event_id: str
    order_id: int
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is known about it: its `state` since `changed_at`, after so many `attempts`.

    `reference` is the outside service's own name for it; `error` says why the last attempt failed.
    """

    what: Addressed
    state: str
    attempts: int
    reference: str | None
    error: str | None
    changed_at: datetime


class Deliveries:
    """Reads and writes the notes. `committed` is called when events were written down; it returns at once."""

    def __init__(
        self, database: Database, *, clock: Clock, committed: Callable[[], None] = lambda: None
    ) -> None:
        self.clock = clock
        self._database, self._committed = database, committed

    def known(self, channel: str, event_id: str) -> dict[str, Note]:
        """What is noted about everybody whom this event was to reach by this channel: recipient → note."""
        found = select(deliveries).where(deliveries.c.channel == channel, deliveries.c.event_id == event_id)
        with self._database.read() as connection:
            return {row.recipient: _note_of(row) for row in connection.execute(found)}

    def sent(self, what: Addressed, *, reference: str | None, emits: Sequence[OrderEvent] = ()) -> bool:
        """They have it, and these events follow from that. False: it was noted before, and nothing is written."""
        first = self._note(what, state="sent", reference=reference, error=None, emits=emits)
        if first and emits:
            self._committed()
        return first

    def waiting(self, what: Addressed, *, error: str) -> None:
        """The attempt failed, and there will be another."""
        self._note(what, state="waiting", reference=None, error=error)

    def failed(self, what: Addressed, *, error: str) -> None:
        """They will never have it."""
        self._note(what, state="failed", reference=None, error=error)

    def about(self, order_id: int) -> list[Note]:
        """All notes about one order, oldest first."""
        query = select(deliveries).where(deliveries.c.order_id == order_id).order_by(deliveries.c.changed_at)
        with self._database.read() as connection:
            return [_note_of(row) for row in connection.execute(query)]

    def _note(
        self,
        what: Addressed,
        *,
        state: State,
        reference: str | None,
        error: str | None,
        emits: Sequence[OrderEvent] = (),
    ) -> bool:
        key = {"channel": what.channel, "event_id": what.event_id, "recipient": what.recipient}
        now = {
            "state": state,
            "reference": reference[:MAX_REFERENCE] if reference else None,
            "error": error[:MAX_ERROR] if error else None,
            "changed_at": milliseconds(self.clock()),
        }
        with self._database.write() as connection:
            values = key | now | {"order_id": what.order_id, "attempts": 1}
            changed = insert_or_skip(connection, deliveries, values)
            if not changed:
                # Compare and set: what is sent stays sent, whoever else was at it in the same moment.
                this_one = and_(*(deliveries.c[name] == value for name, value in key.items()))
                again = update(deliveries).where(this_one, deliveries.c.state != "sent")
                result = connection.execute(again.values(attempts=deliveries.c.attempts + 1, **now))
                changed = result.rowcount == 1
            if changed:
                write_down(connection, emits)
        return changed


def _note_of(row: Row[Any]) -> Note:
    return Note(
        what=Addressed(
            channel=row.channel, event_id=row.event_id, order_id=row.order_id, recipient=row.recipient
        ),
        state=row.state,
        attempts=row.attempts,
        reference=row.reference,
        error=row.error,
        changed_at=from_milliseconds(row.changed_at),
    )
