"""A connection: one TCP line to the broker, and the channels that share it.

A connection is dear (a handshake, processes on the broker), a channel is cheap: open one connection, keep
it, and open a channel for each kind of work. Publishing and consuming deserve a connection each, because a
broker that is short of memory or disk stops reading from publishers, and from everything on their
connections.
The rule: one thread. pika answers heartbeats only while you are inside one of its calls, so the broker
closes a connection that is left alone for a few minutes. https://www.rabbitmq.com/docs/connections
"""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Self

import pika
from pika import exceptions as pika_errors
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException

from labs.errors import BrokerUnavailable, InvalidValue, LabsError
from labs.sync.translate import translate, translated

#: How long a publisher waits, in seconds, for the broker's memory or disk alarm to end.
BLOCKED_S = 10.0
#: How long `close` waits, in seconds, for the broker's goodbye; over a dead line it never comes.
GOODBYE_S = 3.0


class Connection:
    """A live connection. Use it as `with connect(url) as connection:`, or call `close()` yourself."""

    def __init__(self, raw: pika.BlockingConnection, *, name: str) -> None:
        #: pika's own connection, for whatever this class does not wrap.
        self.raw = raw
        self.name = name

    def channel(self, *, prefetch: int | None = None, confirm: bool = False) -> BlockingChannel:
        """Open a channel: pika's own, with nothing hidden.

        `prefetch`: how many unacknowledged deliveries each of its consumers may hold (None: no limit).
        `confirm`: the broker answers every publish (rabbitmq.com/docs/confirms).
        """
        with translated():
            channel = self.raw.channel()
            if prefetch is not None:
                channel.basic_qos(prefetch_count=prefetch)
            if confirm:
                channel.confirm_delivery()
        return channel

    @property
    def is_open(self) -> bool:
        """What this side knows: a broken line is noticed by the next call."""
        return bool(self.raw.is_open)

    def close(self) -> None:
        """Say goodbye to the broker, and hang up after 3 s without an answer. Safe to call twice.

        A broker in alarm, or behind a dead line, does not answer; pika alone would wait for heartbeats to notice.
        """
        # If the line breaks while we hang up, it is closed: that is what we wanted.
        with suppress(pika_errors.AMQPError, OSError):
            if self.raw.is_open:
                # pika's own call_later does not run while close() waits; this timer does.
                loop = self.raw._impl  # noqa: SLF001
                timer = loop._adapter_call_later(GOODBYE_S, self._hang_up)  # noqa: SLF001
                try:
                    self.raw.close()
                finally:
                    loop._adapter_remove_timeout(timer)  # noqa: SLF001

    def _hang_up(self) -> None:
        self.raw._impl._terminate_stream(pika_errors.StreamLostError("no goodbye"))  # noqa: SLF001

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Connection({self.name!r}, {'open' if self.is_open else 'closed'})"


def connect(url: str, *, name: str = "labs", heartbeat_s: int = 30, timeout_s: float = 10.0) -> Connection:
    """Connect to the broker at `url`: `amqp://user:password@host:port/vhost` (a `/` in a vhost is `%2F`).

    `name` is shown by the management UI. `heartbeat_s`: each side must hear the other within this many
    seconds; 5 to 30 are sensible. `timeout_s`: the most that connecting may take.
    Raises `BrokerUnavailable` when nobody answers, `AccessRefused` for a wrong user or password, `NotFound`
    for a vhost that does not exist.
    """
    parameters = parameters_of(url, name=name, heartbeat_s=heartbeat_s, timeout_s=timeout_s)
    try:
        return Connection(pika.BlockingConnection(parameters), name=name)
    except (pika_errors.AMQPError, AMQPConnectorException, OSError) as error:
        raise why_not(error, parameters) from error


def parameters_of(url: str, *, name: str, heartbeat_s: int, timeout_s: float) -> pika.URLParameters:
    """What pika wants to know, with a bound for every wait. Raises `InvalidValue` for what is no AMQP URL."""
    try:
        parameters = pika.URLParameters(url)
    except ValueError as error:
        raise InvalidValue("This is not an AMQP URL: amqp://user:password@host:port/vhost.") from error
    parameters.heartbeat = heartbeat_s
    parameters.socket_timeout = parameters.stack_timeout = timeout_s
    parameters.blocked_connection_timeout = BLOCKED_S
    parameters.client_properties = {"connection_name": name}
    return parameters


def why_not(error: BaseException, parameters: pika.ConnectionParameters) -> LabsError:
    """Why no connection could be made: in the broker's words, or else no broker is there."""
    where, timeout_s = f"{parameters.host}:{parameters.port}", parameters.stack_timeout
    if isinstance(error, AMQPConnectorException | pika_errors.ConnectionOpenAborted):
        return BrokerUnavailable(f"Nothing at {where} spoke AMQP within {timeout_s:g} s.")
    if type(error) is pika_errors.AMQPConnectionError or isinstance(error, OSError):
        return BrokerUnavailable(f"No broker answers at {where}.")
    return translate(error)
