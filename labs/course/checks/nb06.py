"""The exercises of notebook 06: what became of each, two thousand with a fault, and a batch across the town."""

from __future__ import annotations

from labs.course.checks.answered import knows_each
from labs.course.checks.far_batch import sends_far
from labs.course.checks.none_missing import none_missing
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="6.1",
        title="What became of each",
        check=knows_each,
        hints=(
            "Three outcomes, and two exceptions: which outcome raises nothing?",
            "Confirms on the channel, mandatory=True on each publish, and the message_id in BasicProperties.",
            "pika.exceptions.UnroutableError is a return; pika.exceptions.NackError is a refusal.",
        ),
    ),
    Exercise(
        id="6.2",
        title="Two thousand, none missing",
        check=none_missing,
        hints=(
            "When may you forget an order: when basic_publish was called, or when it was confirmed?",
            "What failed with the connection is unknown: again, with the same message_id, on connect().",
            "for order in orders: a loop around try/except AMQPError that ends when basic_publish has returned.",
        ),
    ),
    Exercise(
        id="6.3",
        title="A batch across the town",
        check=sends_far,
        hints=(
            "Hand all of them over before you wait for the first answer: ConfirmWindow, section 3.",
            "window.publish gives a future for each order: keep them with their ids, and ask them afterwards.",
            "future.exception(10) is None for what is stored, and an error for the others.",
        ),
    ),
)
