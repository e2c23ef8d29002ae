"""The feed consumer: from the queue `order_notifications` to the dashboard.

Its one rule is the order of three steps: commit the effect, tell the browsers, acknowledge.
Acknowledge first and a crash loses the notification; commit first and a crash only repeats the delivery,
which the inbox recognises. Acknowledgements: https://www.rabbitmq.com/docs/confirms#consumer-acknowledgements.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from labs.errors import InvalidValue
from labs.message import Delivery
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import read_event
from labs.orders.domain.notification import Notification
from labs.orders.store.feed import Feed
from labs.orders.topology import FEED
from labs.outcome import Ack, Dead, Outcome
from labs.sync.connection import Connection
from labs.sync.consumer import Consumer


class FeedConsumer:
    """Stores each event once and calls `announce` with it. `prefetch` is how many it holds unacknowledged."""

    def __init__(self, feed: Feed, *, announce: Callable[[Notification], None], prefetch: int) -> None:
        self._feed = feed
        self._announce = announce
        self._prefetch = prefetch

    def work(self, connection: Connection, stop: Event) -> None:
        """Consume until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        Consumer(connection, FEED.queue, prefetch=self._prefetch).run(self.handle, stop=stop)

    def handle(self, delivery: Delivery) -> Outcome:
        """Commit the effect of one delivery, then say what the broker may do with it.

        A message that nobody can read is dead: it goes to the dead-letter queue, for a person to find.
        A failing database is different: the exception ends the connection, and the broker keeps the message.
        """
        try:
            event = read_event(delivery.message, now=system_clock())
        except InvalidValue as error:
            return Dead(reason=str(error))
        notification = self._feed.record(message_id=event.id, event=event.name, payload=event.payload)
        if notification is not None:
            self._announce(notification)
        return Ack()
