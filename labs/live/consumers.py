"""Who takes messages from which queue, with a name for each.

The trace names connection, channel and queue of a delivery; the broker's list of consumers (or its news) says
who that is. A delivery that nobody subscribed to was a `basic.get`: it is drawn as the queue's consumer `get`.
The rule: a consumer is there from the moment we know of it, with or without messages; one that has left is kept
for a blink, in case it comes straight back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from labs.drawing.graph import Badge, Edge, Node, consumer_id, edge, queue_id
from labs.live.names import consumer_name
from labs.live.subscriber import Line, Subscriber

#: How long, in ms, a consumer that left is still drawn, and one that only ever asked (`basic.get`).
BLINK_MS, LINGER_MS = 1_500.0, 30_000.0
GET = "get"
_WAITS = Badge(mark="waits", text="waits behind the single active consumer")

Key = tuple[str, int, str, str]


@dataclass(slots=True)
class Attendee:
    """A subscriber with its name; `left` is when it went."""

    name: str
    who: Subscriber
    left: float | None = None

    @property
    def id(self) -> str:
        """Its node."""
        return consumer_id(self.who.queue, self.name)


def key_of(who: Subscriber) -> Key:
    """What makes a subscriber one and the same."""
    return (*who.line, who.tag)


class Consumers:
    """Grows by `joins` and `got`, shrinks by `leaves` and `forget`."""

    def __init__(self) -> None:
        self._there: dict[Key, Attendee] = {}
        self._by_line: dict[Line, Attendee] = {}
        self._got: dict[str, float] = {}

    def of_line(self, line: Line) -> Attendee | None:
        """Who gets the deliveries on this channel from this queue, if anybody subscribed there."""
        return self._by_line.get(line)

    def of_queue(self, queue: str) -> list[Attendee]:
        """Those who are subscribed to this queue now."""
        return [one for one in self._there.values() if one.who.queue == queue and one.left is None]

    def subscribed(self) -> list[Attendee]:
        """Everybody who is there now."""
        return [one for one in self._there.values() if one.left is None]

    def joins(self, who: Subscriber, called: str | None) -> bool:
        """Note a subscriber; True if that changes the picture."""
        known = self._there.get(key_of(who))
        if known is not None:
            changed = known.who != who or known.left is not None
            known.who, known.left = who, None
            return changed
        others = [one for one in self._there.values() if one.who.queue == who.queue]
        name = consumer_name(who, called, {one.name for one in others if one.left is None} | {GET})
        for one in others:  # it takes the place of the one of that name which has just left
            if one.name == name:
                self._drop(one)
        self._there[key_of(who)] = self._by_line[who.line] = Attendee(name, who)
        return True

    def leaves(self, key: Key, now: float) -> None:
        """Note that this one is gone. It is drawn a little longer."""
        if (one := self._there.get(key)) is not None and one.left is None:
            one.left = now

    def got(self, queue: str, at: float) -> bool:
        """Note a `basic.get`; True if it is this queue's first in the picture."""
        new = queue not in self._got
        self._got[queue] = at
        return new

    def has_getter(self, queue: str) -> bool:
        """Whether somebody takes from this queue by `basic.get`: then nobody has it to himself."""
        return queue in self._got

    def forget(self, now: float) -> bool:
        """Drop those whose time is over; True if anybody was."""
        over = [one for one in self._there.values() if one.left is not None and now - one.left > BLINK_MS]
        silent = [queue for queue, last in self._got.items() if now - last > LINGER_MS]
        for one in over:
            self._drop(one)
        for queue in silent:
            del self._got[queue]
        return bool(over or silent)

    def _drop(self, one: Attendee) -> None:
        del self._there[key_of(one.who)]
        if self._by_line.get(one.who.line) is one:
            del self._by_line[one.who.line]

    def nodes(self) -> Iterator[Node]:
        """One for each consumer, and one for each queue's `basic.get`."""
        for one in sorted(self._there.values(), key=lambda one: one.id):
            who = one.who
            yield Node(
                id=one.id,
                kind="consumer",
                name=one.name,
                prefetch=who.prefetch,
                auto_ack=who.auto_ack,
                badges=() if who.active else (_WAITS,),
            )
        for queue in sorted(self._got):
            yield Node(id=consumer_id(queue, GET), kind="consumer", name=GET)

    def edges(self) -> Iterator[Edge]:
        """From each queue to those who take from it."""
        targets = [(one.who.queue, one.id) for one in self._there.values()]
        targets += [(queue, consumer_id(queue, GET)) for queue in self._got]
        for queue, target in sorted(set(targets)):
            yield edge("consume", queue_id(queue), target)
