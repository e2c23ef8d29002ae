"""The exercises of notebook 20: a relay that survives every cut, and the part that did it."""

from __future__ import annotations

from labs.course.checks.relaying import survives_every_cut
from labs.course.checks.suspects import names_the_part
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="20.1",
        title="Killed after every call",
        check=survives_every_cut,
        hints=(
            "Say for each pair of calls what the next life finds if this one ends between them.",
            (
                "Claim; for each event publish with confirms and mandatory, and only then mark it. "
                "UnroutableError is about one event: leave it unmarked and go on with the next."
            ),
            (
                "to_message(event).body; BasicProperties(message_id=event.id, delivery_mode=2); "
                "outbox.mark_sent(claim.token, [event.id])."
            ),
        ),
    ),
    Exercise(
        id="20.2",
        title="Who was it?",
        check=names_the_part,
        hints=(
            "Follow each order on its way: orders, outbox, tap, order_notifications, inbox, feed. Where does it stop?",
            (
                "Not one row in outbox: intake. Marked and never in tap: relay. "
                "In tap, in no queue any more, and not once in feed: reader."
            ),
            (
                "basic_get until it says None gives the message_ids of a queue; do not acknowledge them. "
                "json.loads(payload)['orderId'] is a feed row's order. A second copy in tap is nobody's fault."
            ),
        ),
    ),
)
