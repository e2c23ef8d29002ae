"""The outbox: events that must still reach the broker.

Rows are claimed by lease: "these are mine until 10:30:15". A relay that dies keeps nothing for longer.
Unsent rows are asked for as such, never as "everything above the last number that I sent": numbers are
given out in one order and committed in another, and a high-water mark skips the late ones for ever.
Nothing here waits for the disk: a power cut that forgets a claim or a mark leads to a duplicate, never to a loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select, update

from labs.orders.domain.clock import Clock, milliseconds
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import NewId
from labs.orders.store.database import Database
from labs.orders.store.journal import event_of
from labs.orders.store.lease import Lease
from labs.orders.store.tables import outbox

#: Built once: a statement that is built anew must be compiled anew.
MARK = (
    update(outbox)
    .where(outbox.c.event_id == bindparam("id"), outbox.c.claimed_by == bindparam("by"))
    .values(sent_at=bindparam("at"), claimed_by=None, claimed_until=None)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Events that this relay may publish now, and the `token` that proves it when it reports back."""

    token: str
    events: tuple[OrderEvent, ...]


class Outbox:
    """Claim, then mark or release. `lease_s` is how long a claim holds, in seconds."""

    def __init__(self, database: Database, *, clock: Clock, new_id: NewId, lease_s: float) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._lease = timedelta(seconds=lease_s)

    def claim(self, limit: int) -> Claim:
        """Take up to `limit` of the oldest unsent events that nobody holds."""
        now = self._clock()
        token = self._new_id()
        free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= milliseconds(now))
        oldest = select(outbox).where(outbox.c.sent_at.is_(None), free).order_by(outbox.c.seq).limit(limit)
        with self._database.write_in_a_hurry() as connection:
            # PostgreSQL: two relays that claim at once pass each other by. SQLite has one writer, and no such words.
            rows = connection.execute(oldest.with_for_update(skip_locked=True)).all()
            if rows:
                connection.execute(
                    update(outbox)
                    .where(outbox.c.seq.in_([row.seq for row in rows]))
                    .values(claimed_by=token, claimed_until=milliseconds(now + self._lease))
                )
        if rows:
            self._database.flush()  # what is told to the world must not be forgotten at home
        return Claim(token=token, events=tuple(map(event_of, rows)))

    def now(self) -> datetime:
        """The time by the clock that leases and marks go by."""
        return self._clock()

    def new_token(self) -> str:
        """A name for somebody who leases."""
        return self._new_id()

    def lease(self, token: str) -> Lease:
        """What to write beside events that `token` is going to publish (`journal.write_down`)."""
        return Lease(token=token, until=self._clock() + self._lease)

    def mark_sent(self, token: str, event_ids: Sequence[str] | Mapping[str, datetime]) -> int:
        """Note that the broker has these events: now, or each at its own moment. Returns how many were still ours."""
        if not event_ids:
            return 0
        moments = event_ids if isinstance(event_ids, Mapping) else dict.fromkeys(event_ids, self._clock())
        rows = [{"id": id_, "by": token, "at": milliseconds(at)} for id_, at in moments.items()]
        with self._database.write_in_a_hurry() as connection:
            return connection.execute(MARK, rows).rowcount

    def release(self, token: str, event_ids: Sequence[str]) -> None:
        """Give these events back at once, so that the next claim need not wait for the lease to run out."""
        if not event_ids:
            return
        with self._database.write_in_a_hurry() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.event_id.in_(event_ids), outbox.c.claimed_by == token)
                .values(claimed_by=None, claimed_until=None)
            )

    def waiting(self) -> int:
        """How many events the broker does not have yet."""
        with self._database.read() as connection:
            return connection.execute(
                select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
            ).scalar_one()
