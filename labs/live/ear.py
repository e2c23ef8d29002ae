"""An ear: a connection of our own, with a queue that hears one of the broker's own exchanges.

It must not disturb what it listens to. So its queue is exclusive (it goes when we go, however we go), bounded
(an ear that cannot follow loses the oldest, and the broker's memory stays free), and auto-ack. What falls out
of the full queue is dead-lettered into a second one, which keeps one message: the sign that something was lost.
The rule is pika's: one thread. `wake` alone may be called from another. https://www.rabbitmq.com/docs/maxlength
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress

import pika
from pika import exceptions as pika_errors

from labs.broker.address import Broker
from labs.live.hidden import CONNECTION, QUEUE_PREFIX
from labs.live.wire import Deliveries, Heard, listening

#: What the broker keeps for an ear that is behind.
MOST_MESSAGES = 10_000
MOST_BYTES = 32_000_000
HEARTBEAT_S = 30
#: What pika and the sockets raise when the line breaks.
BROKEN = (pika_errors.AMQPError, OSError)


class Ear:
    """Connected, bound and listening when it is made. Raises what pika raises."""

    def __init__(self, broker: Broker, vhost: str, exchange: str, keys: Iterable[str]) -> None:
        self._deliveries, self._eager = Deliveries(self._heard_something), False
        parameters = broker.parameters(vhost, HEARTBEAT_S)
        parameters.client_properties = {"connection_name": CONNECTION}
        self._connection = pika.BlockingConnection(parameters, _impl_class=listening(self._deliveries))
        try:
            self._listen(exchange, keys)
        except BaseException:
            self.close()
            raise

    def _listen(self, exchange: str, keys: Iterable[str]) -> None:
        self._channel = self._connection.channel()
        self._asking = self._connection.channel()
        self.queue = f"{QUEUE_PREFIX}{secrets.token_hex(6)}"
        self._lost = f"{self.queue}.lost"
        kind = {"x-queue-type": "classic"}  # whatever the vhost's default is
        self._channel.queue_declare(self._lost, exclusive=True, arguments=kind | {"x-max-length": 1})
        limits = kind | {"x-max-length": MOST_MESSAGES, "x-max-length-bytes": MOST_BYTES}
        overflow = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": self._lost}
        self._channel.queue_declare(self.queue, exclusive=True, arguments=limits | overflow)
        for key in keys:
            self._channel.queue_bind(self.queue, exchange, key)
        self._channel.basic_consume(self.queue, lambda *_: None, auto_ack=True)

    def hear(self, within_s: float, *, eager: bool = True) -> list[Heard]:
        """What came in: `eager`, as soon as something does; otherwise all that comes within that time.

        The second costs much less when messages come thick and fast.
        """
        self._eager = eager
        self._connection.process_data_events(0 if self._deliveries.heard and eager else within_s)
        return self._deliveries.take()

    def wake(self) -> None:
        """End the wait in `hear`, from any thread."""
        with suppress(*BROKEN):
            self._connection.add_callback_threadsafe(lambda: None)

    def catch_up(self) -> bool:
        """Hear all that the broker had put into our queue when this was called; False while more waits there.

        The first answer comes when the queue has dispatched it to our channel, the second when the channel has
        written it to the line.
        """
        waiting = self._channel.queue_declare(self.queue, passive=True).method.message_count
        self._channel.queue_declare(self._lost, passive=True)
        return not waiting

    def has_lost(self) -> bool:
        """Whether messages fell out of our full queue since the last time this was asked."""
        return bool(self._channel.queue_purge(self._lost).method.message_count)

    def ready(self, queue: str) -> tuple[int, int] | None:
        """Ready messages and consumers of any queue, exactly; None if it may not be asked."""
        try:
            answer = self._asking.queue_declare(queue, passive=True).method
        except pika_errors.ChannelClosedByBroker:  # gone, or exclusive to somebody
            self._asking = self._connection.channel()
            return None
        return answer.message_count, answer.consumer_count

    def close(self) -> None:
        """Delete the queues and hang up; by hanging up alone they would go a little later."""
        with suppress(*BROKEN):
            for queue in (self.queue, self._lost):
                self._channel.queue_delete(queue)
        with suppress(*BROKEN):
            if self._connection.is_open:
                self._connection.close()

    def _heard_something(self) -> None:
        if self._eager:
            self._connection.call_later(0, lambda: None)  # ends the wait in `hear`
