"""The queue `orders` of a check: fill it, count who listens, read what comes out."""

from __future__ import annotations

import contextlib
from typing import Any

import pika.exceptions

from labs.course.probe import Probe


def fill(probe: Probe, count: int) -> None:
    """Make sure that `orders` is there, and put `count` orders into it: order 1, order 2 and so on."""
    with probe.channel() as channel, contextlib.suppress(pika.exceptions.ChannelClosedByBroker):
        channel.queue_declare("orders", durable=True)
        channel.confirm_delivery()
        for body in names(count):
            channel.basic_publish("", "orders", body.encode())


def consumers(probe: Probe) -> int:
    """How many consumers the broker counts at `orders`; none if the queue is gone."""
    with probe.channel() as channel:
        try:
            return int(channel.queue_declare("orders", passive=True).method.consumer_count)
        except pika.exceptions.ChannelClosedByBroker:
            return 0


def waiting(probe: Probe) -> list[str]:
    """The bodies that are ready, in order; as soon as there are any, or after a second."""
    return probe.bodies("orders") if probe.eventually(lambda: probe.depth("orders"), within_s=1) else []


def names(count: int) -> list[str]:
    """The bodies, in order."""
    return [f"order {number}" for number in range(1, count + 1)]


def text(body: Any) -> str:
    """What the learner handed to handle(): bytes as they came, or already text."""
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)
