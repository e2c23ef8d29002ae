"""An outbox with four events, one of which no queue wants, and a clock that can be put forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select, update

from labs.orders.domain.event import OrderEvent
from labs.orders.store.database import Database
from labs.orders.store.journal import write_down
from labs.orders.store.outbox import Outbox
from labs.orders.store.tables import outbox

QUEUE, KEY = "order_notifications", "order.created"
MORNING = datetime(2025, 11, 16, 10, 30, tzinfo=UTC)
#: In the middle there is one that no queue wants.
EVENTS = tuple(
    OrderEvent(
        id=f"event-{number}", name=name, order_id=number, payload={"orderId": number}, created_at=MORNING
    )
    for number, name in ((42, KEY), (43, "order.forgotten"), (44, KEY), (45, KEY))
)
WANTED = tuple(event.id for event in EVENTS if event.name == KEY)
UNWANTED = next(event.id for event in EVENTS if event.name != KEY)
LEASE_S = 15.0


class Desk:
    """An outbox with four events, and a clock that is put forward when a lease has to run out."""

    def __init__(self, database: Database) -> None:
        self.now = MORNING
        tokens = count(1)
        self._database = database
        self.outbox = Outbox(
            database, clock=lambda: self.now, new_id=lambda: f"claim-{next(tokens)}", lease_s=LEASE_S
        )
        with database.write() as connection:
            write_down(connection, EVENTS)

    def fresh(self) -> None:
        """As in the morning: nothing claimed, nothing marked."""
        with self._database.write() as connection:
            connection.execute(update(outbox).values(claimed_by=None, claimed_until=None, sent_at=None))

    def later(self) -> None:
        """Every lease has run out."""
        self.now += timedelta(seconds=LEASE_S + 1)

    def marked(self) -> set[str]:
        """The ids of the events that are marked as sent."""
        with self._database.read() as connection:
            return set(
                connection.execute(select(outbox.c.event_id).where(outbox.c.sent_at.is_not(None))).scalars()
            )
