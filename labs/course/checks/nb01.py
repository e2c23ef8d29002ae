"""The exercises of notebook 01: a message that explains itself, and knowing whether anybody took it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step

ORDER = {"orderId": 42, "customerName": "Ahmed", "totalPrice": 329000}
QUEUE = "order_notifications"


def explains_itself(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """One message in the queue, its body the order as JSON, and the four properties set."""
    with probe.channel() as channel:
        channel.queue_declare(QUEUE, durable=True)
    probe.run(attempt)
    probe.eventually(lambda: probe.depth(QUEUE), within_s=2)
    found = probe.messages(QUEUE)
    yield Step(
        ok=len(found) == 1,
        text=f"one message lies in {QUEUE} (found {len(found)})",
        hint="The default exchange is '', and with it the routing key is the queue's name, to the letter. "
        "Publish once, and leave the queue as it is.",
    )
    _, properties, body = found[0]
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    yield Step(
        ok=data is not None,
        text=f"its body is JSON (it is {body[:60]!r})",
        hint="str(order) is Python, not JSON: it has single quotes. Use json.dumps(order).",
    )
    yield Step(
        ok=data == ORDER,
        text=f"it is the order, no more and no less (it is {json.dumps(data)})",
        hint="Three fields; numbers are numbers, without quotes.",
    )
    for name, wanted, hint in (
        ("content_type", "application/json", "Nobody can guess how to read bytes: say it in content_type."),
        (
            "type",
            "order.created",
            "The property `type` says what happened. The routing key does not travel to every reader.",
        ),
        (
            "message_id",
            "order-42-created",
            "Without an id nobody can tell a second delivery from a second order.",
        ),
        (
            "delivery_mode",
            2,
            "delivery_mode=2 makes it persistent; without it a restart forgets the message.",
        ),
    ):
        value = getattr(properties, name)
        yield Step(ok=value == wanted, text=f"{name} is {wanted!r} (it is {value!r})", hint=hint)


def knows(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Publish to a queue, to nowhere, and to the queue again, on one channel; compare the answers with the count."""
    with probe.channel() as channel:
        channel.queue_declare("here", durable=True)

    def three_times(channel: Any) -> list[Any]:
        return [attempt(channel, key, body) for key, body in (("here", "a"), ("nowhere", "b"), ("here", "c"))]

    three_times.__name__ = getattr(attempt, "__name__", "your function")
    answers = probe.run(three_times)
    yield Step(
        ok=all(isinstance(answer, bool) for answer in answers),
        text=f"it answers True or False each time (it answered {', '.join(map(repr, answers))})",
        hint="basic_publish itself returns None. Return True after it, and False where you catch the error.",
    )
    yield Step(
        ok=answers[0] is True,
        text=f"for a queue that is there it says {answers[0]}",
        hint="Nothing went wrong there: a return that no queue caused must not be reported.",
    )
    yield Step(
        ok=answers[1] is False,
        text=f"for a queue that is not there it says {answers[1]}",
        hint="A confirm alone comes for a dropped message, too. mandatory=True makes the broker hand it back.",
    )
    yield Step(
        ok=answers[2] is True,
        text=f"for the first queue again it says {answers[2]}",
        hint="The channel lives on after a returned message; nothing has to be opened again.",
    )
    found = probe.bodies("here")
    yield Step(
        ok=found == ["a", "c"],
        text=f"the queue holds what was published to it: a, c (it holds {', '.join(found) or 'nothing'})",
        hint="Each call publishes its body once, to the routing key that it was given.",
    )
    queues = [queue["name"] for queue in probe.management.queues(probe.vhost)]
    yield Step(
        ok=queues == ["here"],
        text=f"no queue was made on the way (there are: {', '.join(queues)})",
        hint="Do not declare the missing queue: then every spelling mistake makes a queue that nobody reads.",
    )


EXERCISES = (
    Exercise(
        id="1.1",
        title="A message that explains itself",
        check=explains_itself,
        hints=(
            "Section 3 has all the properties that you need, in one pika.BasicProperties.",
            "json.dumps for the body; content_type, type, message_id and delivery_mode=2 in pika.BasicProperties.",
        ),
    ),
    Exercise(
        id="1.2",
        title="Did anybody take it?",
        check=knows,
        hints=(
            "Two words make the broker tell you; section 5 names them.",
            "confirm_delivery(), mandatory=True, and except pika.exceptions.UnroutableError: return False.",
        ),
    ),
)
