"""The exercises of notebook 07: one effect each, poison put aside, long work on a living line."""

from __future__ import annotations

from labs.course.checks.aside import gives_up
from labs.course.checks.long_work import keeps_the_line
from labs.course.checks.once import once_each
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="7.1",
        title="Sixty, once each",
        check=once_each,
        hints=(
            "What makes two deliveries the same event? Who remembers that, also after a crash?",
            (
                "One transaction: INSERT INTO inbox … ON CONFLICT DO NOTHING; if its rowcount is 1, the notification. "
                "The ack comes after the commit, for duplicates too."
            ),
            (
                "with db: commits at its end and rolls back when something raises. If it raises, let it: "
                "without an ack the event comes again."
            ),
        ),
    ),
    Exercise(
        id="7.2",
        title="Five tries, then aside",
        check=gives_up,
        hints=(
            "Which type of queue counts how often a message came back?",
            (
                "x-queue-type, x-delivery-limit, x-dead-letter-exchange, x-dead-letter-routing-key: all four are "
                "arguments of orders. And orders.parked is a queue that somebody must declare."
            ),
            (
                "The default exchange '' reaches a queue by its name. The limit is the number of returns: "
                "one less than the number of deliveries."
            ),
        ),
    ),
    Exercise(
        id="7.3",
        title="Long work, living line",
        check=keeps_the_line,
        hints=(
            "Who answers the heartbeat while handle() runs?",
            (
                "Start a thread for each delivery. It calls handle(body), and then hands the ack over with "
                "channel.connection.add_callback_threadsafe(…)."
            ),
            (
                "channel.consume('orders', inactivity_timeout=0.2) pumps the line while you wait. "
                "Leave it when nothing came and no thread is at work."
            ),
        ),
    ),
)
