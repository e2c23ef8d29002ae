"""Exercise 5.2: the learner's function makes keys, and four consumers must get what they are bound for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.checks.keys_taken import routed
from labs.course.probe import Probe
from labs.course.verdict import Step

#: What, where and urgency that the shop has, and the key's second half that the check expects.
EVENTS = (
    ("created", "Algiers", False),
    ("created", "Sidi Bel Abbes", True),
    ("status_updated", "Bordj B. Arreridj", False),
    ("status_updated", "Algiers", True),
)
#: Each consumer's pattern, and which of EVENTS it must get, by their place.
CONSUMERS = (
    ("order.created.#", {0, 1}),
    ("order.*.algiers.#", {0, 3}),
    ("order.*.*", {0, 2}),
    ("order.*.*.urgent", {1, 3}),
)


def makes_keys(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Ask for the key of each event, publish with it, and look into the consumers' queues."""
    keys = [probe.run(attempt, *event) for event in EVENTS]
    for event, key in zip(EVENTS, keys, strict=True):
        yield Step(
            ok=isinstance(key, str) and 0 < len(key.encode()) <= 255,
            text=f"key_for{event} is a key (it is {key!r})",
            hint="A routing key is text of at most 255 bytes. Did the function return it?",
        )
    yield Step(
        ok=len(set(keys)) == len(keys),
        text=f"different events have different keys ({', '.join(keys)})",
        hint="The kind, the place and the urgency all belong into the key.",
    )
    found = routed(probe, [pattern for pattern, _ in CONSUMERS], keys)
    for (pattern, places), arrived in zip(CONSUMERS, found, strict=True):
        wanted = sorted(keys[place] for place in places)
        yield Step(
            ok=sorted(arrived) == wanted,
            text=f"{pattern} gets {', '.join(wanted)} (it got {', '.join(sorted(arrived)) or 'nothing'})",
            hint="Count the words: whatever the customer chose must become one word in small letters, without "
            "dots or spaces; and `urgent` is one more word, there only if it is urgent.",
        )
    yield Step(
        ok=not any(" " in key for key in keys),
        text="no key has a space in it",
        hint="A space is allowed, but nobody sees it in a log. Write sidi_bel_abbes.",
    )
