"""What the two lanes to a real broker have in common: a vhost, the broker's own counts, and a line to cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from labs.broker.address import Broker
from labs.broker.faults import Proxy, memory_alarm
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.errors import WaitTimeout

#: No wait of a scenario may take longer, in seconds; on a quiet machine all of them together take less.
PATIENCE_S = 20.0
#: How often a condition is looked at, in seconds.
TICK_S = 0.02
#: How long a publish waits for its confirm under an alarm, in seconds.
CONFIRM_WITHIN_S = 1.5


class Real:
    """`node`: the private node behind `broker`, when a scenario may raise an alarm on it."""

    def __init__(self, broker: Broker, vhost: str, *, node: PrivateNode | None = None) -> None:
        self.url = broker.url(vhost)
        self.vhost, self.node = vhost, node
        self.management = Management(broker)
        self.proxy = Proxy(broker)
        self.url_to_cut = self.proxy.broker.url(vhost)

    def ready(self, queue: str) -> int:
        """The broker's own count; exact for classic queues."""
        return int(self.management.queue(self.vhost, queue)["messages_ready"])

    def unacked(self, queue: str) -> int:
        """The broker's own count."""
        return int(self.management.queue(self.vhost, queue)["messages_unacknowledged"])

    def now_ms(self) -> float:
        """The wall's clock, more or less."""
        return time.monotonic() * 1000

    def eventually(self, holds: Callable[[], bool], awaited: str) -> None:
        """Poll."""
        within = deadline(holds, awaited)
        while not within():
            time.sleep(TICK_S)

    @contextmanager
    def blocked(self) -> Iterator[None]:
        """A memory alarm."""
        assert self.node is not None, "an alarm stops everybody's publishers: it needs a node of its own"
        with memory_alarm(self.node):
            yield

    def close(self) -> None:
        """Hang up."""
        self.proxy.close()
        self.management.close()


def deadline(holds: Callable[[], bool], awaited: str) -> Callable[[], bool]:
    """The same condition; asked after its time, it is a `WaitTimeout`."""
    ends = time.monotonic() + PATIENCE_S

    def in_time() -> bool:
        if holds():
            return True
        if time.monotonic() > ends:
            raise WaitTimeout(awaited=awaited, seen=f"nothing of it in {PATIENCE_S:g} s")
        return False

    return in_time
