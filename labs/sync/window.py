"""A confirm window: many publishes on their way at once, and a future for each.

Waiting for every confirm costs a round trip per message, and the broker stores in batches. Here `publish` only
hands the message over; its future ends when the broker has answered. At most `size` may be unanswered, then
`publish` waits: a publisher must not be faster than the broker for long.
The rule: look at every future. What is not confirmed is not promised.
The connection lives on a thread of its own; `publish` may be called from any thread, and futures end on that one.
https://www.rabbitmq.com/docs/publishers#data-safety
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from typing import Self

from labs.errors import ConfirmTimeout, LabsError, PublisherBlocked, WaitTimeout
from labs.limits import short_string, whole_number
from labs.message import Message
from labs.sync.connection import parameters_of
from labs.sync.flights import Flight, NotConfirmed
from labs.sync.sender import TICK_S, Sender

#: The most that a window may hold: both sides keep every one of them in memory.
MOST = 100_000
HEARTBEAT_S = 30
CONNECT_S = 10.0


class ConfirmWindow:
    """Publishes to `exchange`, persistent and mandatory, on a connection of its own, opened when this is made.

    `size`: the most that may be unanswered; 50 to 500 is sensible. `confirm_within_s`: the longest wait for the
    answer to one. Raises as `connect` does. Use it in a `with` block, or call `close()`.
    """

    def __init__(
        self, url: str, exchange: str, *, size: int, confirm_within_s: float = 10.0, name: str = "labs window"
    ) -> None:
        self.exchange = short_string("exchange's name", exchange)
        self.size = whole_number("size of a window", size, least=1, most=MOST)
        self.confirm_within_s = confirm_within_s
        #: How many were confirmed, and which were not: the same that their futures tell.
        self.confirmed = 0
        self.failed: list[NotConfirmed] = []
        self._free, self._count = threading.Semaphore(size), threading.Lock()
        self._unanswered: set[Future[None]] = set()
        parameters = parameters_of(url, name=name, heartbeat_s=HEARTBEAT_S, timeout_s=CONNECT_S)
        parameters.blocked_connection_timeout = confirm_within_s
        self._sender = Sender(parameters, exchange, self._late)
        self._sender.start()

    def publish(self, message: Message, key: str) -> Future[None]:
        """Hand the message over, and return at once while the window is not full.

        The future ends with None when the message is stored, or with `Unroutable`, `NotFound` (no such exchange;
        all that were on their way with it end so), `Nacked`, `PublisherBlocked`, `ConfirmTimeout`, `ConnectionLost`.
        After the last three nobody knows: publish again, with the same `message_id`.
        Raises `ConnectionLost` when there is no connection any more; `PublisherBlocked` or `ConfirmTimeout` when the
        window is still full after `confirm_within_s`. This message was not sent then.
        """
        short_string("routing key", key)
        if not self._free.acquire(timeout=self.confirm_within_s):
            raise self._late()
        flight = Flight(message=message, key=key, until=time.monotonic() + self.confirm_within_s)
        self._unanswered.add(flight.future)
        flight.future.add_done_callback(lambda _: self._over(flight))
        try:
            self._sender.send(flight)
        except LabsError as error:
            flight.end(error)
            raise
        return flight.future

    @property
    def is_open(self) -> bool:
        """Whether `publish` has a connection still; one that is lost stays lost."""
        return self._sender.is_open

    @property
    def in_flight(self) -> int:
        """Published, and not answered yet."""
        return len(self._unanswered)

    def flush(self, within_s: float) -> None:
        """Wait until everything is answered; what the answers are, the futures know. Raises `WaitTimeout`."""
        if missing := wait(list(self._unanswered), timeout=within_s).not_done:
            raise WaitTimeout(awaited="the broker's answers", seen=f"{len(missing)} still missing")

    def close(self, *, flush: bool = True) -> None:
        """Wait for the answers, `confirm_within_s` at most, and hang up. Safe to call twice.

        `flush=False`: hang up at once; what is unanswered ends with `ConnectionLost`.
        """
        if flush:  # what takes longer has ended with ConfirmTimeout by then
            wait(list(self._unanswered), timeout=self.confirm_within_s + 2 * TICK_S)
        self._sender.stop()

    def _over(self, flight: Flight) -> None:
        with self._count:
            self._unanswered.discard(flight.future)
            if (error := flight.future.exception()) is None:
                self.confirmed += 1
            else:
                self.failed.append(NotConfirmed(message=flight.message, routing_key=flight.key, error=error))
        self._free.release()

    def _late(self) -> LabsError:
        if self._sender.blocked:
            return PublisherBlocked(
                "The broker is low on memory or disk, and stopped reading from this connection."
            )
        waited = f"The broker sent no confirm within {self.confirm_within_s:g} s"
        return ConfirmTimeout(f"{waited}; the message may be stored all the same.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(flush=kind is None)

    def __repr__(self) -> str:
        return f"ConfirmWindow(exchange={self.exchange!r}, size={self.size}, in_flight={self.in_flight})"
