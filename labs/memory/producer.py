"""A producer of the memory lane: confirmed and mandatory, as `labs.sync.producer` is.

https://www.rabbitmq.com/docs/publishers#data-safety
"""

from __future__ import annotations

from labs.errors import ConfirmTimeout
from labs.limits import short_string
from labs.memory.connection import Connection
from labs.message import Message


class Producer:
    """Publishes to `exchange`; `""` is the default exchange, whose routing keys are names of queues."""

    def __init__(self, connection: Connection, exchange: str) -> None:
        self.connection = connection
        self.exchange = short_string("exchange's name", exchange)

    def publish(self, message: Message, routing_key: str) -> None:
        """Publish, and know what became of it.

        Raises `Unroutable`, `NotFound`, `AccessRefused`, `Nacked`, `ConnectionLost`; and, at once, because
        nothing here waits, `ConfirmTimeout` while the broker is blocked: the message is on its way, and the
        broker reads it when the alarm is over.
        """
        short_string("routing key", routing_key)
        self.connection.channel().close()  # raises when the line is gone
        broker = self.connection.broker
        if broker.blocked:
            broker.held.append((self.exchange, routing_key, message))
            raise ConfirmTimeout("The broker is blocked and sent no confirm; it may store the message later.")
        broker.publish(self.exchange, routing_key, message)

    def __repr__(self) -> str:
        return f"Producer(exchange={self.exchange!r})"
