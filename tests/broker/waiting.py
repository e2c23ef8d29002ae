"""Orders that wait in a queue: where several tests begin."""

from __future__ import annotations

from labs.message import Message
from labs.queue import Queue
from labs.sync.connection import connect
from labs.sync.declare import declare
from labs.sync.producer import Producer
from labs.topology import Topology


def orders_waiting(url: str, names: str) -> str:
    """Declare the queue `orders` and publish one order per letter of `names`; returns the URL again."""
    with connect(url) as connection:
        declare(connection, Topology(queues=(Queue(name="orders"),)))
        producer = Producer(connection, "")
        for name in names:
            producer.publish(Message(body=name.encode()), "orders")
    return url
