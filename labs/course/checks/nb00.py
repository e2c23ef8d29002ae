"""The exercises of notebook 00: leave five messages, take two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step

WANTED = ["o1", "o2", "o3", "o4", "o5"]


def leaves_five(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """`first_orders` must hold o1…o5, in order and nothing else; looked at, and given back."""
    probe.run(attempt)
    queues = [queue["name"] for queue in probe.management.queues(probe.vhost)]
    yield Step(
        ok="first_orders" in queues,
        text=f"there is a queue first_orders (the broker has: {', '.join(sorted(queues)) or 'none'})",
        hint="Declare it: a message sent to a queue that does not exist is dropped, and nobody says so.",
    )
    # what was published without a confirm may still be on its way: give it two seconds
    probe.eventually(lambda: probe.depth("first_orders") == len(WANTED), within_s=2)
    found = probe.bodies("first_orders")
    yield Step(
        ok=bool(found),
        text=f"first_orders holds messages (found {len(found)})",
        hint="With the exchange '' the routing key must be the queue's name, to the letter. "
        "And whoever takes messages out must put them back.",
    )
    yield Step(
        ok=len(found) == len(WANTED),
        text=f"it holds exactly 5 (found {len(found)})",
        hint="One publish makes one message. Count how often your loop runs.",
    )
    yield Step(
        ok=sorted(found) == WANTED,
        text=f"their bodies are o1 … o5 (found {', '.join(found)})",
        hint="range(5) counts 0 to 4. The body is what you send, byte for byte.",
    )
    yield Step(
        ok=found == WANTED,
        text=f"in this order (found {', '.join(found)})",
        hint="A queue keeps the order of arrival: publish o1 first.",
    )


def takes_two(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Five wait; the attempt returns the first two as text and they are gone for good, the other three stay."""
    with probe.channel() as channel:
        channel.queue_declare("first_orders", durable=True)
        channel.confirm_delivery()
        for body in WANTED:
            channel.basic_publish("", "first_orders", body.encode())
    answer = probe.run(attempt)
    yield Step(
        ok=isinstance(answer, list | tuple),
        text=f"take_two returns a list (it returned {type(answer).__name__})",
        hint="End the function with `return` and a list of the two bodies.",
    )
    words = [item.decode(errors="replace") if isinstance(item, bytes) else str(item) for item in answer]
    yield Step(
        ok=words == WANTED[:2],
        text=f"the list is o1, o2 (it is {', '.join(words) or 'empty'})",
        hint="basic_get returns three things: delivery, properties and body. The body is bytes.",
    )
    probe.eventually(lambda: probe.depth("first_orders") == 3, within_s=2)
    left = probe.bodies("first_orders")
    yield Step(
        ok=left == WANTED[2:],
        text=f"the queue still holds o3, o4, o5 (it holds {', '.join(left) or 'nothing'})",
        hint="A message that is taken but not acknowledged comes back when its channel closes. "
        "Acknowledge the two you took, and only those.",
    )


EXERCISES = (
    Exercise(
        id="0.1",
        title="Leave five messages",
        check=leaves_five,
        hints=(
            "Two calls are enough: channel.queue_declare and, five times, channel.basic_publish.",
            "Publish with exchange='' and routing_key='first_orders': the queue's name is the key.",
        ),
    ),
    Exercise(
        id="0.2",
        title="Take two, leave three",
        check=takes_two,
        hints=(
            "channel.basic_get('first_orders') takes one message, or says None when there is none.",
            "Either acknowledge each with channel.basic_ack(delivery.delivery_tag), or take it with auto_ack=True.",
        ),
    ),
)
