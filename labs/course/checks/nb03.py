"""The exercises of notebook 03: what survives a restart, a move to quorum, a queue that forgets."""

from __future__ import annotations

from labs.course.checks.moving import moves_to_quorum
from labs.course.checks.offers import newest_three
from labs.course.checks.surviving import keeps_the_paid
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="3.1",
        title="The five that were paid",
        check=keeps_the_paid,
        hints=(
            "Look at the table of section 1: one row for the paid orders, another for the unpaid, one queue for both.",
            "durable=True for the queue; pika.BasicProperties(delivery_mode=2 if paid else 1) for the messages.",
        ),
    ),
    Exercise(
        id="3.2",
        title="From classic to quorum",
        check=moves_to_quorum,
        hints=(
            "The type is fixed at birth: orders must be deleted. Let its messages wait in a second queue meanwhile.",
            "basic_get from one queue, basic_publish to the other with the same properties, then basic_ack.",
            "Bind the new queue again: channel.queue_bind('orders', 'shop', 'order.*'). Delete the second queue.",
        ),
    ),
    Exercise(
        id="3.3",
        title="Three newest offers",
        check=newest_three,
        hints=(
            "Two arguments of queue_declare: a length limit, and a time to live for messages.",
            "arguments={'x-max-length': 3, 'x-message-ttl': seconds * 1000}; drop-head is the default.",
        ),
    ),
)
