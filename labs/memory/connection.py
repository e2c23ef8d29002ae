"""Connections and channels of the broker in memory: who has which delivery, and what closing gives back.

The rule is the real broker's: settle once, on the channel that delivered. A second time is 406
PRECONDITION_FAILED, which closes the channel and returns everything else that it had in hand.
https://www.rabbitmq.com/docs/channels · https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

from collections import deque
from typing import Self

from labs.errors import ConnectionLost, PreconditionFailed
from labs.memory.broker import Broker
from labs.memory.stored import Stored
from labs.message import Delivery


class Connection:
    """A line to the broker: `with Connection(broker) as connection:`. Closing it closes its channels."""

    def __init__(self, broker: Broker, *, name: str = "labs") -> None:
        self.broker = broker
        self.name = name
        self.is_open = True
        self._channels: list[Channel] = []

    def channel(self) -> Channel:
        """A new channel. Raises `ConnectionLost` when the connection is gone."""
        if not self.is_open:
            raise ConnectionLost("The connection to the broker broke.")
        channel = Channel(self)
        self._channels.append(channel)
        return channel

    def close(self) -> None:
        """Hang up, or play a line that is cut: to the broker it is the same. What was unsettled goes back."""
        self.is_open = False
        for channel in self._channels:
            channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Connection({self.name!r}, {'open' if self.is_open else 'closed'})"


class Channel:
    """Receives into `arrived` while it consumes; settles by delivery tag."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.broker = connection.broker
        self.is_open = True
        self.arrived: deque[Delivery] = deque()
        self._unsettled: dict[int, tuple[str, Stored]] = {}
        self._tags = 0
        self._consuming: str | None = None
        self._prefetch = 0

    @property
    def held(self) -> int:
        """How many deliveries are unsettled."""
        return len(self._unsettled)

    def consume(self, queue: str, *, prefetch: int) -> None:
        """Let the broker push from `queue`, at most `prefetch` unsettled at a time. Raises `NotFound`."""
        self._check()
        self.broker.line(queue)
        self._consuming, self._prefetch = queue, prefetch
        self.broker.on_ready.append(self.fill)
        self.fill()

    def cancel(self) -> None:
        """No more deliveries; those that came stay unsettled."""
        self._consuming = None
        if self.fill in self.broker.on_ready:
            self.broker.on_ready.remove(self.fill)

    def fill(self) -> None:
        """Receive what the broker may push now."""
        while self._consuming and self.held < self._prefetch and self.broker.lines[self._consuming].ready:
            stored = self.broker.lines[self._consuming].hand_over()
            self._tags += 1
            self._unsettled[self._tags] = (self._consuming, stored)
            self.arrived.append(
                Delivery(
                    message=stored.message,
                    exchange=stored.exchange,
                    routing_key=stored.routing_key,
                    redelivered=stored.redelivered,
                    delivery_tag=self._tags,
                    consumer_tag=f"memory-{id(self):x}",
                )
            )

    def ack(self, delivery: Delivery) -> None:
        """Done: the broker forgets the message."""
        queue, stored = self._settled(delivery)
        self.broker.lines[queue].unacked.remove(stored)
        self.fill()

    def reject(self, delivery: Delivery, *, requeue: bool) -> None:
        """Back to its place in the queue, or (without `requeue`) to the queue's dead-letter exchange."""
        queue, stored = self._settled(delivery)
        if requeue:
            self.broker.lines[queue].take_back(stored)
        else:
            self.broker.lines[queue].unacked.remove(stored)
            self.broker.dead_letter(queue, stored, "rejected")
        self._tell()

    def close(self) -> None:
        """Everything unsettled goes back, marked redelivered. Safe to call twice."""
        self.cancel()
        self.is_open = False
        unsettled, self._unsettled = self._unsettled, {}
        for queue, stored in unsettled.values():
            self.broker.lines[queue].take_back(stored)
        self.arrived.clear()
        self._tell()

    def _settled(self, delivery: Delivery) -> tuple[str, Stored]:
        self._check()
        if delivery.delivery_tag not in self._unsettled:
            self.close()
            unknown = f"unknown delivery tag {delivery.delivery_tag}"
            raise PreconditionFailed(f"The broker answered 406 PRECONDITION_FAILED: {unknown}.")
        return self._unsettled.pop(delivery.delivery_tag)

    def _check(self) -> None:
        if not (self.is_open and self.connection.is_open):
            raise ConnectionLost("This channel, or its connection, was closed earlier.")

    def _tell(self) -> None:
        """Somebody may have room for what became ready. Round robin: who was first goes to the end."""
        for tell in list(self.broker.on_ready):
            tell()
