"""The exercises of notebook 09: a window on a far broker, and a worker that is cancelled at noon."""

from __future__ import annotations

from labs.course.checks.cancelled_work import works_until_cancelled
from labs.course.checks.far_window import sends_all
from labs.course.exercise import Exercise

EXERCISES = (
    Exercise(
        id="9.1",
        title="Two hundred, and five milliseconds",
        check=sends_all,
        hints=(
            "An order that no queue wants: a value, or an error? And what does an error do to its neighbours?",
            "Producer(connection, 'shop') and a ConfirmWindow around it; its ExceptionGroup is expected.",
            "with suppress(ExceptionGroup): async with window: …; then the message_ids in window.failed.",
        ),
    ),
    Exercise(
        id="9.2",
        title="Stopped at noon",
        check=works_until_cancelled,
        hints=(
            "Each line that settles an order: what does it do when handle raises, and when it is cancelled?",
            "labs.aio.Consumer leaves to redelivery what was cancelled; its handler returns Ack() or Retry().",
            "try: await handle(…), except OSError: return Retry(after_ms=100); prefetch=4, drain_s=0.5.",
        ),
    ),
)
