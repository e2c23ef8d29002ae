"""The exercises of notebook 16: a channel of one's own, and the door where webhooks arrive."""

from __future__ import annotations

from labs.course.checks.doorkeeping import keeps_the_door
from labs.course.checks.pushing import has_a_channel
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="16.1",
        title="A channel of your own",
        check=has_a_channel,
        hints=(
            "Two calls for the broker, queue_declare and queue_bind; then a function inside, which is returned.",
            'data = delivery.message.json()["data"]. What is not urgent: Ack(), and no call of send.',
            "2xx: Ack(). 429, 5xx: Retry(after_ms=1000 * answer.retry_after_s). Else Dead(reason=…). OSError: Retry().",
        ),
    ),
    Exercise(
        id="16.2",
        title="Who is at the door?",
        check=keeps_the_door,
        hints=(
            "Verify, publish with a confirm, answer: in this order.",
            "Webhook(secret).verify(body, headers, json_parse=False); catch WebhookVerificationError and ValueError.",
            "confirm_delivery(), then basic_publish to the exchange '' with the key from_shop and mandatory=True.",
        ),
    ),
)
