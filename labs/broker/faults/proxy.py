"""A TCP proxy in front of a broker: the network between us, which a lesson may break.

    with Proxy(broker) as proxy, connect(proxy.broker.url(vhost)) as connection:
        proxy.cut()            # the line breaks, now
        proxy.stall()          # nothing passes any more, and nobody is told; resume() goes on
        proxy.throttle(2_000)  # bytes per second, each way; throttle(None) takes it off
        proxy.refuse()         # new connections are refused; accept() lets them in again

The rule: only what goes to `proxy.broker` passes here; whoever uses the broker's own address is not disturbed,
nor is the management API. What breaks: a stalled line looks healthy to both ends, which is why AMQP has
heartbeats (https://www.rabbitmq.com/docs/heartbeats).
It runs on an event loop in a thread of its own, listens on loopback, and may be used from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import replace
from typing import Any, Self, TypeVar

from labs.broker.address import Broker
from labs.broker.faults.carrier import Carrier, Direction
from labs.broker.ports import LOOPBACK
from labs.errors import LabsError, WaitTimeout

#: Longest wait for the proxy's own thread, in seconds; it needs a millisecond.
PATIENCE_S = 5.0

T = TypeVar("T")


class Proxy:
    """Listening from its first moment until `close()` or the end of its `with` block; then all lines are cut.

    Every call raises LabsError once it is closed.
    """

    def __init__(self, target: Broker) -> None:
        self._loop = asyncio.new_event_loop()
        self._carrier = Carrier((target.host, target.port))
        scheme = target.amqp_url.partition(":")[0]
        #: The same broker, by way of this proxy.
        self.broker = replace(target, amqp_url=f"{scheme}://{LOOPBACK}:{self._carrier.port}")
        self._thread = threading.Thread(target=self._run, name="labs-proxy", daemon=True)
        self._thread.start()
        self.accept()

    @property
    def connections(self) -> int:
        """How many lines stand now, as far as this end knows: a stalled one is not heard to end."""
        return len(self._carrier.lines)

    def cut(self) -> int:
        """Break every line at once, as a router that reboots does; return how many there were.

        What was on its way is lost. Who connects again gets through, unless `refuse()` was called.
        """
        return self._do(self._carrier.cut())

    def stall(self, only: Direction | None = None) -> None:
        """Let nothing pass until `resume()`, without breaking a line. Nobody is told.

        `only="from_broker"`: what we send still arrives, and the answers do not come back.
        """
        self._do(self._carrier.gates(opened=False, only=only))

    def resume(self) -> None:
        """Let everything pass again, beginning with what was held back."""
        self._do(self._carrier.gates(opened=True))

    def throttle(self, bytes_per_s: float | None) -> None:
        """Carry no more than this many bytes per second each way, over all lines together; None: no limit."""
        if bytes_per_s is not None and bytes_per_s <= 0:
            raise ValueError("A speed is above zero. To let nothing pass, call stall().")
        for way in self._carrier.ways.values():
            way.bytes_per_s = bytes_per_s

    def refuse(self) -> None:
        """Refuse new connections, as a host does on which no broker runs. Standing lines stay."""
        self._do(self._carrier.refuse())

    def accept(self) -> None:
        """Take new connections again, on the same port."""
        self._do(self._carrier.accept())

    def close(self) -> None:
        """Cut all lines and give the port back, within seconds. Safe to call twice."""
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)

    def _do(self, job: Coroutine[Any, Any, T]) -> T:
        """Run `job` on the proxy's loop and wait for it."""
        try:
            waiting = asyncio.run_coroutine_threadsafe(job, self._loop)
        except RuntimeError as error:
            job.close()
            raise LabsError("This proxy is closed.", hint="Make a new one: Proxy(broker).") from error
        try:
            return waiting.result(PATIENCE_S)
        except FutureTimeout as error:
            raise WaitTimeout(awaited="the proxy's thread", seen=f"no answer in {PATIENCE_S:g} s") from error

    def _run(self) -> None:
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._carrier.end())
        finally:
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Proxy(connections={self.connections})"
