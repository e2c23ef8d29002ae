"""The part of a confirm window that lives on the connection's thread: it publishes, and hears the answers.

The rule: whoever is on another thread only puts a flight into the outbox, under a lock, and wakes this one.
What breaks: a channel that the broker closed takes all that is unanswered along, the guilty and the innocent;
the next channel goes on with what is still in the outbox. https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

import pika
from pika.channel import Channel
from pika.spec import Basic

from labs.errors import ConnectionLost, LabsError
from labs.sync.flights import Flight, Flights
from labs.sync.line import Line, Why
from labs.sync.properties import to_message, to_properties
from labs.sync.translate import translated

#: How often the sender looks whose time is over, in seconds.
TICK_S = 0.1


class Sender:
    """Publishes flights to `exchange`, mandatory. `late` makes the error of one whose time is over."""

    def __init__(self, parameters: pika.ConnectionParameters, exchange: str, late: Why) -> None:
        self._exchange, self._late = exchange, late
        self._outbox: deque[Flight] = deque()
        self._lock = threading.Lock()
        self._flights = Flights(exchange)
        self._channel: Channel | None = None
        self._lost: Why | None = None
        self._line = Line(parameters, self)

    @property
    def blocked(self) -> bool:
        """Whether the broker has stopped reading from us."""
        return self._line.blocked

    @property
    def is_open(self) -> bool:
        """Whether there is a connection still."""
        return self._lost is None

    def start(self) -> None:
        """Connect; raises as `Line.start`."""
        self._line.start()
        self._line.call(self._look)

    def send(self, flight: Flight) -> None:
        """Publish it soon. Raises why, when the connection is gone. From any thread."""
        with self._lock:
            if self._lost is not None:
                raise self._lost()
            self._outbox.append(flight)
            if len(self._outbox) == 1:  # else the thread has been woken already, or has no channel yet
                self._line.call(self._publish)

    def stop(self) -> None:
        """Hang up, and end every flight that is left. From any thread."""
        self._line.stop()
        self.on_lost(_closed)

    def _publish(self) -> None:
        while (channel := self._channel) is not None and channel.is_open:
            with self._lock:
                if not self._outbox:
                    return
                flight = self._outbox.popleft()
            try:
                with translated():
                    properties = to_properties(flight.message)
                    channel.basic_publish(
                        self._exchange, flight.key, flight.message.body, properties, mandatory=True
                    )
            except LabsError as error:  # pika could not write it, so the broker will not count it
                flight.end(error)
            else:
                self._flights.sent(flight)

    def _look(self) -> None:
        """Give up those whose time is over, now and every tenth of a second."""
        now = time.monotonic()
        self._flights.expire(now, self._late)
        with self._lock:
            late = []
            while self._outbox and self._outbox[0].until <= now:
                late.append(self._outbox.popleft())
        for flight in late:  # not under the lock: whoever is told may publish again at once
            flight.end(self._late())
        self._line.later(TICK_S, self._look)

    def on_channel(self, channel: Channel) -> None:
        """Go on with what waits."""
        self._channel = channel
        self._publish()

    def on_return(self, _: Channel, method: Basic.Return, properties: Any, body: bytes) -> None:
        """Note to whom it belongs; its confirm comes next."""
        self._flights.came_back(method.routing_key or "", to_message(properties, body))

    def on_answer(self, frame: Any) -> None:
        """`basic.ack` or `basic.nack`, for one publish or for all up to it."""
        answer = frame.method
        stored = isinstance(answer, Basic.Ack)
        self._flights.answered(answer.delivery_tag, multiple=bool(answer.multiple), stored=stored)

    def on_channel_lost(self, why: Why) -> None:
        """Nothing that is unanswered will be answered any more."""
        self._channel = None
        self._flights.fail(why)

    def on_lost(self, why: Why) -> None:
        """Nor will anything else."""
        with self._lock:
            if self._lost is None:
                self._lost = why
            left = list(self._outbox)
            self._outbox.clear()
        self.on_channel_lost(why)
        for flight in left:
            flight.end(why())


def _closed() -> LabsError:
    return ConnectionLost("This window is closed.")
