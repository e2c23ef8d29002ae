"""The exercises of notebook 05: one pattern, the maker of keys, everything but."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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


def one_pattern(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Bind a queue with the pattern that comes back and publish all eleven keys."""
    pattern = probe.run(attempt)
    yield Step(
        ok=isinstance(pattern, str),
        text=f"office_pattern returns one pattern as text (it returned {type(pattern).__name__})",
        hint="One pattern, in quotes, after `return`. A list of patterns would be several bindings.",
    )
    arrived = _routed(probe, [pattern], [*WANTED, *UNWANTED])[0]
    missing = [key for key in WANTED if key not in arrived]
    yield Step(
        ok=not missing,
        text=f"all six wanted keys arrive through {pattern!r}" + _list(" (missing: ", missing),
        hint="* takes exactly one word, # any number of words. Wildcards stand for whole words, and "
        "keys are compared letter by letter.",
    )
    extra = [key for key in UNWANTED if key in arrived]
    yield Step(
        ok=not extra,
        text=f"none of the other five arrives through {pattern!r}" + _list(" (arrived: ", extra),
        hint="The pattern is too wide: # also takes no word at all, so use it only where the number of words is open.",
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
    routed = _routed(probe, [pattern for pattern, _ in CONSUMERS], keys)
    for (pattern, places), arrived in zip(CONSUMERS, routed, strict=True):
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
    unwanted = ["order.created", "order.created.algiers", "order.created.oran.urgent", "refund.created", "order"]
    with probe.channel() as channel:
        channel.confirm_delivery()
        for key in [*wanted, *unwanted]:
            channel.basic_publish("orders", key, key.encode())
    found = probe.bodies("support")
    extra = sorted({key for key in found if key in unwanted})
    yield Step(
        ok=not extra,
        text="nothing unwanted arrives" + _list(" (arrived: ", extra),
        hint="A binding that is open in the second word takes created as well. Name the kinds you want.",
    )
    missing = [key for key in wanted if key not in found]
    yield Step(
        ok=not missing,
        text="everything wanted arrives" + _list(" (missing: ", missing),
        hint="* is exactly one word. New words may follow, or none: that is what # is for.",
    )
    yield Step(
        ok=len(found) == len(wanted),
        text=f"each message arrives once ({len(found)} messages for {len(wanted)} keys)",
        hint="One queue gets one copy however many bindings fit. Is there a second way into the queue?",
    )


def _routed(probe: Probe, patterns: list[str], keys: list[str]) -> list[list[str]]:
    """For each pattern, the keys that the broker put into a queue bound with it."""
    with probe.channel() as channel:
        channel.confirm_delivery()
        channel.exchange_declare("eleven", exchange_type="topic", durable=True)
        for place, pattern in enumerate(patterns):
            channel.queue_declare(f"eleven.{place}", durable=True)
            channel.queue_bind(f"eleven.{place}", "eleven", routing_key=pattern)
        for key in keys:
            channel.basic_publish("eleven", key, key.encode())
    return [probe.bodies(f"eleven.{place}") for place in range(len(patterns))]


def _list(before: str, items: list[str]) -> str:
    return f"{before}{', '.join(items)})" if items else ""


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
