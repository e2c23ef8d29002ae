"""What each consumer holds: delivered to it and not yet acknowledged.

The broker counts unacknowledged messages for each queue, not for each consumer, and acks are not traced. So the
number is exact only for a consumer that has its queue to itself; for others it is an estimate: the deliveries
of the queue in order, minus as many as the queue no longer counts, first those that a consumer's prefetch
forbids it to hold, then the oldest. https://www.rabbitmq.com/docs/consumer-prefetch
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping

from labs.live.consumers import Attendee, Consumers

#: More outstanding deliveries of one queue than this are not told apart.
MOST = 10_000


class Holds:
    """Fed with deliveries and with looks."""

    def __init__(self) -> None:
        self._out: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST))
        self._fresh: Counter[str] = Counter()

    def delivered(self, queue: str, to: str) -> None:
        """A consumer got a message that it has to acknowledge."""
        self._out[queue].append(to)
        self._fresh[queue] += 1

    def asked(self) -> None:
        """A look is on its way; what is delivered from now on may not be in it."""
        self._fresh.clear()

    def seen(
        self, counts: Mapping[str, tuple[int, int]], consumers: Consumers
    ) -> dict[str, tuple[int, bool]]:
        """Consumer's node → how many it holds, and whether that is exact. Who never acknowledges is left out."""
        found: dict[str, tuple[int, bool]] = {}
        for queue, (_, unacked) in counts.items():
            holders = [one for one in consumers.of_queue(queue) if not one.who.auto_ack]
            if len(holders) == 1 and not consumers.has_getter(queue):
                self._shorten(queue, unacked, holders)
                found[holders[0].id] = unacked, True
            elif holders:
                self._shorten(queue, unacked, holders)
                held = Counter(self._out[queue])
                found |= {one.id: (min(held[one.id], unacked), False) for one in holders}
        for queue in self._out.keys() - counts.keys():
            del self._out[queue]
        return found

    def _shorten(self, queue: str, unacked: int, holders: list[Attendee]) -> None:
        """Forget as many deliveries as the queue no longer counts."""
        out = self._out[queue]
        surplus = len(out) - unacked - self._fresh[queue]
        if surplus <= 0:
            return
        limits = {one.id: one.who.prefetch or MOST for one in holders}
        held = Counter(out)
        kept: deque[str] = deque(maxlen=MOST)
        for to in out:
            if surplus and held[to] > limits.get(to, 0):
                held[to] -= 1
                surplus -= 1
            else:
                kept.append(to)
        for _ in range(surplus):
            kept.popleft()
        self._out[queue] = kept
