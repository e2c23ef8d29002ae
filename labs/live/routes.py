"""The way of a message from the exchange it was published to, to each queue that got it, as edges of the graph.

The trace names both ends; the bindings tell what is between. The walk is the broker's: each exchange is asked
once, breadth first, and its alternate exchange when no binding fits. The rule: the trace is right. A queue that
the walk does not reach by fitting bindings (they were changed a moment ago, or the exchange is of a type that
we do not know) is sought along any binding; if there is none, its copy has no way to be drawn.
https://www.rabbitmq.com/docs/e2e
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from labs.drawing.graph import edge_id, exchange_id, queue_id
from labs.errors import InvalidValue
from labs.exchange import PREDECLARED, Exchange
from labs.live.shape import Shape
from labs.reasons import judge
from labs.routing import Binding

Way = tuple[str, ...]
#: So many answers are remembered: in most lessons a few keys come again and again.
REMEMBERED = 2_000


class Routes:
    """The ways through one shape. Answers are remembered, so make a new one when the shape changes."""

    def __init__(self, shape: Shape) -> None:
        self.exchanges: dict[str, Exchange] = {one.name: one for one in (*PREDECLARED, *shape.exchanges)}
        self.queues = {queue.name: queue for queue in shape.queues}
        self._bindings: dict[str, list[Binding]] = {}
        for binding in shape.bindings:
            self._bindings.setdefault(binding.source, []).append(binding)
        self._asks_headers = any(
            self.exchanges[name].type == "headers" for name in self._bindings if name in self.exchanges
        )
        self._known: dict[Any, dict[str, Way]] = {}
        self._dead: dict[str, dict[str, Way]] = {}

    def ways(
        self, exchange: str, keys: Sequence[str], headers: Mapping[str, Any] | None, queues: Iterable[str]
    ) -> dict[str, Way]:
        """Queue → the edges that its copy took, for those of `queues` that can be reached at all."""
        if not exchange:
            return {name: (edge_id("binding", exchange_id(""), queue_id(name)),) for name in queues}
        headers = headers or {}
        question = (exchange, tuple(keys), tuple(queues), repr(headers) if self._asks_headers else "")
        if (known := self._known.get(question)) is None:
            reached = self._walk(exchange, keys, headers)
            if any(name not in reached for name in question[2]):
                reached = self._walk(exchange, None, {}) | reached
            known = {name: reached[name] for name in question[2] if name in reached}
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[question] = known
        return known

    def dead_sources(self, target: str) -> dict[str, Way]:
        """Queue → the edges from it to `target`, for those whose dead letters can come here."""
        return {source: ways[target] for source in self.queues if target in (ways := self.dead_ways(source))}

    def dead_ways(self, source: str) -> dict[str, Way]:
        """Queue → the edges from `source` to it through its dead-letter exchange."""
        if source not in self._dead:
            self._dead[source] = self._dead_ways(source)
        return self._dead[source]

    def _dead_ways(self, source: str) -> dict[str, Way]:
        queue = self.queues.get(source)
        if queue is None or (exchange := queue.dead_letter_exchange) is None:
            return {}
        first = edge_id("dead-letter", queue_id(source), exchange_id(exchange))
        key = queue.dead_letter_routing_key
        if not exchange:
            found = self.ways("", (), {}, [key]) if key in self.queues and key else {}
        else:
            # Headers are not known beforehand; with the message's own key, neither is the key.
            found = self._walk(exchange, None if key is None else [key], None)
        return {name: (first, *way) for name, way in found.items()}

    def _walk(
        self, start: str, keys: Sequence[str] | None, headers: Mapping[str, Any] | None
    ) -> dict[str, Way]:
        """All queues with the first way to each; `keys` None: whatever is bound, alternates too."""
        reached: dict[str, Way] = {}
        asked, waiting = {start}, deque([(start, Way())])
        while waiting:
            name, way = waiting.popleft()
            for step, target, to_exchange in self._steps(name, keys, headers):
                if not to_exchange:
                    reached.setdefault(target, (*way, step))
                elif target not in asked:
                    asked.add(target)
                    waiting.append((target, (*way, step)))
        return reached

    def _steps(
        self, name: str, keys: Sequence[str] | None, headers: Mapping[str, Any] | None
    ) -> Iterator[tuple[str, str, bool]]:
        """The edges that lead on from this exchange, with where to."""
        exchange = self.exchanges.get(name)
        nobody = True
        for binding in self._bindings.get(name, ()):
            if keys is None or exchange is None or _fits(exchange.type, binding, keys, headers):
                end = (exchange_id if binding.to_exchange else queue_id)(binding.destination)
                yield edge_id("binding", exchange_id(name), end), binding.destination, binding.to_exchange
                nobody = False
        alternate = exchange.alternate_exchange if exchange is not None else None
        if alternate and (nobody or keys is None):
            yield edge_id("alternate", exchange_id(name), exchange_id(alternate)), alternate, True


def _fits(kind: str, binding: Binding, keys: Sequence[str], headers: Mapping[str, Any] | None) -> bool:
    if kind == "headers" and headers is None:
        return True
    try:
        return any(judge(kind, binding, key, headers or {})[0] for key in keys or ("",))
    except InvalidValue:  # an exchange of a plugin: only the broker knows
        return True
