"""From what the trace said to what is told: who it was, which way it went, why.

What `labs.live.patience` says must wait for a name waits, and those behind it wait too: order is part of the
truth. The rule: no event goes out on a lane that the picture does not have; so the shape and the cast are brought
up to date first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial

from labs.drawing.graph import Edge, edge, edge_id, exchange_id, producer_id, queue_id
from labs.live.cast import Cast
from labs.live.events import Delivered, Event, Published
from labs.live.hidden import is_ours
from labs.live.holds import Holds
from labs.live.ledger import Ledger
from labs.live.patience import Ask, Patience
from labs.live.routes import Routes
from labs.live.shape import Shape
from labs.live.trace import Traced
from labs.live.why import Why, delivered

#: Answers to an RPC take this way; no queue of that name exists.
DIRECT_REPLY = "amq.rabbitmq.reply-to"


class Teller:
    """Takes traced messages in, gives events out, in order."""

    def __init__(self, cast: Cast, ledger: Ledger, holds: Holds, ask: Ask, began: float = 0.0) -> None:
        self._cast, self.ledger, self._holds = cast, ledger, holds
        self.patience = Patience(cast, ask, began)
        self.shape = Shape()
        self.routes, self._why = Routes(self.shape), Why(self.shape)
        #: The routes before those, and when the look was asked that changed them.
        self._before, self._changed = self.routes, 0.0
        self.waiting: deque[Traced] = deque()
        #: Queues that were reached through the default exchange, which nobody binds.
        self._by_default: set[str] = set()

    def renew(self, shape: Shape, asked: float) -> bool:
        """Take in a newer shape; True if it is another one."""
        self.patience.looked = asked
        if shape == self.shape:
            return False
        self._before, self._changed = self.routes, asked
        self.shape, self.routes, self._why = shape, Routes(shape), Why(shape)
        self._by_default &= self.routes.queues.keys()
        return True

    def edges(self) -> list[Edge]:
        """The ways through the default exchange that were taken."""
        return [edge("binding", exchange_id(""), queue_id(name), [name]) for name in sorted(self._by_default)]

    @property
    def wants_look(self) -> bool:
        """Whether the next event waits for something that a look can show."""
        return bool(self.waiting) and self.patience.wants_look(self.waiting[0], self.routes)

    def hear(self, traced: Iterable[Traced]) -> None:
        """Put them at the end."""
        self.waiting.extend(traced)

    def tell(self, now: float) -> list[Event]:
        """Everything up to the first that has to wait."""
        events: list[Event] = []
        while self.waiting and self.patience.may_go(self.waiting[0], now, self.routes):
            traced = self.waiting.popleft()
            events += self._published(traced) if traced.queue is None else self._delivered(traced)
        return events

    def _published(self, traced: Traced) -> list[Event]:
        routed = sorted(name for name in traced.routed if not is_ours(name))  # brokers differ in the order
        before = self._before if traced.at < self._changed else self.routes
        if not traced.exchange:  # the trace names a queue here even if there is none
            routed = [name for name in routed if name in self.routes.queues or name in before.queues]
            if new := set(routed) - self._by_default:
                self._by_default |= new
                self._cast.changed = True
        headers = traced.properties.get("headers") or {}
        question = traced.exchange, traced.keys, headers, routed
        ways = before.ways(*question) | self.routes.ways(*question)
        producer = producer_id(self._cast.published(traced.connection, traced.exchange, traced.at))
        for name in routed:
            self.ledger.published(name)
        return [
            Published(
                traced,
                producer,
                edge_id("publish", producer, exchange_id(traced.exchange)),
                tuple(ways.values()),
                tuple(routed),
                not routed and not traced.key.startswith(DIRECT_REPLY),
                partial(self._why.routed, traced.exchange, traced.key, headers),
            )
        ]

    def _delivered(self, traced: Traced) -> list[Event]:
        queue = traced.queue or ""
        to = self._cast.takes((traced.connection, traced.channel, queue), traced.at)
        who = self._cast.consumers.of_line((traced.connection, traced.channel, queue))
        proved = self.ledger.delivered(traced, self.routes)
        if who is None or not who.who.auto_ack:
            self._holds.delivered(queue, to)
        lane = edge_id("consume", queue_id(queue), to)
        name = to.removeprefix(f"c:{queue}:")
        return [*proved, Delivered(traced, to, lane, partial(delivered, traced, name))]
