"""The exercises of notebook 19: one more listener, being the relay, and a watchman for the queues."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from labs.course.checks.watchman import tells_who_is_behind
from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step
from labs.orders.topology import EVENTS, SHORT_FEED, topology
from labs.sync.connection import connect
from labs.sync.declare import declare

#: What lies in the outbox; nobody is bound for the third row's key.
ROWS = tuple(
    {"id": f"e{number}", "key": key, "body": json.dumps({"orderId": 41 + number})}
    for number, key in enumerate(
        ("order.created", "order.status_updated", "refund.created", "order.created"), 1
    )
)


def one_more_listener(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Both queues get order.created, only the dashboard's gets order.status_updated."""
    _declare(probe)
    probe.run(attempt)
    queue = probe.queue("warehouse.orders")
    yield Step(
        ok=queue is not None,
        text="there is a queue warehouse.orders",
        hint="channel.queue_declare makes it; a binding alone makes nothing.",
    )
    yield Step(
        ok=bool(queue and queue["durable"]),
        text="it is durable",
        hint="A queue that is not durable is gone after a restart of the broker, with what was in it.",
    )
    for key in ("order.created", "order.status_updated"):
        _publish(probe, key)
    found = [delivery.routing_key for delivery, _, _ in probe.messages("warehouse.orders")]
    yield Step(
        ok="order.created" in found,
        text=f"it heard of the new order (it holds: {', '.join(found) or 'nothing'})",
        hint="A queue hears only what it is bound for: queue_bind to the exchange orders, with the event's key.",
    )
    yield Step(
        ok=found == ["order.created"],
        text=f"and of nothing else (it holds: {', '.join(found)})",
        hint="order.* and order.# take the status updates, too.",
    )
    kept = [delivery.routing_key for delivery, _, _ in probe.messages(SHORT_FEED.queue)]
    yield Step(
        ok=kept == ["order.created", "order.status_updated"],
        text=f"the dashboard's queue gets both, as before (it holds: {', '.join(kept) or 'nothing'})",
        hint="Leave its queue and its binding alone: each queue gets a copy of its own.",
    )


def is_a_relay(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The ids that come back are those whose messages lie in the queue."""
    _declare(probe)
    answer = probe.run(attempt, [dict(row) for row in ROWS])
    yield Step(
        ok=isinstance(answer, list | tuple),
        text=f"it returns a list of ids (it returned {type(answer).__name__})",
        hint="Collect the ids that may be marked, and return the list.",
    )
    found = probe.messages(SHORT_FEED.queue)
    ids = [properties.message_id for _, properties, _ in found]
    yield Step(
        ok=len(found) == 3,
        text=f"three messages lie in {SHORT_FEED.queue} (found {len(found)})",
        hint="The row that nobody wants must not stop the rows after it, and no row goes twice.",
    )
    yield Step(
        ok=ids == ["e1", "e2", "e4"],
        text=f"their message_ids are e1, e2, e4 (they are {', '.join(map(str, ids))})",
        hint="pika.BasicProperties(message_id=row['id'], …): by it a reader knows a duplicate.",
    )
    yield Step(
        ok=all(properties.delivery_mode == 2 for _, properties, _ in found),
        text="all of them are persistent",
        hint="delivery_mode=2. An event that was marked as sent must survive the broker's restart.",
    )
    yield Step(
        ok=[body for _, _, body in found] == [row["body"] for row in ROWS if row["id"] != "e3"],
        text="their bodies are the rows' bodies",
        hint="The relay carries; it does not rewrite.",
    )
    yield Step(
        ok=list(answer) == ["e1", "e2", "e4"],
        text=f"it returned e1, e2, e4 (it returned {', '.join(map(str, answer)) or 'nothing'})",
        hint="e3 was in no queue: with mandatory=True and confirms, the broker hands it back. Do not mark it.",
    )


def _declare(probe: Probe) -> None:
    with connect(probe.url) as connection:
        declare(connection, topology((SHORT_FEED,)))


def _publish(probe: Probe, key: str) -> None:
    with probe.channel() as channel:
        channel.confirm_delivery()
        channel.basic_publish(EVENTS.name, key, b"{}")


EXERCISES = (
    Exercise(
        id="19.1",
        title="One more listener",
        check=one_more_listener,
        hints=(
            "Two calls, and neither of them concerns the producer.",
            "queue_declare('warehouse.orders', durable=True), then queue_bind it to orders with order.created.",
        ),
    ),
    Exercise(
        id="19.2",
        title="Be the relay",
        check=is_a_relay,
        hints=(
            "Exercise 1.2 had the two words that tell a taken message from a dropped one.",
            "confirm_delivery(), mandatory=True, and for each row: except pika.exceptions.UnroutableError: continue.",
        ),
    ),
    Exercise(
        id="19.3",
        title="The watchman",
        check=tells_who_is_behind,
        hints=(
            "A passive declare answers how many messages wait. What does it do to its channel when there is no queue?",
            (
                "Open a channel for each look: channel.connection.channel(). A 404 closes that one alone, as "
                "pika.exceptions.ChannelClosedByBroker."
            ),
        ),
    ),
)
