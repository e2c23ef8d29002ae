"""The fault of exercise 6.2: a connection that falls silent, and is closed by the broker a moment later.

The rule: the fault comes at a certain publish, and not after a certain time, so that it is the same on a fast
machine and on a slow one. What is published in the silence never reaches the broker.
"""

from __future__ import annotations

import functools
import threading
from contextlib import suppress
from typing import Any

import pika
import pika.exceptions

from labs.broker.faults import Proxy, close_connections
from labs.course.probe import Probe

#: At this publish the line falls silent, and so many seconds later the broker closes the connection.
FAULT_AT, HELD_S = 700, 0.4
#: What the connections of the attempt are called, so that no other one is closed.
NAME = "exercise 6.2"
#: How long the fault may take, in seconds: the broker lists a new connection after up to 5 s.
PATIENCE_S = 20.0


class Closing:
    """Makes channels whose publishes are counted, and breaks their connections once."""

    def __init__(self, probe: Probe, proxy: Proxy) -> None:
        self.published = 0  #: how often basic_publish was called
        self.closed = 0  #: how many connections the broker closed
        self._before = 0
        self._probe, self._proxy = probe, proxy
        self._opened: list[pika.BlockingConnection] = []
        self._thread = threading.Thread(target=self._close, name="labs-closing", daemon=True)

    def connect(self) -> Any:
        """A channel on a new connection: through the proxy before the fault, straight to the broker after it."""
        broker = self._probe.broker if self.published >= FAULT_AT else self._proxy.broker
        parameters = broker.parameters(self._probe.vhost)
        parameters.client_properties = {"connection_name": NAME}
        self._opened.append(pika.BlockingConnection(parameters))
        return self._counting(self._opened[-1].channel())

    def close(self) -> None:
        """Return when the fault is over, if there was one, with every connection closed."""
        if self._thread.ident is not None:
            self._thread.join(PATIENCE_S)
        for connection in self._opened:
            with suppress(pika.exceptions.AMQPError):
                connection.close()

    def _counting(self, channel: Any) -> Any:
        publish = channel.basic_publish

        @functools.wraps(publish)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.published += 1
            if self.published == FAULT_AT:
                self._before = len(self._opened)
                self._proxy.stall("to_broker")
                self._thread.start()
            return publish(*args, **kwargs)

        channel.basic_publish = counted
        return channel

    def _close(self) -> None:
        try:
            threading.Event().wait(HELD_S)
            vhost = self._probe.vhost
            self.closed = close_connections(
                self._probe.management, vhost=vhost, name=NAME, reason="by the check", at_least=self._before
            )
        finally:
            self._proxy.resume()
