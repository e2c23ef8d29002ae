"""A record of what was told: the last picture, totals since a mark, and the journeys of the last messages.

Fed with lines (`client.LiveClient(…, on_line=record.feed)`), asked by whoever draws a still picture. The rule: it
is bounded, so it may be left running, and any thread may ask.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from labs.drawing.graph import Badge, Edge, Graph, Node
from labs.drawing.seen import Seen
from labs.live.folding import fold
from labs.live.journey import Journey, journey_of
from labs.live.together import reached

#: So many events are remembered.
MOST_EVENTS = 5_000


class Record:
    """`feed` it with lines; read `graph`, `seen`, `status`; ask for a `journey`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[Mapping[str, Any]] = deque(maxlen=MOST_EVENTS)
        self._counts: dict[str, tuple[int, int]] = {}
        self._holds: dict[str, tuple[int, bool]] = {}
        #: The last picture as it was sent, with its geometry.
        self.graph: Mapping[str, Any] | None = None
        self.status: Mapping[str, Any] = {"state": "stopped", "text": ""}
        self.mark()

    def mark(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._lanes, self._lost, self._again, self._gone = (Counter[str]() for _ in range(4))
            self._nodes: dict[str, Node] = {}
            self._edges: dict[str, Edge] = {}
            self._behind = False
            if self.graph is not None:
                self._remember(self.graph)

    def feed(self, line: Mapping[str, Any]) -> None:
        """Take in one line."""
        with self._lock:
            match line["type"]:
                case "graph":
                    self.graph = line["graph"]
                    self._remember(line["graph"])
                    fold(line["graph"], self._edges, self._lanes, self._again, self._gone)
                case "batch":
                    self._behind |= line["behind"]
                    for event in line["events"]:
                        self._count(event)
                        self._events.append(event)
                case "counts":
                    self._counts = {queue: (ready, out) for queue, (ready, out) in line["queues"].items()}
                    self._holds = {one: (held, exact) for one, (held, exact) in line["holds"].items()}
                case "status":
                    self.status = {"state": line["state"], "text": line["text"]}

    @property
    def seen(self) -> Seen:
        """The last counts, and the totals since the mark."""
        with self._lock:
            return Seen(
                counts=dict(self._counts),
                holds=dict(self._holds),
                lanes=dict(self._lanes),
                unroutable=dict(self._lost),
                redelivered=dict(self._again),
                gone=dict(self._gone),
            )

    @property
    def behind(self) -> bool:
        """Whether the trace lost something since the mark: the totals are then "at least"."""
        with self._lock:
            return self._behind

    def whole(self, *, quiet: bool = True) -> Graph:
        """What is there now, and whoever took part since the mark and has gone since: what a still shows.

        Once something has moved, only what hangs together with it: an earlier experiment's queues stand aside.
        Without the `quiet` ways only what moved, for a vhost with more queues than a page has room for.
        """
        with self._lock:
            there = {node["id"] for node in self.graph["nodes"]} if self.graph else set()
            edges = {edge["id"] for edge in self.graph["edges"]} if self.graph else set()
            edges |= {lane for lane in self._lanes if lane in self._edges}
            ends = {end for one in edges for end in (self._edges[one].source, self._edges[one].target)}
            shown = there | ends
            moved = {end for lane in self._lanes if lane in self._edges for end in self._ends(lane)}
            if moved := (moved | set(self._gone)) & shown:
                shown = reached(moved, [self._ends(one) for one in edges]) if quiet else moved
                edges = edges if quiet else {one for one in edges if self._lanes[one]}
            return Graph(
                name=str(self.graph["name"]) if self.graph else "",
                nodes=tuple(node for id_, node in self._nodes.items() if id_ in shown),
                edges=tuple(e for id_, e in self._edges.items() if id_ in edges and e.source in shown),
            )

    def _ends(self, edge: str) -> tuple[str, str]:
        return self._edges[edge].source, self._edges[edge].target

    def journey(self, message: str) -> Journey:
        """The journey of a message, by its id with or without `m:`."""
        with self._lock:
            events = list(self._events)
        known = {event.get("message") for event in events}
        return journey_of(message if message in known else f"m:{message.removeprefix('m:')}", events)

    def events(self) -> list[Mapping[str, Any]]:
        """The last events, oldest first."""
        with self._lock:
            return list(self._events)

    def _count(self, event: Mapping[str, Any]) -> None:
        number, kind = event["n"], event["kind"]
        lanes = [event["lane"]] if "lane" in event else list(event.get("lanes", ()))
        lanes += [lane for way in event.get("copies", ()) for lane in way]
        for lane in dict.fromkeys(lanes):  # two copies of one message may share a part of their way
            self._lanes[lane] += number
        if kind == "publish" and event["lost"]:
            self._lost[event["exchange"]] += number
        if kind == "deliver" and event["again"]:
            self._again[event["lane"]] += number
        if kind == "gone":
            self._gone[event["queue"]] += number

    def _remember(self, graph: Mapping[str, Any]) -> None:
        for node in graph["nodes"]:
            self._nodes[node["id"]] = _node(node)
        for edge in graph["edges"]:
            names = ("id", "kind", "source", "target")
            self._edges[edge["id"]] = Edge(**{n: edge[n] for n in names}, patterns=tuple(edge["patterns"]))


def _node(said: Mapping[str, Any]) -> Node:
    """A node as it was before it was placed."""
    names = ("id", "kind", "name", "type", "prefetch", "auto_ack", "limit", "dead")
    badges = tuple(Badge(mark=badge["mark"], text=badge["text"]) for badge in said["badges"])
    return Node(**{name: said[name] for name in names}, badges=badges, members=tuple(said["members"]))
