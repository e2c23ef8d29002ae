"""What happens to the ten orders of exercise 18.1: the events of each, in the order in which they arrive."""

from __future__ import annotations

import json

import pika

from labs.course.probe import Probe

CREATED, FAILED = "order.created", "payment.failed"
#: Order → what happens to it, in this order. The number behind the type makes another event of it.
STORIES = {
    42: (CREATED,),
    43: (CREATED, FAILED),
    44: (CREATED, FAILED, FAILED),
    45: (FAILED, CREATED),
    46: (CREATED, CREATED),
    47: (CREATED, FAILED, FAILED + " 2"),
    48: (FAILED, CREATED, FAILED + " 2"),
    49: (CREATED, FAILED, CREATED),
    50: (CREATED,),
    51: (CREATED, CREATED, CREATED),
}
#: How many pieces an order wants: all different, so that a sum tells which order is wrong.
PIECES = {order: 2 ** (place // 2) for place, order in enumerate(STORIES)}
LIVE = {order for order, story in STORIES.items() if set(story) == {CREATED}}
EARLY = sorted(order for order, story in STORIES.items() if story[0] == FAILED)


def product(order: int) -> str:
    """Even orders are iPhones."""
    return "Galaxy S25" if order % 2 else "iPhone 15 Pro"


def fill(probe: Probe, queue: str) -> None:
    """Publish all stories, mixed: the first event of each order, then the second of each, and so on."""
    with probe.channel() as channel:
        channel.queue_declare(queue, durable=True)
        channel.confirm_delivery()
        for step in range(max(map(len, STORIES.values()))):
            for order, story in STORIES.items():
                if step < len(story):
                    name = story[step].split()[0]
                    event = {"id": f"{order} {story[step]}", "type": name, "orderId": order}
                    event |= {"product": product(order), "quantity": PIECES[order]}
                    properties = pika.BasicProperties(delivery_mode=2, message_id=str(event["id"]))
                    channel.basic_publish("", queue, json.dumps(event).encode(), properties)
