"""Exercise 3.2: the queue `orders` changes its type and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.probe import Probe, Stopped
from labs.course.verdict import Step

WANTED = [f"o{number}" for number in range(1, 11)]
#: RabbitMQ 3 keeps, per channel, of what type a queue was; RabbitMQ 4 asks again.
NEW_CHANNEL = (
    "Publish to the new queue on a new channel, channel.connection.channel(): "
    "RabbitMQ 3 breaks off a channel that has read the old queue of that name."
)


def moves_to_quorum(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Prepare the classic queue with its ten orders and its binding, run the attempt, compare."""
    _prepare(probe)
    try:
        probe.run(attempt)
    except Stopped as stopped:
        if "541" not in stopped.step.text:
            raise
        yield Step(ok=False, text=stopped.step.text, hint=NEW_CHANNEL)
    queue = probe.queue("orders")
    yield Step(
        ok=queue is not None,
        text="there is a queue orders",
        hint="It was deleted and not declared again under its old name.",
    )
    assert queue is not None
    kind = queue.get("type", "classic")
    yield Step(
        ok=kind == "quorum",
        text=f"it is a quorum queue (it is {kind})",
        hint="The type is fixed at birth. Delete the queue, then declare it durable with "
        "arguments={'x-queue-type': 'quorum'}.",
    )
    others = [q["name"] for q in probe.management.queues(probe.vhost) if q["name"] != "orders"]
    # what was published without a confirm may still be on its way: give it two seconds
    probe.eventually(lambda: probe.depth("orders") == len(WANTED), within_s=2)
    messages = probe.messages("orders")
    found = [body for _, _, body in messages]
    yield from _same_orders(found, others)
    yield from _same_properties([properties for _, properties, _ in messages])
    keys = [binding["routing_key"] for binding in probe.bindings("shop", "orders")]
    yield Step(
        ok=keys == ["order.*"],
        text=f"shop sends order.* to orders (its bindings: {', '.join(keys) or 'none'})",
        hint="A queue takes its bindings with it when it is deleted: bind the new one with the same key.",
    )
    yield Step(
        ok=not others,
        text=f"no other queue is left behind (left: {', '.join(others) or 'none'})",
        hint="Delete the queue in which the orders waited. An empty queue nobody reads fills up one day.",
    )


def _prepare(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.exchange_declare("shop", exchange_type="topic", durable=True)
        channel.queue_declare("orders", durable=True)
        channel.queue_bind("orders", "shop", "order.*")
        channel.confirm_delivery()
        for body in WANTED:
            properties = pika.BasicProperties(
                delivery_mode=2, message_id=f"id-{body}", type="order.created", content_type="text/plain"
            )
            channel.basic_publish("shop", "order.created", body, properties)


def _same_orders(found: list[str], others: list[str]) -> Iterator[Step]:
    missing = [body for body in WANTED if body not in found]
    yield Step(
        ok=not missing,
        text=f"the ten orders are in it (missing: {', '.join(missing) or 'none'})",
        hint=f"There is another queue: {', '.join(others)}. Do they wait there?"
        if others
        else f"A queue that is deleted takes its messages with it: let them wait in a second queue. {NEW_CHANNEL}",
    )
    yield Step(
        ok=len(found) == len(WANTED),
        text=f"each of them once ({len(found)} messages for {len(WANTED)} orders)",
        hint="What you take and do not acknowledge comes back when your channel closes; "
        "acknowledge each one after you have published it.",
    )
    yield Step(
        ok=found == WANTED,
        text=f"in the same order ({', '.join(found)})",
        hint="A queue gives in the order it got: take and publish one after the other, from the front.",
    )


def _same_properties(found: list[Any]) -> Iterator[Step]:
    ids = [properties.message_id for properties in found]
    yield Step(
        ok=ids == [f"id-{body}" for body in WANTED] and all(p.type == "order.created" for p in found),
        text=f"their message ids and types are the old ones (the first id is {ids[0]})",
        hint="basic_get gives you the properties beside the body: publish with the same ones.",
    )
    yield Step(
        ok=all(properties.delivery_mode == 2 for properties in found),
        text="they are still persistent",
        hint="Publish with the properties that basic_get gave you; new ones say nothing of persistence.",
    )
