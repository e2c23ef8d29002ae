"""Exercise 3.1: of ten orders in one queue, the five paid ones survive the broker's death."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pika
import pika.exceptions

from labs.broker.management import Management
from labs.course.probe import Probe, Stopped
from labs.course.verdict import Step
from labs.errors import BrokerUnavailable

#: Number, and whether it is paid.
ORDERS = tuple((number, number % 2 == 0) for number in range(41, 51))
PAID = [str(number) for number, paid in ORDERS if paid]
#: A broker killed within a moment of its own start has been seen to forget a durable queue; so the check waits.
SETTLED_S = 2.0
#: The check's own message: its confirm says that all before it in the queue are on disk, too.
MARK = "the check's own"
DURABLE = "A queue survives if it is durable; this one is transient."


def keeps_the_paid(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """On the second broker: ten orders in the queue, `kill -9`, and then the five paid ones."""
    try:
        node = probe.spare()
    except BrokerUnavailable as missing:
        yield Step(ok=False, text=f"there is a second broker to kill. {missing}", hint=missing.hint)
        return
    for night in (1, 2):
        there = Probe(node.broker, Management(node.broker), "nb03.ex1", spare=probe.spare)
        try:
            there.run(attempt, list(ORDERS))
        except Stopped as stopped:  # 541: newer brokers refuse transient queues
            hint = DURABLE if "541" in stopped.step.text else stopped.step.hint
            yield Step(ok=False, text=stopped.step.text, hint=hint)
        yield from _before(there) if night == 1 else ()
        _confirmed(there)
        time.sleep(SETTLED_S)
        node.kill()
        node.start()
        if _survived(there):
            break  # else the broker forgot a durable queue, which is nobody's wrong answer: a second night
    yield Step(
        ok=_survived(there), text="after kill -9 and a start the queue orders is still there", hint=DURABLE
    )
    left = [body for body in there.bodies("orders") if body != MARK]
    missing_ones = [body for body in PAID if body not in left]
    yield Step(
        ok=not missing_ones,
        text=f"the five paid orders are there (missing: {', '.join(missing_ones) or 'none'})",
        hint="A durable queue comes back, but of its messages only the persistent ones do: delivery_mode=2.",
    )
    extra = [body for body in left if body not in PAID]
    yield Step(
        ok=not extra,
        text=f"the unpaid ones are gone (still there: {', '.join(extra) or 'none'})",
        hint="Persistent messages survive, paid or not. What may go is published with delivery_mode=1.",
    )


def _before(there: Probe) -> Iterator[Step]:
    """What must hold before the plug is pulled, so that only the restart can part paid from unpaid."""
    queue = there.queue("orders")
    yield Step(
        ok=queue is not None,
        text="there is a queue orders when your connection has closed",
        hint="Declare it under exactly this name. An exclusive queue goes with the connection that declared it.",
    )
    assert queue is not None
    kind = queue.get("type", "classic")
    yield Step(
        ok=kind == "classic",
        text=f"it is a classic queue (it is {kind})",
        hint="Quorum queues and streams write every message to disk, whatever its delivery mode says: "
        "the unpaid orders would survive as well.",
    )
    yield Step(ok=bool(queue["durable"]), text="it is durable", hint=DURABLE)
    there.eventually(lambda: there.depth("orders") == len(ORDERS), within_s=2)
    messages = there.messages("orders")
    found = [body for _, _, body in messages]
    yield Step(
        ok=found == [str(number) for number, _ in ORDERS],
        text=f"it holds all ten orders, in the given order (found {', '.join(found) or 'none'})",
        hint="Publish each order once, paid or not, with its number as text for the body: str(number). "
        "It is the restart that parts them, not your function.",
    )
    clocks = {"x-message-ttl", "x-expires"} & set(queue.get("arguments", {}))
    yield Step(
        ok=not clocks and not any(properties.expiration for _, properties, _ in messages),
        text="nothing in it has a time to live",
        hint="A clock removes the unpaid orders whether the broker dies or not. Do without.",
    )


def _survived(there: Probe) -> bool:
    try:
        return there.depth("orders") is not None
    except pika.exceptions.AMQPError:
        return False  # its virtual host is forgotten, too


def _confirmed(there: Probe) -> None:
    """Publish one message more and wait until the broker has it on disk, and so everything before it."""
    with there.channel() as channel:
        channel.confirm_delivery()
        try:
            channel.basic_publish("", "orders", MARK, pika.BasicProperties(delivery_mode=2))
        except pika.exceptions.NackError:
            return  # a length limit of the learner's: the steps above and below say what matters
