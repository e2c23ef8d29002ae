"""Publishing with a clock, and pika's asynchronous connection as a lesson uses it.

The rates are an answer to one question: how much does it cost to wait for each confirm? So the message is small,
the queue takes everything, and nothing else runs. https://www.rabbitmq.com/docs/publishers
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pika
from pika.channel import Channel

from labs.course.own_channel import own_channel
from labs.message import Message
from labs.sync.window import ConfirmWindow

#: What a wait for the broker may take, in seconds.
PATIENCE_S = 10.0
#: The best of so many runs counts: anything else that goes on can only make one slower.
TRIES = 2


def talk(parameters: pika.ConnectionParameters, opened: Callable[[Channel], None]) -> None:
    """Connect, call `opened(channel)`, and run pika's loop until the connection is closed, 10 s at most."""
    connection = pika.SelectConnection(
        parameters,
        on_open_callback=lambda connection: connection.channel(on_open_callback=opened),
        on_close_callback=lambda connection, _why: connection.ioloop.stop(),
    )
    connection.ioloop.call_later(PATIENCE_S, connection.ioloop.stop)
    connection.ioloop.start()


def rate(url: str, queue: str, size: int, *, batches: bool, seconds: float) -> int:
    """Orders per second with `size` under way; in batches, all are answered before the next one goes."""
    sent = 0
    with ConfirmWindow(url, "", size=size) as window:
        started = time.perf_counter()
        while time.perf_counter() < started + seconds:
            window.publish(Message(body=b"an order"), queue)
            sent += 1
            if batches and sent % size == 0:
                window.flush(PATIENCE_S)
        window.flush(PATIENCE_S)
        return round(sent / (time.perf_counter() - started))


def rates(url: str, queue: str, sizes: Sequence[int], *, seconds: float) -> dict[str, dict[int, int]]:
    """Both ways, for each size; every run publishes for so many seconds."""

    def best(size: int, *, batches: bool) -> int:
        return max(rate(url, queue, size, batches=batches, seconds=seconds) for _ in range(TRIES))

    return {
        way: {size: best(size, batches=batches) for size in sizes}
        for way, batches in (("in batches", True), ("asynchronous", False))
    }


def visits(url: str, connections: int, orders: int) -> float:
    """Seconds for so many connections, one after the other, each with so many confirmed orders; the best of two."""

    def once() -> float:
        started = time.perf_counter()
        for _ in range(connections):
            with own_channel(pika.URLParameters(url)) as channel:
                channel.confirm_delivery()
                for _ in range(orders):
                    channel.basic_publish("", "orders", b"an order", mandatory=True)
        return time.perf_counter() - started

    return min(once() for _ in range(TRIES))
