"""Small moves of the lesson about failures: queues made anew, the next message with a deadline, three answers.

Each is a line or two of plain pika that would stand in every cell. The rule: an experiment begins with queues that
it has just declared, so a cell may be run twice. One thread: the channel's own.
https://www.rabbitmq.com/docs/dlx
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from labs.course.own_channel import own_channel
from labs.course.place import Place
from labs.errors import WaitTimeout
from labs.live.hidden import is_ours

#: How long `take` waits for a message, and how long it rests between two looks, in seconds.
TAKE_S, LOOK_S = 10.0, 0.005


def fresh(channel: Any, queues: Mapping[str, Mapping[str, Any]]) -> None:
    """Delete these queues, with what is in them, and declare them durable, each with its arguments."""
    for queue, arguments in queues.items():
        channel.queue_delete(queue)
        channel.queue_declare(queue, durable=True, arguments=dict(arguments))


def sweep(lesson: Place) -> None:
    """Delete every queue and exchange that earlier sections have left in this lesson's virtual host."""
    with own_channel(lesson.parameters) as channel:
        for queue in lesson.management.queues(lesson.vhost):
            if not is_ours(queue["name"]):
                channel.queue_delete(queue["name"])
        for exchange in lesson.management.exchanges(lesson.vhost):
            if exchange["name"] and not exchange["name"].startswith("amq."):
                channel.exchange_delete(exchange["name"])


def wait_until_listed(lesson: Place, *names: str) -> None:
    """Wait until the management API knows these connections by name; it may take seconds, and 10 s at most."""
    deadline = time.monotonic() + TAKE_S
    while time.monotonic() < deadline:
        listed = lesson.management.connections(lesson.vhost)
        if set(names) <= {one.get("client_properties", {}).get("connection_name") for one in listed}:
            return
        time.sleep(0.1)


def back_to(queue: str) -> dict[str, Any]:
    """The arguments of a queue whose dead letters go to `queue`: the default exchange knows every queue by name."""
    return {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue}


def done(channel: Any, delivery: Any, *_: Any) -> None:
    """A consumer that has done its work: the broker may forget the message."""
    channel.basic_ack(delivery.delivery_tag)


def never(channel: Any, delivery: Any, *_: Any) -> None:
    """A consumer that refuses for good: to the dead-letter exchange, if there is one."""
    channel.basic_reject(delivery.delivery_tag, requeue=False)


def not_now(channel: Any, delivery: Any, *_: Any) -> None:
    """A consumer that gives everything back: it comes again at once."""
    channel.basic_reject(delivery.delivery_tag, requeue=True)


def into(found: list[Any]) -> Callable[..., None]:
    """A consumer that only notes the properties of what comes; consume with `auto_ack`."""
    return lambda _channel, _delivery, properties, _body: found.append(properties)


def take(channel: Any, queue: str) -> tuple[Any, Any, bytes]:
    """The next message of `queue`: delivery, properties, body. Raises WaitTimeout when none comes within 10 s."""
    deadline = time.monotonic() + TAKE_S
    while (got := channel.basic_get(queue))[0] is None:
        if time.monotonic() > deadline:
            raise WaitTimeout(awaited=f"a message in {queue}", seen="none")
        time.sleep(LOOK_S)
    delivery, properties, body = got
    return delivery, properties, body
