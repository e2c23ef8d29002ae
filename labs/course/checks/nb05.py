"""The exercises of notebook 05: one pattern, the maker of keys, everything but."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.checks.key_maker import makes_keys
from labs.course.checks.keys_taken import listed, routed
from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step

WANTED = (
    "order.created.algiers",
    "order.created.algiers.urgent",
    "order.paid.algiers",
    "order.cancelled.algiers.urgent",
    "order.status_updated.algiers",
    "order.status_updated.algiers.night.urgent",
)
UNWANTED = (
    "order.created.oran",
    "order.created.oran.urgent",
    "order.algiers",
    "order.created.Algiers",
    "refund.created.algiers",
)


def one_pattern(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Bind a queue with the pattern that comes back and publish all eleven keys."""
    pattern = probe.run(attempt)
    yield Step(
        ok=isinstance(pattern, str),
        text=f"office_pattern returns one pattern as text (it returned {type(pattern).__name__})",
        hint="One pattern, in quotes, after `return`. A list of patterns would be several bindings.",
    )
    arrived = routed(probe, [pattern], [*WANTED, *UNWANTED])[0]
    missing = [key for key in WANTED if key not in arrived]
    yield Step(
        ok=not missing,
        text=f"all six wanted keys arrive through {pattern!r}" + listed(" (missing: ", missing),
        hint="* takes exactly one word, # any number of words. Wildcards stand for whole words, and "
        "keys are compared letter by letter.",
    )
    extra = [key for key in UNWANTED if key in arrived]
    yield Step(
        ok=not extra,
        text=f"none of the other five arrives through {pattern!r}" + listed(" (arrived: ", extra),
        hint="The pattern is too wide: # also takes no word at all, so use it only where the number of words is open.",
    )


def everything_but(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Let the learner bind the queue, publish keys of all kinds, and count what arrived."""
    with probe.channel() as channel:
        channel.exchange_declare("orders", exchange_type="topic", durable=True)
        channel.queue_declare("support", durable=True)
    probe.run(attempt)
    yield Step(
        ok=bool(probe.bindings("orders", "support")),
        text="the queue support is bound to the exchange orders",
        hint="channel.queue_bind('support', 'orders', routing_key=…)",
    )
    wanted = [
        f"order.{kind}{rest}"
        for kind in ("status_updated", "cancelled", "refunded")
        for rest in ("", ".algiers", ".oran.urgent")
    ]
    unwanted = [
        "order.created",
        "order.created.algiers",
        "order.created.oran.urgent",
        "refund.created",
        "order",
    ]
    with probe.channel() as channel:
        channel.confirm_delivery()
        for key in [*wanted, *unwanted]:
            channel.basic_publish("orders", key, key.encode())
    found = probe.bodies("support")
    extra = sorted({key for key in found if key in unwanted})
    yield Step(
        ok=not extra,
        text="nothing unwanted arrives" + listed(" (arrived: ", extra),
        hint="A binding that is open in the second word takes created as well. Name the kinds you want.",
    )
    missing = [key for key in wanted if key not in found]
    yield Step(
        ok=not missing,
        text="everything wanted arrives" + listed(" (missing: ", missing),
        hint="* is exactly one word. New words may follow, or none: that is what # is for.",
    )
    yield Step(
        ok=len(found) == len(wanted),
        text=f"each message arrives once ({len(found)} messages for {len(wanted)} keys)",
        hint="One queue gets one copy however many bindings fit. Is there a second way into the queue?",
    )


EXERCISES = (
    Exercise(
        id="5.1",
        title="One pattern",
        check=one_pattern,
        hints=(
            "Go word by word: which words are the same in all six keys, and at which place?",
            "The first word is order, the third is algiers; the second is any one word; anything may follow.",
        ),
    ),
    Exercise(
        id="5.2",
        title="Make the key",
        check=makes_keys,
        hints=(
            "order.*.* is exactly three words: whatever the customer chose must become one word.",
            "where.lower().replace('.', '').replace(' ', '_') makes one word of it; add .urgent only if it is urgent.",
        ),
    ),
    Exercise(
        id="5.3",
        title="Everything but",
        check=everything_but,
        hints=(
            "No pattern says not. But a queue may have as many bindings as you like.",
            "Three bindings, one for each wanted kind, each open at the end: order.cancelled.#",
        ),
    ),
)
