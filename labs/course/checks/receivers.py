"""Exercise 14.1: a queue for each receiver, however many programs it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.probe import Probe
from labs.course.verdict import Step

OFFICE = "order_notifications"
#: The programs that start, by their receiver.
PROGRAMS = ("billing", "billing", "archive")
WANTED = [f"order {number}" for number in range(42, 48)]
#: What else is published; nobody asked for it.
OTHERS = ("order.status_updated", "order.cancelled", "payment.processed")


def a_queue_each(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Start the programs, let them go, publish, and see what waits for whom."""
    _prepare(probe)
    names = [probe.run(attempt, receiver) for receiver in PROGRAMS]
    for receiver, name in zip(PROGRAMS, names, strict=True):
        yield Step(
            ok=isinstance(name, str) and bool(name),
            text=f"{receiver} is told the name of a queue (it was told {name!r})",
            hint="Return the queue's name: without it the program does not know from where to consume.",
        )
    billing, again, archive = names
    yield Step(
        ok=OFFICE not in names,
        text="nobody consumes from the office's queue",
        hint="Whoever consumes from a queue takes its messages away from the others there: the office would miss them.",
    )
    yield Step(
        ok=billing == again,
        text=f"both programs of billing consume from one queue ({billing}, {again})",
        hint="With a queue each, each program gets every order, and billing would send two bills. "
        "The name must depend on the receiver, not on the program.",
    )
    yield Step(
        ok=archive != billing,
        text=f"archive has a queue of its own ({archive})",
        hint="On one queue billing and archive share the orders, and each of them gets a part. A copy needs a queue.",
    )
    for name in (billing, archive):
        yield from _stays(probe, name)
    _publish(probe)
    for name in (billing, archive, OFFICE):
        yield from _has_each_once(probe, name)


def _prepare(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.exchange_declare("orders", exchange_type="topic", durable=True)
        channel.queue_declare(OFFICE, durable=True)
        channel.queue_bind(OFFICE, "orders", "order.created")


def _publish(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.confirm_delivery()
        for body in WANTED:
            channel.basic_publish(
                "orders", "order.created", body.encode(), pika.BasicProperties(delivery_mode=2)
            )
        for key in OTHERS:
            channel.basic_publish("orders", key, key.encode())


def _stays(probe: Probe, name: str) -> Iterator[Step]:
    queue = probe.queue(name)
    yield Step(
        ok=queue is not None,
        text=f"{name} is still there when its programs are gone",
        hint="Is it declared? An exclusive queue goes with the connection that declared it, an auto-delete one with "
        "its last consumer, one that expires by itself; and all that waits goes with it.",
    )
    assert queue is not None
    lasting = (
        queue["durable"] and not queue.get("auto_delete") and "x-expires" not in queue.get("arguments", {})
    )
    yield Step(
        ok=bool(lasting),
        text=f"{name} is durable, and stays without a consumer",
        hint="durable=True, and neither auto_delete nor x-expires: what comes while nobody is there must wait.",
    )


def _has_each_once(probe: Probe, name: str) -> Iterator[Step]:
    bodies = probe.bodies(name)
    orders = [body for body in bodies if body in WANTED]
    found = f"it holds {len(orders)} of {len(WANTED)}" if orders else "it holds none"
    yield Step(
        ok=set(orders) == set(WANTED),
        text=f"every order waits in {name} ({found})",
        hint="A queue hears only what it is bound for: queue_bind to orders, with order.created, for each receiver. "
        "A limit or a time to live takes away what waits.",
    )
    yield Step(
        ok=len(orders) == len(WANTED),
        text=f"each of them once in {name} ({len(orders)} messages)",
        hint="An order that comes by the queue's binding need not be published again.",
    )
    others = ", ".join(sorted({body for body in bodies if body not in WANTED}))
    yield Step(
        ok=not others,
        text=f"nothing else waits in {name} (found: {others or 'nothing'})",
        hint="A new order has the key order.created; order.* and # take more.",
    )
