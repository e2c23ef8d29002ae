"""A message while a queue has it, and the queue's line of such messages.

Two states, as on a real broker: *ready* (waiting in order) and *unacked* (handed to a consumer, not settled).
The rule: a message that comes back takes its old place, not the last one, and is marked redelivered.
https://www.rabbitmq.com/docs/queues#order · https://www.rabbitmq.com/docs/ttl
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, replace
from operator import attrgetter

from labs.message import Message
from labs.queue import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One copy in one queue. `place` orders the line; `expires_ms` is a moment of the clock, or None."""

    message: Message
    exchange: str
    routing_key: str
    place: int
    expires_ms: int | None
    redelivered: bool = False


class Line:
    """What one declared queue holds."""

    def __init__(self, declared: Queue) -> None:
        self.declared = declared
        self.ready: list[Stored] = []
        self.unacked: list[Stored] = []
        self._places = 0

    def stored(self, message: Message, *, exchange: str, routing_key: str, now_ms: int) -> Stored:
        """The copy that this queue would keep: the shorter of both times to live counts."""
        self._places += 1
        lives = [ms for ms in (message.expiration_ms, self.declared.message_ttl_ms) if ms is not None]
        return Stored(
            message=message,
            exchange=exchange,
            routing_key=routing_key,
            place=self._places,
            expires_ms=now_ms + min(lives) if lives else None,
        )

    @property
    def is_full(self) -> bool:
        """Whether one message more is too many. Only ready messages count (rabbitmq.com/docs/maxlength)."""
        limits = self.declared.max_length, self.declared.max_length_bytes
        return (limits[0] is not None and len(self.ready) >= limits[0]) or (
            limits[1] is not None and sum(len(each.message.body) for each in self.ready) >= limits[1]
        )

    @property
    def due_ms(self) -> int | None:
        """When the message at the *head* expires. A short life behind a long one waits: look at the head only."""
        return self.ready[0].expires_ms if self.ready else None

    def hand_over(self) -> Stored:
        """The oldest ready message becomes unacked."""
        stored = self.ready.pop(0)
        self.unacked.append(stored)
        return stored

    def take_back(self, stored: Stored) -> None:
        """An unacked message becomes ready again, in its old place."""
        self.unacked.remove(stored)
        insort(self.ready, replace(stored, redelivered=True), key=attrgetter("place"))
