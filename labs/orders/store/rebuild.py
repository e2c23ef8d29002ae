"""Rebuild: throw away what was made from events, and make it again from the journal.

That is what a read model is for: a new column or a mended bug needs no careful migration, only a replay. The
inbox rows of its readers go too, or every replayed event would be taken for a duplicate. And each replayed
event is noted there again, so its delivery, still on the way, changes nothing.

All in one transaction (the default): nobody sees a half-built list, and on SQLite every other writer waits
until it is done, for there is one writer. In steps of `chunk` events: nobody waits longer than one step, but
the list is incomplete meanwhile. New events may arrive in between; each goes through the inbox, once, by one
way or the other, and projections do not mind the order. That is why steps end in the same rows.

On PostgreSQL other writers would go on: a reader that has noted an event and not yet committed is invisible
to our DELETE. So each transaction first locks the inbox against writers, which a reader's first statement
needs. Orders are still taken; only the readers wait, and after five seconds of it they lose their connection and
come again (`lock_timeout`): for a long journal take steps. https://www.postgresql.org/docs/current/explicit-locking.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, func, select, text

from labs.errors import InvalidValue
from labs.orders.domain.clock import Clock
from labs.orders.domain.event import OrderEvent
from labs.orders.store.database import Database
from labs.orders.store.inbox import is_new
from labs.orders.store.journal import PAGE, event_of
from labs.orders.store.tables import inbox, outbox
from labs.orders.store.view_tables import order_view, trends
from labs.orders.topology import Reader
from labs.routing import topic_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Tables that one reader makes from events, and nobody else: `apply` is what it does with each of them."""

    reader: Reader
    tables: tuple[Table, ...]
    apply: Callable[[Connection, OrderEvent], object]

    def reads(self, event: OrderEvent) -> bool:
        """Whether the exchange brings this event to this reader."""
        return any(topic_matches(key, event.name) for key in self.reader.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many events had their effect again, and how many no projection could use (they stay parked)."""

    replayed: int
    refused: int


def rebuild(
    database: Database, projections: Sequence[Projection], *, clock: Clock, chunk: int | None = None
) -> Rebuilt:
    """Make the projections' tables again from the journal; `chunk` is the number of events in one transaction.

    Without `chunk`, a crash leaves everything as it was. With it, a crash leaves a list that is incomplete and
    does no harm: rebuild again. What others published and we never wrote down is not in the journal, and gone.
    """
    replay = _Replay(projections, clock)
    with database.write() as connection:
        _alone(connection)
        replay.wipe(connection)
        while chunk is None and replay.step(connection, PAGE):
            pass
    while chunk is not None:
        with database.write() as connection:
            _alone(connection)
            if not replay.step(connection, chunk):
                break
    return Rebuilt(replayed=replay.replayed, refused=replay.refused)


def fingerprint(connection: Connection, tables: Iterable[Table] = (order_view, trends)) -> str:
    """A hash of all that the tables hold; rows in another order, or in another database, have the same one.

    Compare when the queues are empty: an event on its way is in the journal and not in the tables yet.
    """
    whole = hashlib.sha256()
    for table in tables:
        rows = connection.execute(select(table))
        lines = sorted(hashlib.sha256(json.dumps(list(row)).encode()).digest() for row in rows)
        whole.update(f"{table.name} {len(lines)}\n".encode() + b"".join(lines))
    return whole.hexdigest()


class _Replay:
    """The way through the journal: up to where it ended at the wipe. What comes later will be delivered."""

    def __init__(self, projections: Sequence[Projection], clock: Clock) -> None:
        self._projections, self._clock = projections, clock
        self._at = self._end = 0
        self.replayed = self.refused = 0

    def wipe(self, connection: Connection) -> None:
        self._end = connection.execute(select(func.max(outbox.c.seq))).scalar() or 0
        for projection in self._projections:
            for table in projection.tables:
                connection.execute(delete(table))
            connection.execute(delete(inbox).where(inbox.c.consumer == projection.reader.name))

    def step(self, connection: Connection, limit: int) -> bool:
        """Replay the next events; False when there were none left."""
        ahead = outbox.c.seq.between(self._at + 1, self._end)
        rows = connection.execute(select(outbox).where(ahead).order_by(outbox.c.seq).limit(limit)).all()
        jobs = [
            (job, event) for event in map(event_of, rows) for job in self._projections if job.reads(event)
        ]
        try:
            with connection.begin_nested():
                self.replayed += sum([self._apply(connection, *job) for job in jobs])
        except InvalidValue:  # as in `Effects`: one by one, so that only what is refused is not noted as done
            for job in jobs:
                try:
                    with connection.begin_nested():
                        self.replayed += self._apply(connection, *job)
                except InvalidValue:
                    self.refused += 1
        if rows:
            self._at = rows[-1].seq
        return bool(rows)

    def _apply(self, connection: Connection, projection: Projection, event: OrderEvent) -> bool:
        """Give the event to the projection, unless a delivery was faster."""
        name, now = projection.reader.name, self._clock()
        first = is_new(connection, consumer=name, message_id=event.id, now=now)
        if first:
            projection.apply(connection, event)
        return first


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE"))
