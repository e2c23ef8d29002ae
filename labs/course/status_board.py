"""A board over the packing table that shows an order's status, told by events that do not come in order.

It has a queue and a retry ladder of its own, and stumbles once over `confirmed`, so that this event comes again at the
end of the line. Two ways to decide what stands on the board are kept side by side.
"""

from __future__ import annotations

from typing import Any

from labs.course.place import Place
from labs.message import Delivery
from labs.orders.topology import Reader, topology
from labs.outcome import Ack, Outcome, Retry
from labs.retry import Backoff, attempts
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import declare, delete

BOARD = Reader(name="board", queue="order_board", keys=("order.*",), backoff=Backoff(delays_ms=(300,)))


class StatusBoard:
    """Its queue is declared anew and is empty. One thread: the caller's."""

    def __init__(self, lesson: Place) -> None:
        self._lesson = lesson
        self.shown: list[tuple[int, str, int]] = []
        self.last_word: str | None = None
        self.by_version: tuple[int, str] = (0, "")
        with lesson.connect() as connection:
            delete(connection, topology((BOARD,)) - topology(()))  # the exchanges belong to others, too
            declare(connection, topology((BOARD,)))

    def show(self, delivery: Delivery) -> Outcome:
        """Show the status that this event tells, unless it is the first `confirmed`."""
        about: Any = delivery.message.json()
        status, version = about["data"]["status"], about["data"]["version"]
        if status == "confirmed" and not attempts(delivery.message):
            return Retry(reason="a loose cable")
        self.shown.append((len(self.shown) + 1, status, version))
        self.last_word = status  # whoever speaks last is right
        if version > self.by_version[0]:  # compare and set
            self.by_version = version, status
        return Ack()

    def read(self, events: int) -> None:
        """Read until so many events were shown, or none came for 10 s."""
        with connect(self._lesson.url, name="board") as connection:
            consumer = Consumer(connection, BOARD.queue, prefetch=1, ladder=BOARD.ladder)
            consumer.run(self.show, until=lambda: len(self.shown) >= events, idle_s=10)
