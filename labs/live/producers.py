"""Who publishes, and to which exchanges: known from the trace alone, since a broker has no list of producers.

A producer that has gone is still drawn for a while: its messages are. The rule: everything of one name is one
producer, so a program that connects anew for each message does not flicker.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from labs.drawing.graph import Edge, Node, edge, exchange_id, producer_id
from labs.live.names import producer_name

#: How long, in ms, a producer stays after its last message when its connection is closed.
LINGER_MS = 30_000.0


@dataclass(slots=True)
class _Line:
    """One producer publishing to one exchange."""

    last: float
    connections: set[str] = field(default_factory=set)


class Producers:
    """Grows by `published`, shrinks by `forget`."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], _Line] = {}

    def published(self, connection: str, called: str | None, exchange: str, at: float) -> tuple[str, bool]:
        """Note a publish; answer with the producer's name, and whether it or its line is new."""
        name = producer_name(called)
        if new := (line := self._lines.get((name, exchange))) is None:
            line = self._lines[name, exchange] = _Line(at)
        line.last = at
        line.connections.add(connection)
        return name, new

    def forget(self, open_connections: Container[str], now: float) -> bool:
        """Drop whoever has been silent and is gone; True if anybody was."""
        gone = [
            key
            for key, line in self._lines.items()
            if now - line.last > LINGER_MS and not any(one in open_connections for one in line.connections)
        ]
        for key in gone:
            del self._lines[key]
        for line in self._lines.values():
            line.connections = {one for one in line.connections if one in open_connections}
        return bool(gone)

    def nodes(self) -> Iterator[Node]:
        """One for each name."""
        for name in sorted({name for name, _ in self._lines}):
            yield Node(id=producer_id(name), kind="producer", name=name)

    def edges(self) -> Iterator[Edge]:
        """One for each exchange that a producer publishes to."""
        for name, exchange in sorted(self._lines):
            yield edge("publish", producer_id(name), exchange_id(exchange))
