"""The exercises of notebook 15: both rows or neither, a claim that ends, and the broker that is away."""

from __future__ import annotations

from labs.course.checks.away import outlives_the_broker
from labs.course.checks.both_rows import both_or_neither
from labs.course.checks.leasing import leases
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="15.1",
        title="Both rows, or neither",
        check=both_or_neither,
        hints=(
            "Two inserts and one commit, and a rollback when either of the two fails.",
            "with db: does all three, and lets the error through to whoever called you.",
        ),
    ),
    Exercise(
        id="15.2",
        title="A claim that ends",
        check=leases,
        hints=(
            "A row is free when it is unsent, and nobody holds it: claimed_until is NULL, or not after now.",
            "Choose and take in one statement: UPDATE … WHERE seq IN (SELECT … ORDER BY seq LIMIT ?).",
            "UPDATE tells how many it took, not which: make claimed_by unique to this call, and read those back.",
        ),
    ),
    Exercise(
        id="15.3",
        title="The broker is away",
        check=outlives_the_broker,
        hints=(
            "Two loops, one after the other: the first takes orders and knows no broker; the second is the relay.",
            "The relay: unsent rows, connect(), publish with confirms, mark; on AMQPError wait and look again.",
            "except pika.exceptions.AMQPError: time.sleep(0.2), around connect() and all that follows it.",
        ),
    ),
)
