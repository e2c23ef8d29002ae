"""One order comes to the desk and is worked on."""

from __future__ import annotations

from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.aio.declare import declare
from labs.aio.producer import Producer
from labs.message import Delivery, Message
from labs.outcome import Ack, Outcome
from labs.queue import Queue
from labs.topology import Topology

ORDER = Message.from_json({"order": 42, "dzd": 329_000}, message_id="order-42", type="order.created")


def work(_: Delivery) -> Outcome:
    """What is to be done for an order: the same in both lanes."""
    return Ack()


async def one_order(url: str) -> int:
    """Declare, publish, consume; how many were settled."""
    async with await connect(url) as connection:
        await declare(connection, Topology(queues=(Queue(name="desk"),)))
        await Producer(connection, "").publish(ORDER, "desk")
        return await Consumer(connection, "desk", prefetch=5).run(work, idle_s=0.5)
