"""The exercises of notebook 14: a queue for each receiver, and an office that may go away."""

from __future__ import annotations

from labs.course.checks.office_book import away_and_back
from labs.course.checks.receivers import a_queue_each
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="14.1",
        title="A copy or a share",
        check=a_queue_each,
        hints=(
            "How many queues are there for three receivers with four programs?",
            "Derive the queue's name from receiver, declare it durable, bind it to orders with order.created.",
        ),
    ),
    Exercise(
        id="14.2",
        title="Away, and back",
        check=away_and_back,
        hints=(
            "What must be there for an order while you are not? And when may the broker forget it?",
            "A durable queue, no auto_ack; write, then ack; what is in the book already is only acknowledged.",
            "for delivery, properties, body in channel.consume('order_notifications', inactivity_timeout=1): …",
        ),
    ),
)
