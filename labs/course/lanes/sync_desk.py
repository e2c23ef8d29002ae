"""One order comes to the desk and is worked on."""

from __future__ import annotations

from labs.message import Delivery, Message
from labs.outcome import Ack, Outcome
from labs.queue import Queue
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import declare
from labs.sync.producer import Producer
from labs.topology import Topology

ORDER = Message.from_json({"order": 42, "dzd": 329_000}, message_id="order-42", type="order.created")


def work(_: Delivery) -> Outcome:
    """What is to be done for an order: the same in both lanes."""
    return Ack()


def one_order(url: str) -> int:
    """Declare, publish, consume; how many were settled."""
    with connect(url) as connection:
        declare(connection, Topology(queues=(Queue(name="desk"),)))
        Producer(connection, "").publish(ORDER, "desk")
        return Consumer(connection, "desk", prefetch=5).run(work, idle_s=0.5)
