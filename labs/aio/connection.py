"""A connection: one TCP line to the broker, the channels that share it, and a new line when it breaks.

aio-pika's *robust* connection connects again by itself, for ever. What it cannot bring back: a publish whose
confirm had not come (nobody knows; you publish again), and a delivery in hand (its tag died with the channel;
the broker delivers it again, so its ack comes too late and says "redelivery expected").
The rule: one connection for publishing and one for consuming. A broker that is short of memory or disk stops
reading from publishers, so an ack on the same line would stand in the same traffic jam. One event loop.
https://www.rabbitmq.com/docs/connections · https://www.rabbitmq.com/docs/alarms
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from aio_pika.abc import AbstractChannel
from aio_pika.channel import Channel
from aio_pika.robust_connection import RobustConnection

from labs.aio.closing import close_channel
from labs.aio.declare import declare_on
from labs.aio.opening import robust
from labs.aio.translate import RAW, translated
from labs.errors import ConnectionLost, LabsError, PublisherBlocked
from labs.topology import Topology

#: How long opening a channel may take, a reconnection before it included, in seconds.
CHANNEL_S = 10.0
#: How long to wait for the broker's goodbye, in seconds.
GOODBYE_S = 5.0


class Connection:
    """A live connection. Use it as `async with await connect(…) as connection:`, or call `close()` yourself."""

    def __init__(self, raw: RobustConnection, *, name: str) -> None:
        #: aio-pika's own connection, for whatever this class does not wrap.
        self.raw = raw
        self.name = name
        #: How often the line broke and was made again.
        self.reconnects = 0
        #: What was declared here, and is declared again on each new line (an exclusive queue dies with the old).
        self.topology = Topology()
        self._ready = asyncio.Event()
        self._ready.set()
        raw.close_callbacks.add(self._on_lost)
        raw.reconnect_callbacks.add(self._on_reconnected)

    async def channel(
        self, *, prefetch: int | None = None, confirm: bool = False, within_s: float = CHANNEL_S
    ) -> AbstractChannel:
        """Open a channel: aio-pika's own, with nothing hidden. It ends with the line; open a new one then.

        `prefetch`: how many unacknowledged deliveries each of its consumers may hold (None: no limit).
        `confirm`: the broker answers every publish, and what comes back unroutable raises.
        Raises `ConnectionLost`, or `PublisherBlocked`, when there is none after `within_s` seconds.
        """
        if self.raw.close_called:
            raise ConnectionLost("This connection was closed by this program.")
        try:
            async with asyncio.timeout(within_s):
                await self._ready.wait()
                await self.raw.ready()
                with translated():
                    return await self._channel_on_this_line(prefetch, confirm=confirm)
        except TimeoutError:
            if self.blocked:
                raise PublisherBlocked("The broker is low on memory or disk, and opens no channel.") from None
            raise ConnectionLost(f"The broker gave no channel within {within_s:g} s.") from None

    @property
    def is_open(self) -> bool:
        """What this side knows now: False while the line is down and being made again, and after `close`."""
        return bool(self.raw.connected.is_set()) and not self.raw.is_closed

    @property
    def blocked(self) -> bool:
        """The broker has said `connection.blocked`: a memory or disk alarm, and this connection publishes."""
        if (transport := self.raw.transport) is None or not self.is_open:
            return False
        # aiormq keeps it, but gives it no name that is public.
        return not transport.connection._Connection__connection_unblocked.is_set()  # type: ignore[attr-defined] # noqa: SLF001

    async def close(self) -> None:
        """Say goodbye to the broker. Safe to call twice, and when the broker has gone already."""
        with suppress(*RAW):  # if the line breaks while we hang up, it is closed: that is what we wanted
            async with asyncio.timeout(GOODBYE_S):
                await self.raw.close()

    def remember(self, topology: Topology) -> None:
        """Declare this too on each new line."""
        self.forget(topology)
        self.topology |= topology

    def forget(self, topology: Topology) -> None:
        """Leave the names of this one to others."""
        exchanges = {each.name for each in topology.exchanges}
        queues = {each.name for each in topology.queues}
        self.topology = Topology(
            exchanges=tuple(each for each in self.topology.exchanges if each.name not in exchanges),
            queues=tuple(each for each in self.topology.queues if each.name not in queues),
            bindings=tuple(each for each in self.topology.bindings if each not in topology.bindings),
        )

    async def _channel_on_this_line(self, prefetch: int | None, *, confirm: bool) -> AbstractChannel:
        channel = Channel(self.raw, publisher_confirms=confirm, on_return_raises=confirm)
        await channel.initialize()
        if prefetch is not None:
            await channel.set_qos(prefetch_count=prefetch)
        return channel

    def _on_lost(self, *_: object) -> None:
        self._ready.clear()

    async def _on_reconnected(self, *_: object) -> None:
        """Declare again before anybody gets a channel. What the broker refuses, its users will hear."""
        self.reconnects += 1
        try:
            with suppress(LabsError), translated():
                channel = await self._channel_on_this_line(None, confirm=False)
                await declare_on(await channel.get_underlay_channel(), self.topology)
                await close_channel(channel)
        finally:
            self._ready.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Connection({self.name!r}, {'open' if self.is_open else 'closed'})"


async def connect(
    url: str, *, name: str = "labs", heartbeat_s: int = 30, timeout_s: float = 10.0
) -> Connection:
    """Connect to the broker at `url`: `amqp://user:password@host:port/vhost` (a `/` in a vhost is `%2F`).

    `name` is shown by the management UI. `heartbeat_s`: each side must hear the other within this many
    seconds. `timeout_s`: the most that this first attempt may take; later ones go on until `close`.
    Raises `BrokerUnavailable` when nobody answers, `AccessRefused` for a wrong user or password, `NotFound`
    for a vhost that does not exist.
    """
    return Connection(await robust(url, name=name, heartbeat_s=heartbeat_s, timeout_s=timeout_s), name=name)
