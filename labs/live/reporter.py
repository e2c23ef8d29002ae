"""The reporter: decides when what is known goes to the screen, and in which order.

First the picture, then what moved on it, then the counts that have it in them. The rule: at most one batch every
50 ms, and after events always counts, also the same ones: whoever adds up dots wants to be put right.
"""

from __future__ import annotations

from labs.drawing.graph import Edge, Node, exchange_id, queue_id
from labs.live.batch import EVERY_MS, Batch
from labs.live.cast import Cast
from labs.live.holds import Holds
from labs.live.look import Clock, Look
from labs.live.screen import Screen
from labs.live.teller import Teller


class Reporter:
    """Collects events in `batch`, and sends what there is."""

    def __init__(self, screen: Screen, now: Clock, cast: Cast, teller: Teller, holds: Holds) -> None:
        self._screen, self._now, self._cast, self._teller, self._holds = screen, now, cast, teller, holds
        self.batch = Batch()
        #: The last look; before the first one there is nothing to draw on.
        self._seen: Look | None = None
        #: Events were told since the counts were.
        self._stale = False
        self._told_at = -EVERY_MS

    def may_tell(self) -> bool:
        """Whether what comes in now could be sent at once."""
        return self._now() >= self._told_at + EVERY_MS

    def next_turn(self, latest: float) -> float:
        """When to go on: with the next batch if there is one or the last was just sent, else `latest`."""
        idle = self.due() is None and self.may_tell()
        return latest if idle else min(latest, self._told_at + EVERY_MS)

    def due(self) -> float | None:
        """When the next batch is to be sent; None if there is nothing to send."""
        return self._told_at + EVERY_MS if self._seen and (self.batch or self._cast.changed) else None

    def see(self, look: Look, *, changed: bool) -> None:
        """Take in a look, and show its counts if they are `changed` or put something right."""
        first, self._seen = self._seen is None, look
        if changed or first:
            self.tell()
        self.counts(again=self._stale)

    def tell(self) -> None:
        """Send what there is."""
        if self._seen is None:
            return
        if self._cast.changed:
            self._cast.changed = False
            nodes, edges = self._present()
            self._screen.draw(self._teller.shape, nodes, edges, since=self.batch.began)
        if self.batch:
            self._screen.events(self.batch)
            self._stale = True
            self._told_at = self._now()

    def _present(self) -> tuple[list[Node], list[Edge]]:
        """Producers, consumers and their ways, as far as the exchanges and queues at the other end are there."""
        routes = self._teller.routes
        there = {exchange_id(""), *map(exchange_id, routes.exchanges), *map(queue_id, routes.queues)}
        ways = [way for way in self._cast.edges() if way.source in there or way.target in there]
        ends = {end for way in ways for end in (way.source, way.target)}
        return [node for node in self._cast.nodes() if node.id in ends], [*ways, *self._teller.edges()]

    def counts(self, *, again: bool) -> None:
        """Send the counts of the last look, `again` even if they are the same."""
        if self._seen is not None:
            self._stale = False
            holds = self._holds.seen(self._seen.counts, self._cast.consumers)
            self._screen.counts(self._seen.counts, holds, self._seen.answered, again=again)

    def synced(self, tokens: list[str]) -> None:
        """Send everything, and say so."""
        self.tell()
        self.counts(again=True)
        for token in tokens:
            self._screen.synced(token)
