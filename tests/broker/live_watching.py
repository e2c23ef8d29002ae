"""A live view of a test's own vhost, with everything that it said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from labs.broker.address import Broker
from labs.drawing.seen import Seen
from labs.live.client import LiveClient
from labs.live.record import Record

#: Seconds until a test gives up waiting for something to be told.
SOON_S = 10.0

Line = dict[str, Any]


class Watched:
    """A client that runs, its record, and its lines."""

    def __init__(self, broker: Broker, vhost: str) -> None:
        self.record = Record()
        self.lines: list[Line] = []
        self._news = threading.Condition()
        self.client = LiveClient(broker, vhost, name="test", on_line=self._feed)

    def _feed(self, line: Line) -> None:
        self.record.feed(line)
        with self._news:
            self.lines.append(line)
            self._news.notify_all()

    def events(self, kind: str = "") -> list[Line]:
        """All events so far, or those of one kind."""
        with self._news:
            events = [event for line in self.lines if line["type"] == "batch" for event in line["events"]]
        return [event for event in events if kind in ("", event["kind"])]

    def synced(self) -> Seen:
        """What is seen when everything was told."""
        self.client.sync(SOON_S)
        return self.record.seen

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        """The condition's first true answer."""
        deadline = time.monotonic() + SOON_S
        with self._news:
            while not (answer := condition()):
                left = deadline - time.monotonic()
                assert left > 0, f"never told; the last lines were {self.lines[-3:]}"
                self._news.wait(min(left, 0.2))
        return answer

    def nodes(self) -> set[str]:
        """The ids of the nodes in the last picture."""
        return {node["id"] for node in self.record.graph["nodes"]} if self.record.graph else set()


@contextmanager
def watching(broker: Broker, vhost: str) -> Iterator[Watched]:
    """A live view that runs for the length of the block."""
    watched = Watched(broker, vhost)
    with watched.client:
        yield watched


@contextmanager
def channel(broker: Broker, vhost: str, name: str = "", *, confirm: bool = True) -> Iterator[BlockingChannel]:
    """A channel of its own connection, which has this name if any."""
    parameters = broker.parameters(vhost)
    if name:
        parameters.client_properties = {"connection_name": name}
    with pika.BlockingConnection(parameters) as connection:
        opened = connection.channel()
        if confirm:
            opened.confirm_delivery()
        yield opened
