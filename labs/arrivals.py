"""Which messages can come to which queue, dead letters included: a topology played through on paper.

The examples of `labs.examples` are published to every exchange where messages enter and followed by
`labs.explain`; wherever one comes to rest it is dead-lettered onwards, until nothing new happens. A queue that
no exchange feeds is fed by its name, through the default exchange.
Pure, and an example is not a proof: it finds what goes wrong for the keys that somebody waits for.
https://www.rabbitmq.com/docs/dlx#routing
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from labs.examples import Example, entries, inside, wanted
from labs.explain import Declared, explain


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """Dead letters of `source`, under this example's key; `targets` get them, and nobody does if there is none."""

    source: str
    example: Example
    targets: tuple[str, ...]


class Arrivals:
    """What comes to each queue (`examples`), and how dead letters move (`hops`)."""

    def __init__(self, topology: Declared) -> None:
        self._open = inside(topology)
        self._queues = {queue.name: queue for queue in topology.queues}
        self.examples: dict[str, list[Example]] = {name: [] for name in self._queues}
        self.hops: list[Hop] = []
        for exchange in entries(self._open):
            for example in wanted(self._open, exchange):
                self._publish(exchange, example)
        #: The queues that no exchange and no dead letter leads to.
        self.by_name_only = tuple(name for name, examples in self.examples.items() if not examples)
        for name in self.by_name_only:
            self._arrive(name, Example(key=name))
        self.by_name_only = tuple(name for name in self.by_name_only if not self._is_target(name))

    def _publish(self, exchange: str, example: Example) -> tuple[str, ...]:
        reached = explain(self._open, exchange, example.key, example.headers).queues
        for queue in reached:
            self._arrive(queue, example)
        return reached

    def _arrive(self, queue: str, example: Example) -> None:
        if example in self.examples[queue]:
            return
        self.examples[queue].append(example)
        declared = self._queues[queue]
        exchange = declared.dead_letter_exchange
        if exchange is not None and (exchange == "" or exchange in self._open.known):
            key = declared.dead_letter_routing_key
            dead = example if key is None else replace(example, key=key)
            self.hops.append(Hop(source=queue, example=dead, targets=self._publish(exchange, dead)))

    def _is_target(self, queue: str) -> bool:
        return any(queue in hop.targets for hop in self.hops)


def circles(hops: Iterable[Hop]) -> Iterator[tuple[str, ...]]:
    """The circles that dead letters can go, each once, from its first queue by name."""
    onwards: dict[str, set[str]] = {}
    for hop in hops:
        onwards.setdefault(hop.source, set()).update(hop.targets)
    for start in sorted(onwards):
        circle = _back_to(start, onwards)
        if circle and min(circle) == start:
            yield circle


def _back_to(start: str, onwards: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The shortest circle through `start`; empty when there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        for name in sorted(onwards.get(way[-1], ())):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()
