"""The dashboard's desk alone: the shop's own feed reader with its inbox, on a database of its own.

The order system has it between a queue and its web pages. Here it stands by itself, so that a notebook can hand
it a few events and count what they did.
"""

from __future__ import annotations

import time
from pathlib import Path

from labs.message import Message
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.orders.domain.notification import Notification
from labs.orders.process.effects import Effects
from labs.orders.process.feed import FeedReader
from labs.orders.store.database import Database
from labs.orders.store.feed import Feed


class FeedDesk:
    """Keeps its rows in a new file in `folder`; `handle` is for `Consumer.run`."""

    def __init__(self, folder: Path) -> None:
        database = Database(folder / f"desk-{time.monotonic_ns()}.sqlite")
        self._feed = Feed(database, clock=system_clock)
        self._toasts: list[Notification] = []
        reader = FeedReader(self._feed, announce=self._tell)
        self.handle = Effects(database, name="feed", apply=reader.apply, clock=system_clock).handle

    def _tell(self, *notifications: Notification) -> None:
        self._toasts.extend(notifications)

    @property
    def rows(self) -> int:
        """How many notifications are stored."""
        return self._feed.latest_id()

    @property
    def toasts(self) -> int:
        """How many times a dashboard would have been told."""
        return len(self._toasts)

    @staticmethod
    def event(order_id: int, event_id: str) -> Message:
        """`order.created` about this order, as the relay publishes it."""
        payload = {"orderId": order_id}
        told = OrderEvent(
            id=event_id, name=ORDER_CREATED, order_id=order_id, payload=payload, created_at=system_clock()
        )
        return to_message(told)
