"""The exercises of notebook 18: a compensation that is safe to repeat, and a read model that is safe to rebuild."""

from __future__ import annotations

from labs.course.checks.compensating import gives_back_once
from labs.course.checks.projecting import counts_the_newest
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="18.1",
        title="Given back, once",
        check=gives_back_once,
        hints=(
            "Who remembers how an order stands? Its row in reservations, and a state never goes back.",
            (
                "order.created: INSERT … 'reserved' … ON CONFLICT DO NOTHING; only if rowcount is 1, the pieces. "
                "payment.failed: UPDATE … SET state = 'released' WHERE order_id = ? AND state = 'reserved'; "
                "only if rowcount is 1, the pieces back."
            ),
            (
                "When payment.failed finds no row at all, it inserts one: 'released'. "
                "Row and stock in one with db:, and the ack after it."
            ),
        ),
    ),
    Exercise(
        id="18.2",
        title="Orders per wilaya",
        check=counts_the_newest,
        hints=(
            "Of two versions of an order, the higher one holds, whichever comes first.",
            (
                "INSERT INTO order_view VALUES (?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE SET version = "
                "excluded.version, … WHERE excluded.version > order_view.version."
            ),
        ),
    ),
)
