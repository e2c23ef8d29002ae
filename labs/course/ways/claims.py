"""Three small trials for promises that are made about brokers: retries, and how much a shop can take.

The rates are compared with each other and never with a number: both are of this machine, now, with customers, order
service and broker on the same cores. https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import httpx

from labs.course import sending
from labs.course.looking import Looking
from labs.course.own_channel import own_channel
from labs.course.ways.order_service import OrderService

#: How many customers order at the same time, and for how long each rate is taken, in seconds.
CUSTOMERS, SPAN_S = 8, 0.4
#: What else the machine does can only make a rate lower, so the best of so many counts.
TRIES = 3
#: How long they wait for each other before they begin, in seconds.
PATIENCE_S = 20.0


def comes_again(lesson: Looking, *, rejected: bool) -> bool:
    """Whether an order comes again after its consumer has rejected it; or, not `rejected`, has gone without a word."""
    with own_channel(lesson.parameters) as channel:
        channel.queue_delete("again")
        channel.queue_declare("again", durable=True)
        channel.confirm_delivery()
        channel.basic_publish("", "again", b"order 42")
    with own_channel(lesson.parameters) as channel:
        delivery, _properties, _body = channel.basic_get("again")
        if rejected:
            channel.basic_reject(delivery.delivery_tag, requeue=False)
            channel.basic_publish("", "again", b"after it")
            lesson.wait_for("the broker to have seen both", lambda: lesson.depth("again"))
    with own_channel(lesson.parameters) as channel:  # the consumer is gone, and the queue's next message is…
        body = next(iter(channel.consume("again", auto_ack=True, inactivity_timeout=10)))[2]
    return bool(body == b"order 42")


def orders_per_second(folder: Path) -> float:
    """How many orders the order service stores when it has nobody to tell, and many customers at once."""
    numbers, everybody = count(1), Barrier(CUSTOMERS)

    def customer(url: str) -> int:
        placed = 0
        with httpx.Client(base_url=url) as client:
            everybody.wait(PATIENCE_S)
            until = time.monotonic() + SPAN_S
            while time.monotonic() < until:
                client.post("/", json={"orderId": next(numbers), "customerName": "Ahmed"}).raise_for_status()
                placed += 1
        return placed

    shutil.rmtree(folder, ignore_errors=True)
    with OrderService(folder, lambda _order: None) as service, ThreadPoolExecutor(CUSTOMERS) as customers:
        return sum(customers.map(customer, [service.url] * CUSTOMERS)) / SPAN_S


def messages_per_second(lesson: Looking) -> float:
    """How many confirmed messages one producer hands to the broker with a window of 200."""
    with own_channel(lesson.parameters) as channel:
        channel.queue_declare("again", durable=True)
    return sending.rate(lesson.url, "again", 200, batches=False, seconds=SPAN_S)


def times_ahead(lesson: Looking, folder: Path) -> float:
    """How many times more messages RabbitMQ takes than the order service stores orders, at the best of each."""
    rates = [(messages_per_second(lesson), orders_per_second(folder)) for _ in range(TRIES)]
    return max(messages for messages, _ in rates) / max(orders for _, orders in rates)
