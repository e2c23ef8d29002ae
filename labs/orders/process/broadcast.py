"""Notifications from the process that feeds to the processes that serve dashboards.

When web and workers are several processes, the feed reader cannot call the hub. It tells a fanout exchange, and
every web process listens with a queue of its own that dies with its connection: nobody shares it, for everybody
needs every notification. The rule that makes this cheap: it is only a *hint*. Not confirmed, not kept, lost when
a line breaks; the hub sees the gap in the numbers and reads it from the database, which is the truth.
https://www.rabbitmq.com/docs/queues#exclusive-queues
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from threading import Event

from labs.errors import InvalidValue
from labs.exchange import Exchange
from labs.message import Delivery, Message
from labs.orders.domain.notification import Notification, Tell
from labs.outcome import Ack, Outcome
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.batches import BatchConsumer
from labs.sync.connection import Connection
from labs.sync.declare import declare
from labs.sync.properties import to_properties
from labs.sync.translate import translated
from labs.topology import Topology

#: Where notifications are told to whoever serves dashboards.
NEWS = Exchange(name="orders.notifications", type="fanout")
#: How many wait while the broker is away; older ones are forgotten, for the database has them.
KEPT = 1000
#: How often an idle connection hears the broker, in seconds.
TICK_S = 0.2
PREFETCH = 200


class Broadcaster:
    """The side that tells."""

    def __init__(self) -> None:
        self._waiting: deque[Notification] = deque(maxlen=KEPT)
        self._news = Event()

    def announce(self, *notifications: Notification) -> None:
        """Tell every web process soon. From any thread; returns at once."""
        self._waiting.extend(notifications)
        self._news.set()

    def work(self, connection: Connection, stop: Event) -> None:
        """Publish until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        channel = connection.channel()
        while not stop.is_set():
            self._news.clear()
            with translated(channel):
                while self._waiting:
                    message = _message(self._waiting.popleft())
                    channel.basic_publish(NEWS.name, "", message.body, to_properties(message))
                connection.raw.process_data_events(time_limit=0)
            self._news.wait(TICK_S)


class Listener:
    """The side that hears: calls `announce` for each notification. `name` is its queue's, and nobody else's."""

    def __init__(self, name: str, *, announce: Tell) -> None:
        self._name, self._announce = name, announce

    def work(self, connection: Connection, stop: Event) -> None:
        """Listen until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        queue = Queue(name=self._name, durable=False, exclusive=True)
        binding = Binding(source=NEWS.name, destination=queue.name)
        declare(connection, Topology(exchanges=(NEWS,), queues=(queue,), bindings=(binding,)))
        BatchConsumer(connection, queue.name, prefetch=PREFETCH).run(self._hear, stop=stop)

    def _hear(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        for delivery in deliveries:
            try:
                told = delivery.message.json()
                self._announce(Notification(id=told["id"], event=told["event"], payload=told["payload"]))
            except (InvalidValue, KeyError, TypeError):
                continue  # not one of ours; what is missing, the hub will read
        return [Ack() for _ in deliveries]


def _message(notification: Notification) -> Message:
    told = {"id": notification.id, "event": notification.event, "payload": notification.payload}
    return Message(
        body=json.dumps(told, ensure_ascii=False).encode(), content_type="application/json", persistent=False
    )
