"""The feed reader: from the queue `order_notifications` to the dashboard.

Its one rule is the order of three steps: commit the effect, tell the browsers, acknowledge.
Acknowledge first and a crash loses the notification; commit first and a crash only repeats the delivery,
which the inbox recognises. Acknowledgements: https://www.rabbitmq.com/docs/confirms#consumer-acknowledgements.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from labs.orders.domain.event import OrderEvent
from labs.orders.domain.notification import Tell
from labs.orders.process.effects import Effect
from labs.orders.store.feed import Feed


class FeedReader:
    """Puts each event into the feed; `announce` is called after the commit, in the reader's thread.

    It is given the notifications of a transaction, in order, as so many arguments.
    """

    def __init__(self, feed: Feed, *, announce: Tell) -> None:
        self._feed, self._announce = feed, announce

    def apply(self, connection: Connection, event: OrderEvent) -> Effect:
        """One event, one row; the announcement waits until the row can be seen."""
        (effect,) = self.apply_all(connection, [event])
        return effect

    def apply_all(self, connection: Connection, events: Sequence[OrderEvent]) -> Sequence[Effect]:
        """Several events with one statement, told in one go."""
        if not events:
            return ()
        return (Effect(afterwards=partial(self._announce, *self._feed.add_all(connection, events))),)
