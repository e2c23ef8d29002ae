"""The faults of exercise 15.3: a broker that is away, comes back, and whose line breaks twice more.

A line that breaks in silence is the cruel one: what was written into it seems sent. At `LOST_AT` nothing reaches
the broker any more; at `UNHEARD_AT` everything does, and no confirm comes back. A moment later the line is cut,
and the next connection is a good one.
"""

from __future__ import annotations

import functools
import threading
from contextlib import suppress
from typing import Any, Self

import pika
import pika.exceptions

from labs.broker.faults import Proxy
from labs.course.probe import Probe

#: The broker is away for so long after the last order, and for no longer than this if that never comes; in seconds.
AWAY_S, AWAY_AT_MOST_S = 3.0, 10.0
#: At these publishes after its return the line falls silent, and so many seconds later it is cut.
LOST_AT, UNHEARD_AT, SILENT_S = 10, 25, 0.3
#: How long a message may take to reach the broker before the line is cut behind it, in seconds.
ARRIVES_S = 5.0


class Absence:
    """In its `with` block the attempt's connections are opened by `connect`; at its end they are closed."""

    def __init__(self, probe: Probe, proxy: Proxy, queue: str) -> None:
        self._probe, self._proxy, self._queue = probe, proxy, queue
        self._published = 0
        self._begun, self._all_in, self._over = threading.Event(), threading.Event(), threading.Event()
        self._opened: list[pika.BlockingConnection] = []
        self._threads: list[threading.Thread] = []

    def begins(self) -> None:
        """The broker leaves, at the first call."""
        if not self._begun.is_set():
            self._begun.set()
            self._proxy.refuse()
            self._proxy.cut()
            self._start(self._come_back)

    @property
    def lasts(self) -> bool:
        """Whether the broker is away now."""
        return self._begun.is_set() and not self._over.is_set()

    def may_end(self) -> None:
        """All orders are in: the broker comes back in a while."""
        self._all_in.set()

    def connect(self) -> Any:
        """A plain channel on a new connection; raises AMQPConnectionError while the broker is away."""
        connection = pika.BlockingConnection(self._proxy.broker.parameters(self._probe.vhost))
        self._opened.append(connection)
        channel = connection.channel()
        publish = channel.basic_publish

        @functools.wraps(publish)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._published += 1
            if self._published == LOST_AT:
                self._proxy.stall("to_broker")
                self._start(self._cut_after_silence)
            elif self._published == UNHEARD_AT:
                self._proxy.stall("from_broker")
                before = self._probe.depth(self._queue) or 0
                self._start(functools.partial(self._cut_after_arrival, before))
            return publish(*args, **kwargs)

        channel.basic_publish = counted
        return channel

    def _come_back(self) -> None:
        self._all_in.wait(AWAY_AT_MOST_S)
        threading.Event().wait(AWAY_S)
        self._over.set()
        self._proxy.accept()

    def _cut_after_silence(self) -> None:
        threading.Event().wait(SILENT_S)
        self._cut()

    def _cut_after_arrival(self, before: int) -> None:
        self._probe.eventually(lambda: (self._probe.depth(self._queue) or 0) > before, within_s=ARRIVES_S)
        threading.Event().wait(SILENT_S)
        self._cut()

    def _cut(self) -> None:
        self._proxy.cut()
        self._proxy.resume()

    def _start(self, job: Any) -> None:
        thread = threading.Thread(target=job, name="labs-absence", daemon=True)
        self._threads.append(thread)
        thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._all_in.set()
        for thread in self._threads:
            thread.join(AWAY_S + ARRIVES_S + 1)
        for connection in self._opened:
            with suppress(pika.exceptions.AMQPError):
                connection.close()
