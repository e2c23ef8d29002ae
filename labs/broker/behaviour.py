"""What this broker *does* in the few cases where documents, versions and packages disagree.

Five questions, asked by doing it in a vhost that exists for a quarter of a second.
The rule: word a lesson by the answer, never by the version number; distributions patch, documents age.
The differences: https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling and
https://www.rabbitmq.com/docs/queues#transient-queues (deprecated, refused by some builds of 4.3).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from labs.broker.management import Management
from labs.broker.vhosts import drop_vhost

#: How often a message is rejected before we say that no limit was met; RabbitMQ 4 has one of 20.
PATIENCE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The answers.

    `default_delivery_limit` is how often a message in a plain quorum queue comes back after a reject
    before the broker takes it away; None when it still came back after 25 times.
    `nack_counts` says whether `basic.nack(requeue)` uses up a delivery limit as `basic.reject` does.
    """

    quorum_queues: bool
    streams: bool
    transient_queues_permitted: bool
    default_delivery_limit: int | None
    nack_counts: bool

    @classmethod
    def probe(cls, management: Management) -> Behaviour:
        """Try it out, in a vhost of our own, deleted afterwards. About a quarter of a second.

        Raises AccessRefused when our user may not create a vhost.
        """
        vhost = f"probe.{secrets.token_hex(4)}"
        management.put_vhost(vhost)
        try:
            with pika.BlockingConnection(management.broker.parameters(vhost)) as connection:
                quorum = _declares(connection, "quorum", {"x-queue-type": "quorum"})
                limited = {"x-queue-type": "quorum", "x-delivery-limit": 1}
                limit = _deliveries(connection.channel(), "quorum", PATIENCE) - 1 if quorum else PATIENCE
                return cls(
                    quorum_queues=quorum,
                    streams=_declares(connection, "stream", {"x-queue-type": "stream"}),
                    default_delivery_limit=limit if limit < PATIENCE - 1 else None,
                    nack_counts=quorum
                    and _declares(connection, "limited", limited)
                    and _deliveries(connection.channel(), "limited", 5, nack=True) < PATIENCE // 5,
                    # Last, because a broker that forbids it closes the whole connection with 541.
                    transient_queues_permitted=_declares(connection, "transient", None, durable=False),
                )
        finally:
            drop_vhost(management, vhost)


def _declares(
    connection: pika.BlockingConnection,
    queue: str,
    arguments: dict[str, object] | None,
    *,
    durable: bool = True,
) -> bool:
    try:
        channel = connection.channel()
        channel.queue_declare(queue, durable=durable, arguments=arguments)
    except AMQPError:
        return False
    channel.close()
    return True


def _deliveries(channel: BlockingChannel, queue: str, most: int, *, nack: bool = False) -> int:
    """How often one message is delivered when each delivery is given back, `most` times at most."""
    channel.confirm_delivery()
    channel.basic_publish("", queue, b"probe")
    for seen in range(most):
        tag = _get(channel, queue)
        if tag is None:
            return seen
        if nack:
            channel.basic_nack(tag, requeue=True)
        else:
            channel.basic_reject(tag, requeue=True)
    return most


def _get(channel: BlockingChannel, queue: str, *, within_s: float = 0.05) -> int | None:
    """The tag of the next delivery; a message that was just given back may be gone for a moment."""
    deadline = time.monotonic() + within_s
    while True:
        method, _, _ = channel.basic_get(queue)
        if method is not None:
            return int(method.delivery_tag)
        if time.monotonic() > deadline:
            return None
