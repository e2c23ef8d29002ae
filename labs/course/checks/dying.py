"""Exercise 8.1: four messages in the queue of the dead, and four different reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.probe import Probe
from labs.course.verdict import Step

DEAD = "order_refused"
#: What makes a message die for each reason.
WAYS = {
    "rejected": "A consumer refuses a delivery for good: basic_reject(tag, requeue=False).",
    "expired": "It waits too long: x-message-ttl of its queue, or its own expiration, and it must get to the head.",
    "maxlen": "Its queue is full: x-max-length, with the overflow drop-head, which is the default.",
    "delivery_limit": "A quorum queue with x-delivery-limit, and basic_reject(tag, requeue=True) once too often.",
}
NOT_THERE = (
    "A dead-letter exchange makes neither a queue nor a binding: declare both, bind them, "
    "and give each source x-dead-letter-exchange. What is read from the queue must not be acknowledged."
)


def four_reasons(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt, wait for four dead letters, read why each of them died, and where."""
    probe.run(attempt)
    yield Step(
        ok=probe.depth(DEAD) is not None, text=f"there is a queue {DEAD}", hint="Declare it, and bind it."
    )
    probe.eventually(lambda: (probe.depth(DEAD) or 0) >= len(WAYS), within_s=4)
    messages = probe.messages(DEAD)
    deaths = [_last_death(properties) for _, properties, _ in messages]
    reasons = [death.get("reason") for death in deaths if death]
    missing = [reason for reason in WAYS if reason not in reasons]
    yield Step(
        ok=bool(messages), text=f"dead letters arrived in {DEAD} ({len(messages)} found)", hint=NOT_THERE
    )
    yield Step(
        ok=all(deaths),
        text=f"each of them has died: it carries x-death ({len(deaths) - len(reasons)} do not)",
        hint="What you publish to the queue yourself is not a dead letter. Let the broker move it.",
    )
    yield Step(
        ok=not missing,
        text=f"the four reasons are there (missing: {', '.join(missing) or 'none'})",
        hint=WAYS[missing[0]] if missing else "",
    )
    yield Step(
        ok=len(messages) == len(WAYS),
        text=f"one message for each reason ({len(messages)} in all)",
        hint="One for each: count what you publish, and what falls out when the queue is full.",
    )
    yield from _really_died(probe, deaths)


def _really_died(probe: Probe, deaths: list[dict[str, Any]]) -> Iterator[Step]:
    """A client may write any header; so each source must exist, and send its dead letters somewhere."""
    for death in deaths:
        name = str(death.get("queue"))
        arguments = (probe.queue(name) or {}).get("arguments", {})
        yield Step(
            ok="x-dead-letter-exchange" in arguments,
            text=f"{death.get('reason')}: it died in a queue with a dead-letter exchange ({name})",
            hint="x-death names a queue that is not there, or that sends its dead letters nowhere. "
            "The broker writes this header; a client that writes it proves nothing.",
        )


def _last_death(properties: Any) -> dict[str, Any]:
    found = (properties.headers or {}).get("x-death")
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
