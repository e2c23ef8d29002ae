"""The exercises of notebook 17: a page that comes back, and its badge."""

from __future__ import annotations

from labs.course.checks.badge import counts_new_orders
from labs.course.checks.coming_back import comes_back
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="17.1",
        title="Come back",
        check=comes_back,
        hints=(
            "`with client.stream(…) as answer:` closes the line. Only notifications have a line `id: `.",
            "The header Last-Event-ID takes text, int(…) makes a number, and the loop ends when you have `wanted`.",
        ),
    ),
    Exercise(
        id="17.2",
        title="Be the badge",
        check=counts_new_orders,
        hints=(
            "Two conditions on a notification: its event, and its number.",
            "A set of `orderId` of those that are order.created and above `read`; its length is the badge.",
        ),
    ),
)
