"""Exercise 16.1: a channel of one's own, and where each order is after its answer: gone, delayed or parked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.awaited import awaited
from labs.course.checks.phones import CASES, LADDER, LATER, LOT, QUEUE, QUIET, SOON, Phones
from labs.course.probe import Probe
from labs.course.verdict import Step
from labs.message import Delivery
from labs.orders.domain.event import ORDER_CREATED, ORDER_STATUS_UPDATED
from labs.orders.topology import EVENTS, topology
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.retry import ATTEMPT
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import declare

#: How long one call of the handler may take when it is a coroutine, in seconds.
HANDLE_S = 5.0


def has_a_channel(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt, publish orders, read its queue with its handler, and ask the broker where each one is."""
    phones = Phones()
    with connect(probe.url) as connection:
        declare(connection, topology(()))
    handle = probe.run(attempt, phones.send)
    queue = probe.queue(QUEUE)
    yield Step(
        ok=bool(queue and queue["durable"]),
        text=f"there is a durable queue {QUEUE}",
        hint=f'channel.queue_declare("{QUEUE}", durable=True): it must survive a restart, and your connection.',
    )
    yield Step(
        ok=callable(handle),
        text=f"add_push returns the handler (it returned {type(handle).__name__})",
        hint="Define a function inside, def handle(delivery): …, and return it without calling it.",
    )
    _publish(probe)
    found = [properties.message_id for _, properties, _ in probe.messages(QUEUE)]
    wanted = [f"order-{number}" for number in (QUIET, *(case[0] for case in CASES))]
    yield Step(
        ok=found == wanted,
        text=f"it hears of each new order, once, and of nothing else ({', '.join(map(str, found)) or 'of nothing'})",
        hint="One queue_bind to the exchange orders, with the key order.created.",
    )
    troubles = _read(probe, handle)
    yield Step(
        ok=not troubles,
        text="the handler returns an outcome for each delivery"
        + "".join(f"; {each}" for each in troubles[:1]),
        hint="Ack(), Retry() or Dead(reason=…) from labs.outcome, for every answer, and for none. "
        "The channel was for the declarations: by now it is closed.",
    )
    yield from _places(probe)
    yield Step(
        ok=QUIET not in phones.asked,
        text="nobody was woken for order 41, which is not urgent",
        hint='The key does not say it; the event does: delivery.message.json()["data"]["urgent"]. Ack() what is not.',
    )
    yield Step(
        ok=sorted(map(str, phones.asked)) == [str(case[0]) for case in CASES],
        text=f"each urgent order was sent once ({', '.join(map(str, phones.asked)) or 'none'})",
        hint="One call of send for one delivery, with the event's data. The next attempt comes from the broker.",
    )


def _publish(probe: Probe) -> None:
    numbers = (QUIET, *(case[0] for case in CASES))
    news = [(ORDER_CREATED, number) for number in numbers] + [(ORDER_STATUS_UPDATED, 42)]
    with probe.channel() as channel:
        channel.confirm_delivery()
        for name, number in news:
            data = {"orderId": number, "customerName": "Ahmed", "urgent": number != QUIET}
            body = json.dumps({"id": f"{name}-{number}", "type": name, "data": data})
            properties = pika.BasicProperties(message_id=f"order-{number}", delivery_mode=2)
            channel.basic_publish(EVENTS.name, name, body, properties)


def _read(probe: Probe, handle: Callable[..., Any]) -> list[str]:
    """Let the handler read the queue; what went wrong in it, in words. Whatever it says instead is acked."""
    troubles: list[str] = []
    seen: list[Delivery] = []

    def outcome(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        try:
            said = awaited(handle(delivery), within_s=HANDLE_S)
        except Exception as error:  # noqa: BLE001 - whatever it is, the learner gets to read it
            said = f"{type(error).__name__}: {error}"
        if isinstance(said, Ack | Retry | Dead):
            return said
        troubles.append(f"for {delivery.message.message_id} it was {said!r}")
        return Ack()

    def your_handler(_: Any) -> None:
        with connect(probe.url) as connection:
            declare(connection, LADDER.topology)
            Consumer(connection, QUEUE, prefetch=10, ladder=LADDER).run(
                outcome,
                until=lambda: len(seen) > len(CASES),  # those, and the quiet one
            )

    probe.run(your_handler)
    return troubles


def _places(probe: Probe) -> Iterator[Step]:
    """Where each order is, and how many attempts its message says that it has had."""
    where: dict[str, tuple[str, object]] = {}
    for queue in (QUEUE, SOON, LATER, LOT):
        for _, properties, _ in probe.messages(queue):
            where[properties.message_id] = queue, (properties.headers or {}).get(ATTEMPT)
    for number, answer, wanted, hint in CASES:
        place, attempts = where.get(f"order-{number}", (None, None))
        heard = f"heard {answer.status}" if answer else "got no answer"
        yield Step(
            ok=place == wanted,
            text=f"order {number} {heard}: it is {_in_words(wanted)} (it is {_in_words(place)})",
            hint=hint,
        )
        if wanted is not None:
            yield Step(
                ok=attempts == 1,
                text=f"its header {ATTEMPT} says 1 (it says {attempts})",
                hint="The course's consumer writes it, when your handler returns an outcome and publishes nothing.",
            )


def _in_words(queue: str | None) -> str:
    return f"in {queue}" if queue else "done and gone"
