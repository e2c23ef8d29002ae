"""Accidents of the lesson about failures: a hot loop, a line that breaks between two steps, a full dead-letter queue.

Plain pika; the lesson shows them from here. The rule: each declares its queues anew, takes them away afterwards, and
has a deadline for every wait, so a cell may be run twice and may be interrupted. One thread: the caller's.
https://www.rabbitmq.com/docs/dlx#safety
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pika
import pika.exceptions

from labs.broker.faults import Proxy
from labs.course.expect import expect
from labs.course.letters import back_to, fresh, not_now, take
from labs.course.own_channel import own_channel
from labs.course.place import Place

#: How long `bury` waits for the management API's counts, in seconds.
COUNTS_S = 10.0
#: How long after a crash an order may take to come back, in seconds.
BACK_S = 1.0


def requeued(lesson: Place, arguments: Mapping[str, Any], *, seconds: float = 1.0) -> int:
    """Give one order back whenever a quorum queue delivers it; how often it came in so many seconds."""
    out_of_reach = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
    with own_channel(lesson.parameters, prefetch=1) as channel:
        fresh(channel, {"again": out_of_reach | dict(arguments)})
        channel.basic_publish("", "again", "order 43")
        came, ends = 0, time.monotonic() + seconds
        for delivery, _properties, _body in channel.consume("again", inactivity_timeout=0.05):
            if delivery is not None:
                came += 1
                not_now(channel, delivery)
            if time.monotonic() > ends:
                break
        channel.cancel()
        channel.queue_delete("again")
    return came


def broken_after(lesson: Place, first_step: str) -> int:
    """Retry an order in two steps, and break the line after the first: how many orders there are then."""
    with own_channel(lesson.parameters) as channel:
        fresh(channel, {"work": {}, "later": back_to("work") | {"x-message-ttl": 60_000}})
        channel.basic_publish("", "work", "order 42", pika.BasicProperties(message_id="order-42"))
    with Proxy(lesson.broker) as line, expect(pika.exceptions.AMQPConnectionError, quiet=True):
        connection = pika.BlockingConnection(line.broker.parameters(lesson.vhost))
        channel = connection.channel()
        channel.confirm_delivery()
        delivery, properties, body = take(channel, "work")
        if first_step == "publish":
            channel.basic_publish("", "later", body, properties)  # confirmed: the copy is safe
        else:
            channel.basic_ack(delivery.delivery_tag)
            channel.queue_declare("work", passive=True)  # answered: so the ack has arrived, too
        line.cut()
        connection.process_data_events(BACK_S)  # where the second step would be, the line is dead
    with own_channel(lesson.parameters) as channel:
        back = next(channel.consume("work", inactivity_timeout=BACK_S))[0] is not None
        copies = int(back) + int(channel.queue_declare("later", passive=True).method.message_count)
        for queue in ("work", "later"):
            channel.queue_delete(queue)
    return copies


def bury(
    lesson: Place, ways: Mapping[str, Mapping[str, Any]], *, orders: int, room: int = 3
) -> list[list[Any]]:
    """Reject orders in quorum queues, where each dead-letter queue has little room and refuses what is too much.

    For each way: its name, the dead letters that arrived, those that the source still keeps, those that are gone.
    """
    full = {"x-max-length": room, "x-overflow": "reject-publish"}
    with own_channel(lesson.parameters) as channel:
        for way, arguments in ways.items():
            source = back_to(f"{way}: dead") | {"x-queue-type": "quorum"} | dict(arguments)
            fresh(channel, {f"{way}: dead": full, way: source})
            for number in range(orders):
                channel.basic_publish("", way, f"order {number}")
            for _ in range(orders):
                channel.basic_reject(take(channel, way)[0].delivery_tag, requeue=False)
        kept = _kept(lesson, tuple(ways), hoped=orders - room)
        found = {way: int(channel.queue_delete(f"{way}: dead").method.message_count) for way in ways}
        for way in ways:
            channel.queue_delete(way)
    return [[way, found[way], kept[way], orders - found[way] - kept[way]] for way in ways]


def _kept(lesson: Place, queues: Sequence[str], *, hoped: int) -> dict[str, int]:
    """What these queues hold that is neither ready nor in hand, once the API has seen all of it (or 10 s are over)."""
    deadline = time.monotonic() + COUNTS_S
    while True:
        told = {queue["name"]: queue for queue in lesson.management.queues(lesson.vhost)}
        kept = {name: _neither(told.get(name, {})) for name in queues}
        if hoped in kept.values() or time.monotonic() > deadline:
            return kept
        time.sleep(0.1)


def _neither(queue: Mapping[str, Any]) -> int:
    known = [int(queue.get(f"messages{which}", 0)) for which in ("", "_ready", "_unacknowledged")]
    return known[0] - known[1] - known[2]
