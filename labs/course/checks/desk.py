"""The desk of exercise 8.2: it publishes orders with every property, fails as planned and notes what it saw."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pika

from labs.course.probe import Probe

QUEUE, PARKED = "order_notifications", "order_notifications.parked"
#: What the handler says when it fails.
FAULT = "the mail server does not answer"
#: How long a message waits after its first and after its second failure.
STEPS_S = (0.2, 1.5)
#: What a program without faults would see: 43 always fails, 42 comes late and fails once, 41 is fine.
WANTED = ["order 41", "order 43", "order 43", "order 42", "order 42", "order 43"]
#: So often one order may come before the desk is closed.
ENOUGH = 6


class Closed(BaseException):
    """Ends an attempt that would go round for ever; no `except Exception` catches it."""


class Desk:
    """The handler that the attempt is given: it notes what it saw, and fails as planned."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.seen: list[tuple[float, str, Any]] = []

    def __call__(self, properties: Any, body: Any) -> None:
        """What the attempt calls for each delivery; raises when the order fails."""
        text = body.decode() if isinstance(body, bytes) else str(body)
        self.seen.append((time.monotonic(), text, properties))
        times = self.bodies.count(text)
        if self.endless:
            raise Closed(f"{text} came {times} times")
        if text == "order 43" and times == len(STEPS_S):
            publish(self.probe, "order 42")  # while 43 climbs the long step, 42 needs the short one
        if text == "order 43" or (text in ("order 42", "order 44") and times == 1):
            raise RuntimeError(FAULT)

    @property
    def endless(self) -> bool:
        """Whether one order came so often that there is no end in sight."""
        return any(self.bodies.count(body) >= ENOUGH for body in WANTED)

    @property
    def bodies(self) -> list[str]:
        """What came, in order."""
        return [body for _, body, _ in self.seen]

    def gaps(self, wanted: str) -> list[float]:
        """The seconds between the attempts of one order."""
        at = [when for when, body, _ in self.seen if body == wanted]
        return [after - before for before, after in pairwise(at)]


def publish(probe: Probe, body: str) -> None:
    """An order with every property; order 42 has been dead-lettered before, on another shop's broker."""
    death = {
        "queue": "elsewhere",
        "reason": "rejected",
        "count": 7,
        "exchange": "",
        "routing-keys": ["order"],
    }
    headers: dict[str, Any] = {"customer": "Ahmed", "lines": 3}
    if body == "order 42":
        headers["x-death"] = [death]
    with probe.channel() as channel:
        channel.confirm_delivery()
        channel.basic_publish(
            "shop", "order.created", body, pika.BasicProperties(**said(body), headers=headers)
        )


def said(body: str) -> dict[str, Any]:
    """The properties that an order is published with, but for its headers."""
    return {
        "content_type": "text/plain", "content_encoding": "utf-8", "delivery_mode": 2, "priority": 4,
        "correlation_id": "story-1", "reply_to": "answers", "message_id": body.replace(" ", "-"),
        "timestamp": int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), "type": "order.created", "app_id": "shop",
    }  # fmt: skip
