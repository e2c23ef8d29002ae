"""A broker in memory: it routes, stores, hands out, takes back, lets expire and dead-letters.

Routing is `labs.explain`'s, which a test holds to a real broker's. Time is the `clock`'s: call
`broker.clock.advance(ms)`, and what falls due meanwhile has happened when you next look.
What breaks if you believe it in everything: it has no network, no disk and no second node, and it answers in
no time. Faults of that kind need a real broker. Use it from one thread.
https://www.rabbitmq.com/tutorials/amqp-concepts
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from labs.errors import AccessRefused, Nacked, NotFound, Unroutable
from labs.exchange import PREDECLARED
from labs.explain import explain
from labs.memory.clock import Clock
from labs.memory.deaths import Reason, died, goes_in_circles
from labs.memory.stored import Line, Stored
from labs.message import Message
from labs.topology import Topology


class Broker:
    """Has what `topology` declares; `declare` adds to it."""

    def __init__(self, topology: Topology | None = None, *, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.topology = Topology()
        self.lines: dict[str, Line] = {}
        #: Called after anything that may have made a message ready: consumers take what they have room for.
        self.on_ready: list[Callable[[], object]] = []
        #: Whether a memory or disk alarm stands; while it does, what is published waits in `held`.
        self.blocked = False
        self.held: list[tuple[str, str, Message]] = []
        self.declare(topology or Topology())

    def declare(self, topology: Topology) -> None:
        """Create what is missing. `InvalidValue` where a name exists already with other properties."""
        self.topology |= topology
        for queue in self.topology.queues:
            self.lines.setdefault(queue.name, Line(queue))

    def publish(self, exchange: str, routing_key: str, message: Message) -> None:
        """Route and store, as a confirmed and mandatory publish.

        Raises `NotFound`, `AccessRefused` (an internal exchange), `Unroutable`, or `Nacked` (a full queue).
        """
        self.settle_time()
        known = {each.name: each for each in (*PREDECLARED, *self.topology.exchanges)}
        if exchange and exchange not in known:
            raise NotFound(f"The broker answered 404 NOT_FOUND: no exchange {exchange!r}.", reply_text="")
        if exchange and known[exchange].internal:
            raise AccessRefused(f"The broker answered 403: exchange {exchange!r} is internal.")
        if not (queues := explain(self.topology, exchange, routing_key, message.headers).queues):
            sentence = f"No binding leads from exchange {exchange!r} to a queue for the key {routing_key!r}."
            raise Unroutable(sentence, exchange=exchange, routing_key=routing_key)
        # One queue that refuses is enough for a nack; the others keep their copy all the same.
        stored = [self._store(queue, exchange, routing_key, message, self.clock.now_ms) for queue in queues]
        self._ready()
        if not all(stored):
            raise Nacked("The broker answered basic.nack: a full queue rejects what is published.")

    def count(self, queue: str) -> int:
        """How many messages are ready in this queue. Raises `NotFound`."""
        return len(self.line(queue).ready)

    def unacked(self, queue: str) -> int:
        """How many messages of this queue are with a consumer, not settled. Raises `NotFound`."""
        return len(self.line(queue).unacked)

    def block(self) -> None:
        """Raise an alarm: publishers wait, consumers go on."""
        self.blocked = True

    def unblock(self) -> None:
        """The alarm is over: what publishers had sent meanwhile is read now."""
        self.blocked = False
        held, self.held = self.held, []
        for exchange, routing_key, message in held:
            with suppress(
                NotFound, AccessRefused, Unroutable, Nacked
            ):  # nobody waits for the answer any more
                self.publish(exchange, routing_key, message)

    def line(self, queue: str) -> Line:
        """What the queue holds now. Raises `NotFound`."""
        self.settle_time()
        if queue not in self.lines:
            raise NotFound(f"The broker answered 404 NOT_FOUND: no queue {queue!r}.", reply_text="")
        return self.lines[queue]

    def dead_letter(self, queue: str, stored: Stored, reason: Reason, *, at_ms: int | None = None) -> None:
        """Where a message goes that this queue gives up: nowhere, unless the queue says."""
        declared = self.lines[queue].declared
        if declared.dead_letter_exchange is None:
            return
        message = died(stored, queue=queue, reason=reason)
        key = declared.dead_letter_routing_key or stored.routing_key
        for target in explain(self.topology, declared.dead_letter_exchange, key, message.headers).queues:
            if not goes_in_circles(message, target):
                moment = self.clock.now_ms if at_ms is None else at_ms
                # No confirms inside the broker: a full target loses it (rabbitmq.com/docs/dlx#safety).
                self._store(target, declared.dead_letter_exchange, key, message, moment)

    def settle_time(self) -> None:
        """Let happen what has fallen due, in the order in which it fell due."""
        while due := [
            (line.due_ms, name)
            for name, line in self.lines.items()
            if line.due_ms is not None and line.due_ms <= self.clock.now_ms
        ]:
            at_ms, name = min(due)
            self.dead_letter(name, self.lines[name].ready.pop(0), "expired", at_ms=at_ms)
            self._ready()

    def _store(self, queue: str, exchange: str, routing_key: str, message: Message, at_ms: int) -> bool:
        line = self.lines[queue]
        stored = line.stored(message, exchange=exchange, routing_key=routing_key, now_ms=at_ms)
        if line.is_full:
            if line.declared.overflow == "reject-publish":
                return False
            line.ready.append(stored)
            self.dead_letter(queue, line.ready.pop(0), "maxlen", at_ms=at_ms)
        else:
            line.ready.append(stored)
        return True

    def _ready(self) -> None:
        for tell in list(self.on_ready):
            tell()
