"""The exercises of notebook 02: three queues, a net below the exchange, labels with types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.checks.netting import lose_nothing
from labs.course.checks.routing_steps import bodies, empty, exchange_is, listed, publish, queue_is_ready
from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step

#: The keys of the ten messages of section 2, in order.
TEN = (
    *("order.created", "order.created", "order.created", "order.status_updated", "order.status_updated"),
    *("order.cancelled", "order.created.gift", "payment.failed", "order", "invoice.paid"),
)
#: Keys that the learner has not seen.
SIX = (
    "order.created.gift.express",
    "order.created",
    "payment.received",
    "payment.card.failed",
    "invoice",
    "",
)
#: Each queue of exercise 2.1: which of TEN and which of SIX it must get, counted from 1, and the hint.
QUEUES = {
    "new_orders": (
        ({1, 2, 3, 7}, {1, 2}),
        "`#` takes any number of words, none included; `*` exactly one. Which words may be missing?",
    ),
    "money": (
        ({8, 10}, {3}),
        "Two first words need two bindings: the queue gets what fits either. `*` is exactly one word.",
    ),
    "audit": (
        (set(range(1, 11)), set(range(1, 7))),
        "One pattern fits every key, however many words it has, even a key without any.",
    ),
}
#: How many bindings a queue of exercise 2.1 may have.
MOST_BINDINGS = 2
#: Exercise 2.3: what a message carries. The first four are urgent orders from Algiers.
LABELS: tuple[dict[str, Any] | None, ...] = (
    {"wilaya": "Algiers", "urgent": True},
    {"wilaya": "Algiers", "urgent": 1},
    {"wilaya": "Algiers", "urgent": True, "app": "web"},
    {"wilaya": "Algiers", "urgent": 1, "app": "phone"},
    {"wilaya": "Algiers", "urgent": False},
    {"wilaya": "Algiers", "urgent": 0},
    {"wilaya": "Algiers", "urgent": "true"},
    {"wilaya": "Algiers"},
    {"wilaya": "Oran", "urgent": True},
    {"wilaya": "Oran", "urgent": 1},
    {"urgent": True},
    None,
)
URGENT = [1, 2, 3, 4]


def three_queues(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Declare and bind; then ten messages, and six more, must arrive where they belong."""
    probe.run(attempt)
    yield from exchange_is(probe, "shop.orders", "topic")
    for queue in QUEUES:
        yield from queue_is_ready(probe, queue)
        ways = probe.bindings(destination=queue)
        yield Step(
            ok=1 <= len(ways) <= MOST_BINDINGS and all(way["source"] == "shop.orders" for way in ways),
            text=f"{queue} has one or two bindings, all from shop.orders (found {len(ways)})",
            hint="channel.queue_bind(queue, 'shop.orders', routing_key=pattern), once or twice a queue.",
        )
    for place, (what, keys) in enumerate((("of the ten", TEN), ("of six other keys", SIX))):
        yield from publish(probe, "shop.orders", [(key, None) for key in keys])
        for queue, (wanted, hint) in QUEUES.items():
            found = {int(body) for body in bodies(probe, queue)}
            wrong = [
                f"{keys[n - 1]!r} {'came' if n in found else 'is missing'}"
                for n in sorted(found ^ wanted[place])
            ]
            yield Step(
                ok=not wrong,
                text=f"{queue} gets {len(wanted[place])} {what} (found {len(found)}{listed(wrong)})",
                hint=hint,
            )
        empty(probe, *QUEUES)


def only_urgent_algiers(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """A dozen labelled messages; four are urgent orders from Algiers."""
    probe.run(attempt)
    yield from exchange_is(probe, "shop.labels", "headers")
    yield from queue_is_ready(probe, "urgent_algiers")
    yield Step(
        ok=bool(probe.bindings("shop.labels")),
        text="a binding leads away from shop.labels",
        hint="channel.queue_bind('urgent_algiers', 'shop.labels', arguments={…}) makes one.",
    )
    yield from publish(probe, "shop.labels", [("order.created", labels) for labels in LABELS])
    found = sorted(int(body) for body in bodies(probe, "urgent_algiers"))
    extra = [str(LABELS[n - 1] or "no headers") for n in found if n not in URGENT]
    yield Step(
        ok=not extra,
        text=f"nothing arrives that should not (found {len(extra)}{listed(extra)})",
        hint="Ask for both labels, with x-match=all, and for their values: an argument that is None "
        "only asks whether the header is there, and names that begin with x- are skipped.",
    )
    missing = [str(LABELS[n - 1]) for n in URGENT if n not in found]
    yield Step(
        ok=not missing,
        text=f"all four urgent orders from Algiers arrive (missing {len(missing)}{listed(missing)})",
        hint="True, 1 and 'true' are three different values, and one binding asks for one value. "
        "Two bindings to the same queue mean or.",
    )


EXERCISES = (
    Exercise(
        id="2.1",
        title="Three queues, one topic exchange",
        check=three_queues,
        hints=(
            "`*` is exactly one word; `#` is any number of words, and none is a number too.",
            "A queue may have two bindings: it gets a message when either of them fits.",
            "The patterns are order.created.#, payment.* and invoice.*, and # alone.",
        ),
    ),
    Exercise(
        id="2.2",
        title="Lose nothing, and leave the publisher alone",
        check=lose_nothing,
        hints=(
            "An exchange's arguments are fixed at birth: delete it and declare it again. Queues do not mind.",
            "When an exchange goes, its bindings go with it: bind order_notifications again.",
            "The net must take every key: a fanout exchange with order_unrouted bound to it.",
        ),
    ),
    Exercise(
        id="2.3",
        title="Only urgent orders from Algiers",
        check=only_urgent_algiers,
        hints=(
            "To the broker True, 1 and 'true' are three different values.",
            "Inside one binding, all means and. Two bindings to one queue mean or: still one copy.",
        ),
    ),
)
