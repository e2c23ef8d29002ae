"""Finer habits of this broker's quorum queues, each tried out when a lesson first asks for it.

`Behaviour` holds what every lesson may need; these four differ between versions, too, and few lessons need them.
The rule is the same: a lesson words its claim by the answer, because packages are patched and documents age.
See https://www.rabbitmq.com/docs/quorum-queues#priorities and #delayed-retry there, and https://www.rabbitmq.com/docs/dlx.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal

import pika
from pika.adapters.blocking_connection import BlockingChannel

from labs.broker.management import Management
from labs.broker.vhosts import drop_vhost

#: A message that was given back is there again in a few milliseconds; one that comes later is being held back.
SOON_S = 0.15
QUORUM = {"x-queue-type": "quorum"}


class Habits:
    """What the broker behind `management` does, found out once per question, in about a tenth of a second.

    Each answer is asked for in a vhost of its own, deleted afterwards.
    Every property raises AccessRefused when our user may not create a vhost.
    """

    def __init__(self, management: Management) -> None:
        self._management = management

    @cached_property
    def requeued_to(self) -> Literal["front", "back"]:
        """Where a message goes that a consumer gives back (`basic.reject` with requeue)."""
        with self._queue() as channel:
            for body in (b"first", b"second"):
                channel.basic_publish("", "probe", body)
            channel.basic_reject(_next(channel)[0], requeue=True)
            return "front" if _next(channel)[2] == b"first" else "back"

    @cached_property
    def counts_x_death_of_clients(self) -> bool:
        """Whether the broker goes on counting in an `x-death` header that a client has published.

        Where it does not, a retry that publishes the message again needs a counter of its own.
        """
        with self._queue({"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}) as channel:
            channel.queue_declare("dead", durable=True)
            channel.basic_publish("", "probe", b"probe")
            channel.basic_reject(_next(channel)[0], requeue=False)
            _, properties, body = _next(channel, "dead")
            channel.basic_publish("", "probe", body, pika.BasicProperties(headers=properties.headers))
            channel.basic_reject(_next(channel)[0], requeue=False)
            deaths = _next(channel, "dead")[1].headers["x-death"]
            return max(int(death["count"]) for death in deaths) > 1

    @cached_property
    def priorities(self) -> Literal["none", "two", "all"]:
        """How a quorum queue serves priorities: in order of arrival, in two classes, or strictly."""
        with self._queue() as channel:
            for priority in (0, 1, 9, 8):
                properties = pika.BasicProperties(priority=priority)
                channel.basic_publish("", "probe", bytes([priority]), properties)
            order = [_next(channel)[2][0] for _ in range(4)]
        return "none" if order == [0, 1, 9, 8] else "all" if order == [9, 8, 1, 0] else "two"

    @cached_property
    def delayed_retry(self) -> bool:
        """Whether a quorum queue with `x-delayed-retry-type` holds a rejected message back for a while.

        Older brokers accept the argument without a word and do nothing.
        """
        delay = {"x-delayed-retry-type": "all", "x-delayed-retry-min": 5000, "x-delayed-retry-max": 5000}
        with self._queue(delay) as channel:
            channel.basic_publish("", "probe", b"probe")
            channel.basic_reject(_next(channel)[0], requeue=True)
            return _find(channel, "probe", within_s=SOON_S) is None

    @contextmanager
    def _queue(self, arguments: Mapping[str, Any] | None = None) -> Iterator[BlockingChannel]:
        """A confirming channel, and the quorum queue `probe` in a vhost that exists for this question alone."""
        vhost = f"probe.{secrets.token_hex(4)}"
        self._management.put_vhost(vhost)
        try:
            with pika.BlockingConnection(self._management.broker.parameters(vhost)) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                channel.queue_declare("probe", durable=True, arguments={**QUORUM, **(arguments or {})})
                yield channel
        finally:
            drop_vhost(self._management, vhost)


def _next(channel: BlockingChannel, queue: str = "probe") -> tuple[int, Any, bytes]:
    """Tag, properties and body of the next message, which is known to come."""
    if (found := _find(channel, queue, within_s=5.0)) is None:
        raise TimeoutError(f"the queue {queue} of a probe stayed empty for 5 seconds")
    return found


def _find(channel: BlockingChannel, queue: str, *, within_s: float) -> tuple[int, Any, bytes] | None:
    deadline = time.monotonic() + within_s
    while True:
        method, properties, body = channel.basic_get(queue)
        if method is not None:
            return int(method.delivery_tag), properties, bytes(body)
        if time.monotonic() > deadline:
            return None
