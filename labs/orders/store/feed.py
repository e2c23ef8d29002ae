"""The dashboard's feed: everything that it has been told, numbered in order.

A browser that was away asks for "everything after 17". That is a complete answer only if 17 could be seen before
18 was given out, so whoever adds takes a turn. `add` is one part of a larger transaction: together with the inbox
row it makes a duplicate harmless (`labs.orders.process.effects`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from labs.orders.domain.clock import Clock, milliseconds
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.notification import Notification
from labs.orders.store import turn
from labs.orders.store.database import Database
from labs.orders.store.tables import feed

#: Built once: a statement that is built anew must be compiled anew.
INSERT = insert(feed).returning(feed.c.id, sort_by_parameter_order=True)


class Feed:
    """Everything that the dashboard has been told, in order, each event once."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, connection: Connection, event: OrderEvent) -> Notification:
        """Put the event into the feed, in the transaction that `connection` is in; announce it when that is over."""
        return self.add_all(connection, [event])[0]

    def add_all(self, connection: Connection, events: Sequence[OrderEvent]) -> list[Notification]:
        """The same for one event or more, with one statement; numbered in their order."""
        turn.take_turn(connection, turn.FEED)
        now = milliseconds(self._clock())
        rows = [
            {"event": event.name, "payload": json.dumps(dict(event.payload), ensure_ascii=False), "received_at": now}
            for event in events
        ]
        numbers = connection.execute(INSERT, rows).scalars().all()
        return [
            Notification(id=number, event=event.name, payload=dict(event.payload))
            for number, event in zip(numbers, events, strict=True)
        ]

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
