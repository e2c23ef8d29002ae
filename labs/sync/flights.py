"""What is on its way to the broker and not answered yet: which answer belongs to which message.

Confirms carry the number of the publish on its channel, and may say "all up to here" (`multiple`). A returned
message carries no number. It comes *before* its own confirm, and returns come in the order of the publishes, so
the message it belongs to is the next one like it, in every property and byte.
The rule: one thread. What breaks: a `basic.ack` alone says nothing about routing; it follows a return as well.
https://www.rabbitmq.com/docs/confirms#when-publishes-are-confirmed
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from labs.brief import brief
from labs.errors import LabsError, Nacked
from labs.message import Message
from labs.refusal import returned


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConfirmed:
    """A message that the broker has not taken responsibility for, as far as we know."""

    message: Message
    routing_key: str
    error: BaseException

    __repr__ = brief


@dataclass(slots=True, kw_only=True, eq=False)
class Flight:
    """One publish. `until` is the moment, on the monotonic clock, when we stop waiting for its confirm."""

    message: Message
    key: str
    until: float
    future: Future[None] = field(default_factory=Future)
    returned: LabsError | None = None

    def __post_init__(self) -> None:
        self.future.set_running_or_notify_cancel()  # it cannot be called back, so it cannot be cancelled

    def end(self, error: LabsError | None = None) -> None:
        """Tell the publisher what became of it; only the first answer counts."""
        if self.future.done():
            return
        if error is None:
            self.future.set_result(None)
        else:
            self.future.set_exception(error)


class Flights:
    """The publishes of one channel in confirm mode, in order; the first has number 1."""

    def __init__(self, exchange: str) -> None:
        self._exchange = exchange
        self._last = self._last_returned = 0
        self._open: OrderedDict[int, Flight] = OrderedDict()
        self._waiting: deque[Flight] = deque()

    def sent(self, flight: Flight) -> None:
        """It has been handed to the channel."""
        self._last += 1
        self._open[self._last] = flight
        self._waiting.append(flight)

    def came_back(self, key: str, message: Message) -> None:
        """`basic.return`: its confirm is still to come."""
        for number, flight in self._open.items():
            if number > self._last_returned and flight.key == key and flight.message == message:
                self._last_returned, flight.returned = number, returned(self._exchange, key)
                return

    def answered(self, number: int, *, multiple: bool, stored: bool) -> None:
        """`basic.ack` (`stored`) or `basic.nack` for this publish, or for all up to it that are open."""
        if multiple:
            while self._open and next(iter(self._open)) <= number:
                _answer(self._open.popitem(last=False)[1], stored=stored)
        elif (flight := self._open.pop(number, None)) is not None:
            _answer(flight, stored=stored)

    def expire(self, now: float, error: Callable[[], LabsError]) -> None:
        """Give up those whose time is over. Their numbers stay known: an answer may still come."""
        while self._waiting and (self._waiting[0].future.done() or self._waiting[0].until <= now):
            self._waiting.popleft().end(error())

    def fail(self, error: Callable[[], LabsError]) -> None:
        """The channel is gone, and no answer will come. A new channel counts from 1 again."""
        gone, self._open = self._open, OrderedDict()
        self._waiting.clear()
        self._last = self._last_returned = 0
        for flight in gone.values():
            flight.end(error())


def _answer(flight: Flight, *, stored: bool) -> None:
    if stored:
        flight.end(flight.returned)
    else:
        flight.end(Nacked("The broker answered basic.nack: it did not store the message."))
