"""What the page gets to see: lines of JSON, each only when there is something new in it.

The rule: first the picture, then what moves on it. A lane in a batch is one of the graph that was sent before,
also where a group stands for many queues. Contract: every line has `type` and `at` (ms since the program began).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from labs.drawing.declared import graph_of
from labs.drawing.graph import Edge, Node, queue_id
from labs.drawing.grouping import drawn_lanes, gathered, group
from labs.drawing.layout import place
from labs.drawing.placed import Placed
from labs.drawing.seen import Seen
from labs.live.batch import Batch
from labs.live.look import Clock
from labs.live.shape import Shape

State = Literal["live", "polling", "lost", "stopped"]
Write = Callable[[dict[str, Any]], None]
#: Less than the time between any two events.
JUST_BEFORE_MS = 0.001


class Screen:
    """Writes the lines of one vhost, called `name`."""

    def __init__(self, name: str, write: Write, now: Clock) -> None:
        self._name, self._write, self._now = name, write, now
        self._expanded: set[str] = set()
        self._placed: Placed | None = None
        self._lanes: dict[str, str] = {}
        self._last: tuple[Any, Any] = None, None
        self._status: tuple[str, str] = "", ""
        self._graph = graph_of(Shape())
        self._drawn = self._graph

    def status(self, state: State, text: str) -> None:
        """Say how it stands, in one sentence."""
        if (state, text) != self._status:
            self._status = state, text
            self._write({"type": "status", "at": self._now(), "state": state, "text": text})

    def expand(self, node: str, *, open_it: bool) -> None:
        """Open a group, or close it. The next `draw` shows it."""
        (self._expanded.add if open_it else self._expanded.discard)(node)

    def draw(self, shape: Shape, nodes: list[Node], edges: list[Edge], *, since: float | None = None) -> None:
        """Send the picture if it is another one; it holds `since` the first event that moves on it, or from now."""
        self._graph = graph_of(shape, self._name, nodes=nodes, edges=edges)
        self._drawn = group(self._graph, self._expanded)
        self._lanes = {} if self._drawn is self._graph else drawn_lanes(self._graph, self._drawn)
        if self._placed is None or self._placed.graph != self._drawn:
            self._placed = place(self._drawn, self._placed)
            at = self._now() if since is None else since - JUST_BEFORE_MS
            self._write({"type": "graph", "at": at, "graph": self._placed.as_json()})
            self._last = None, None  # a page that shows a new queue wants to know what is in it

    def lane(self, edge_id: str) -> str:
        """The edge that is drawn for this one."""
        return self._lanes.get(edge_id, edge_id)

    def events(self, batch: Batch) -> None:
        """Send what happened."""
        self._write(batch.told(self._now(), self.lane))

    def counts(
        self,
        counts: Mapping[str, tuple[int, int]],
        holds: Mapping[str, tuple[int, bool]],
        at: float,
        *,
        again: bool,
    ) -> None:
        """Send exact counts, `again` even if they are the same."""
        queues = {queue_id(name): numbers for name, numbers in counts.items()}
        if self._lanes:
            sums = gathered(Seen(counts=queues, holds=holds), self._graph, self._drawn)
            queues, holds = {**queues, **sums.counts}, {**holds, **sums.holds}
        if again or (queues, holds) != self._last:
            self._last = queues, holds
            self._write({"type": "counts", "at": at, "queues": queues, "holds": dict(holds)})

    def synced(self, token: str) -> None:
        """Say that everything asked for with this token has been sent."""
        self._write({"type": "synced", "at": self._now(), "token": token})
