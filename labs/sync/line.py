"""A connection on a thread of its own, with one channel in confirm mode: pika without waiting.

pika's `SelectConnection` never blocks: it has an event loop, and calls back. That loop runs in this thread, so
heartbeats are answered whatever the rest of the program does.
The rule: everything here runs on the loop's thread, except `start`, `call`, `stop`. What breaks: any other
call from another thread corrupts the connection. https://pika.readthedocs.io/en/stable/faq.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import pika
from pika import exceptions as pika_errors
from pika.channel import Channel

from labs.errors import BrokerUnavailable, ConnectionLost, LabsError
from labs.sync.connection import GOODBYE_S, why_not
from labs.sync.translate import translate

#: Errors come as functions, so that each publish gets one of its own.
Why = Callable[[], LabsError]


class Owner(Protocol):
    """Who is told, on the loop's thread."""

    def on_channel(self, channel: Channel) -> None:
        """A channel in confirm mode is open: the first, or the next after one was closed."""

    def on_return(self, channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        """A message came back that no queue wanted."""

    def on_answer(self, frame: Any) -> None:
        """`basic.ack` or `basic.nack`."""

    def on_channel_lost(self, why: Why) -> None:
        """The broker closed the channel; the next one is being opened."""

    def on_lost(self, why: Why) -> None:
        """The connection is gone, for good."""


class Line:
    """Connects when it is started; ends when it is stopped, or when the connection is lost."""

    def __init__(self, parameters: pika.ConnectionParameters, owner: Owner) -> None:
        self._parameters, self._owner = parameters, owner
        self._connection: pika.SelectConnection | None = None
        self._up, self._open, self._stopping = threading.Event(), False, False
        self._why: Why = lambda: BrokerUnavailable("The broker did not answer while we connected.")
        #: Whether the broker has stopped reading from us, because it is low on memory or disk.
        self.blocked = False
        self._thread = threading.Thread(target=self._run, name="labs-line", daemon=True)

    def start(self) -> None:
        """Connect. Raises `BrokerUnavailable`, `AccessRefused` or `NotFound` when that cannot be."""
        try:
            self._thread.start()
            self._up.wait(self._parameters.stack_timeout + GOODBYE_S)
        finally:  # ■ as well: nobody wants half a connection
            if not self._open:
                self.stop()
        if not self._open:
            raise self._why()

    def call(self, job: Callable[[], object]) -> None:
        """Have `job` run on the loop's thread, soon; never, if the connection is lost."""
        if self._connection is not None:
            with suppress(OSError, RuntimeError):  # the loop has ended
                self._connection.ioloop.add_callback_threadsafe(job)

    def later(self, seconds: float, job: Callable[[], object]) -> None:
        """Have `job` run after so many seconds, while the connection stands. On the loop's thread."""
        if self._connection is not None and self._connection.is_open:
            self._connection.ioloop.call_later(seconds, job)

    def stop(self) -> None:
        """Say goodbye, and hang up after a few seconds without an answer. Safe to call twice."""
        self._stopping = True
        self.call(self._goodbye)
        if self._thread.is_alive():
            self._thread.join(2 * GOODBYE_S)

    def _run(self) -> None:
        try:
            self._connection = pika.SelectConnection(
                self._parameters,
                on_open_callback=self._opened,
                on_open_error_callback=self._not_opened,
                on_close_callback=self._closed,
            )
            self._connection.add_on_connection_blocked_callback(lambda *_: setattr(self, "blocked", True))
            self._connection.add_on_connection_unblocked_callback(lambda *_: setattr(self, "blocked", False))
            self._connection.ioloop.start()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for an answer
            sentence = f"The connection's thread failed: {error!r}."
            self._end(lambda: ConnectionLost(sentence))
        self._up.set()

    def _opened(self, connection: pika.SelectConnection) -> None:
        if self._stopping:
            connection.close()
        else:
            connection.channel(on_open_callback=self._prepare)

    def _prepare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._owner.on_return)

        def ready(_: Any) -> None:
            self._owner.on_channel(channel)
            self._open = True
            self._up.set()

        channel.confirm_delivery(self._owner.on_answer, callback=ready)

    def _channel_closed(self, channel: Channel, reason: Exception) -> None:
        if isinstance(reason, pika_errors.ChannelClosedByBroker):
            self._owner.on_channel_lost(lambda: _told(translate(reason), reason))
            channel.connection.channel(on_open_callback=self._prepare)

    def _not_opened(self, _: pika.SelectConnection, error: BaseException) -> None:
        self._end(lambda: _told(why_not(error, self._parameters), error))

    def _closed(self, _: pika.SelectConnection, reason: Exception) -> None:
        if self._stopping:
            self._end(lambda: ConnectionLost("This connection was closed by this program."))
        else:
            self._end(lambda: _told(translate(reason), reason))

    def _goodbye(self) -> None:
        if (connection := self._connection) is not None and connection.is_open:
            gone = pika_errors.StreamLostError("no goodbye")
            connection.ioloop.call_later(GOODBYE_S, lambda: connection._terminate_stream(gone))  # noqa: SLF001
            connection.close()

    def _end(self, why: Why) -> None:
        self._why = why
        self._owner.on_lost(why)
        if self._connection is not None:
            self._connection.ioloop.stop()


def _told(ours: LabsError, theirs: BaseException) -> LabsError:
    ours.__cause__ = theirs
    return ours
