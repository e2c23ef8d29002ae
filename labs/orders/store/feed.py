"""The dashboard's feed, and the inbox that makes a duplicate harmless.

A broker that promises "at least once" will deliver some events twice: after a lost ack, after a relay's
crash. So the consumer writes the event's id and the event's effect in one transaction. The second time the
id is already there, nothing is written, and the delivery is simply acknowledged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_skip

from labs.orders.domain.clock import Clock, milliseconds
from labs.orders.domain.notification import Notification
from labs.orders.store.database import Database
from labs.orders.store.tables import feed, inbox

#: The name under which this consumer keeps its inbox. Each consumer has its own memory.
CONSUMER = "order_notifications"


class Feed:
    """Everything that the dashboard has been told, in order, each event once."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, *, message_id: str, event: str, payload: Mapping[str, Any]) -> Notification | None:
        """Store the event as a notification; None when this `message_id` was here before."""
        now = milliseconds(self._clock())
        with self._database.write() as connection:
            first_time = connection.execute(
                insert_or_skip(inbox)
                .values(consumer=CONSUMER, message_id=message_id, received_at=now)
                .on_conflict_do_nothing()
            ).rowcount
            if not first_time:
                return None
            text = json.dumps(payload, ensure_ascii=False)
            row = connection.execute(
                insert(feed).values(event=event, payload=text, received_at=now).returning(feed.c.id)
            ).one()
        return Notification(id=row.id, event=event, payload=dict(payload))

    def after(self, last_id: int, *, limit: int) -> list[Notification]:
        """Up to `limit` notifications after `last_id`, oldest first: what a returning browser missed."""
        with self._database.read() as connection:
            missed = select(feed).where(feed.c.id > last_id).order_by(feed.c.id).limit(limit)
            rows = connection.execute(missed).all()
        return [_notification(row) for row in rows]

    def newest(self, limit: int) -> list[Notification]:
        """Up to `limit` notifications, newest first: what an opening dashboard shows."""
        with self._database.read() as connection:
            rows = connection.execute(select(feed).order_by(feed.c.id.desc()).limit(limit)).all()
        return [_notification(row) for row in rows]

    def latest_id(self) -> int:
        """The highest number in the feed; 0 when it is empty."""
        with self._database.read() as connection:
            highest = connection.execute(select(func.max(feed.c.id))).scalar()
        return highest or 0

    def count_after(self, last_id: int) -> int:
        """How many notifications came after `last_id`: the badge."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).where(feed.c.id > last_id)).scalar_one()


def _notification(row: Row[Any]) -> Notification:
    return Notification(id=row.id, event=row.event, payload=json.loads(row.payload))
