"""The check of exercise 2.2: a net below an exchange that is already in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.checks.routing_steps import bodies, empty, exchange_is, listed, publish, queue_is_ready
from labs.course.probe import Probe
from labs.course.verdict import Step

#: Two keys that order.* wants, and three that nobody wants.
EVENTS = ("order.created", "order.status_updated", "payment.failed.twice", "invoice", "")


def lose_nothing(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """What nobody wants lands in order_unrouted, once, and only as long as nobody wants it."""
    with probe.channel() as channel:
        channel.exchange_declare("shop.events", exchange_type="topic", durable=True)
        channel.queue_declare("order_notifications", durable=True)
        channel.queue_bind("order_notifications", "shop.events", routing_key="order.*")
        channel.confirm_delivery()
        channel.basic_publish("shop.events", "order.created", b"waiting")
    probe.run(attempt)
    yield from exchange_is(probe, "shop.events", "topic")
    yield Step(
        ok=(probe.exchange("shop.events") or {}).get("durable") is True,
        text="shop.events is durable, as before",
        hint="Declare it again with durable=True, or it is gone after the next restart of the broker.",
    )
    waiting = bodies(probe, "order_notifications")
    yield Step(
        ok=waiting == ["waiting"],
        text=f"order_notifications still holds its one message (found {len(waiting)})",
        hint="Deleting an exchange leaves queues and their messages alone. Leave the queue as it is.",
    )
    yield Step(
        ok=[way["routing_key"] for way in probe.bindings("shop.events", "order_notifications")]
        == ["order.*"],
        text="order_notifications is bound to shop.events with order.* and nothing else",
        hint="When an exchange is deleted its bindings go with it. Bind the queue again, as it was.",
    )
    yield from queue_is_ready(probe, "order_unrouted")
    empty(probe, "order_notifications")
    yield from publish(
        probe,
        "shop.events",
        [(key, None) for key in EVENTS],
        mandatory=True,
        hint="No binding wants this key, and no alternate exchange took it. shop.events must name one "
        "(arguments={'alternate-exchange': …}), it must exist, and its own binding must take every key.",
    )
    for queue, places in (("order_notifications", [1, 2]), ("order_unrouted", [3, 4, 5])):
        found = [int(body) for body in bodies(probe, queue)]
        wrong = [f"{EVENTS[n - 1]!r} {'came' if n in found else 'is missing'}" for n in {*found} ^ {*places}]
        yield Step(
            ok=found == places,
            text=f"{queue} gets {len(places)} of five messages (found {len(found)}{listed(sorted(wrong))})",
            hint="A binding with # copies everything. An alternate exchange gets only what no binding wants.",
        )
    with probe.channel() as channel:
        channel.queue_declare("invoices", durable=True)
        channel.queue_bind("invoices", "shop.events", routing_key="invoice.#")
    empty(probe, "order_unrouted")
    yield from publish(probe, "shop.events", [("invoice", None)], mandatory=True)
    yield Step(
        ok=probe.depth("invoices") == 1 and probe.depth("order_unrouted") == 0,
        text=f"what a new queue wants is no longer unrouted (found {probe.depth('order_unrouted')} there)",
        hint="order_unrouted is bound to shop.events itself, by keys known in advance. Only an alternate "
        "exchange knows what nobody wants today.",
    )
