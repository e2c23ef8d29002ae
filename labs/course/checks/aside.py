"""Exercise 7.2: a queue that gives a poison message up after five deliveries, and keeps it in another queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.probe import Probe
from labs.course.verdict import Step

TRIES = 5
#: After so many deliveries nobody waits for an end any more.
PATIENCE = 12
POISON, GOOD = "poison", ("order 1", "order 2", "order 3")


def gives_up(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Let the attempt declare; then reject the poison again and again, and look where it ends."""
    probe.run(attempt)
    queue = probe.queue("orders")
    yield Step(
        ok=queue is not None,
        text="there is a queue orders",
        hint="channel.queue_declare('orders', durable=True, arguments={…}).",
    )
    met, acked = _meet(probe)
    yield Step(
        ok=met < PATIENCE,
        text=f"the broker gives the poison up (rejected {met} times{'' if met < PATIENCE else ', no end'})",
        hint="A classic queue gives it back for ever. "
        "A quorum queue counts, if you say x-delivery-limit; its default differs from version to version.",
    )
    yield Step(
        ok=sorted(acked) == sorted(GOOD),
        text=f"the three good orders were delivered once each ({len(acked)} deliveries)",
        hint="Only what is rejected may leave for another queue.",
    )
    yield Step(
        ok=met == TRIES,
        text=f"it was delivered {TRIES} times (delivered {met} times)",
        hint="The limit counts how often it may come back: the first delivery is not one of them.",
    )
    parked = probe.eventually(lambda: probe.depth("orders.parked"), within_s=2)
    missing = "there is no such queue" if parked is None else f"it holds {parked}"
    yield Step(
        ok=parked == 1,
        text=f"the poison waits in orders.parked ({missing})",
        hint="Without a dead-letter exchange the broker drops it. x-dead-letter-exchange makes neither queue nor "
        "binding: declare orders.parked, and with the exchange '' give x-dead-letter-routing-key, its name.",
    )
    [(_, properties, body)] = probe.messages("orders.parked")
    deaths = (properties.headers or {}).get("x-death") or [{}]
    reason = str(deaths[0].get("reason", "no x-death"))
    yield Step(
        ok=body == POISON and reason == "delivery_limit",
        text=f"the broker says why: {reason}",
        hint="Let the queue's own limit do it.",
    )


def _meet(probe: Probe) -> tuple[int, list[str]]:
    """How often the poison came, and the good orders that were acknowledged."""
    met, acked = 0, []
    with probe.channel(prefetch=1) as channel:
        channel.confirm_delivery()
        for body in (POISON, *GOOD):
            channel.basic_publish("", "orders", body.encode())
        for delivery, _properties, body in channel.consume("orders", inactivity_timeout=0.5):
            if delivery is None:
                break
            if body.decode() == POISON:
                met += 1
                channel.basic_reject(delivery.delivery_tag, requeue=met < PATIENCE)
            else:
                acked.append(body.decode())
                channel.basic_ack(delivery.delivery_tag)
        channel.cancel()
    return met, acked
