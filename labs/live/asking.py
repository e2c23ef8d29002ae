"""A queue asked by AMQP: its ready messages and consumers, exact at once, also for quorum queues and streams.

The rule: asking must change nothing. A queue that goes when nobody has used it for a while (`x-expires`) would
take the question for a use, so it is not asked; an exclusive one refuses. https://www.rabbitmq.com/docs/ttl#queue-ttl
"""

from __future__ import annotations

from collections.abc import Mapping

from labs.live.ear import Ear
from labs.queue import Queue


class Asking:
    """Asks through the tap's connection; without a tap there are no answers."""

    def __init__(self, ear: Ear | None) -> None:
        self._ear = ear
        self.queues: Mapping[str, Queue] = {}
        self.late = False

    def ask(self, name: str) -> tuple[int, int] | None:
        """Ready messages and consumers of this queue; None if it may not be asked."""
        queue = self.queues.get(name)
        if self._ear is None or queue is None or queue.exclusive or queue.expires_ms is not None:
            return None
        return self._ear.ready(name)

    @property
    def lags(self) -> bool:
        """Whether there are queues whose statistics come late."""
        return any(queue.type != "classic" for queue in self.queues.values())

    def make_exact(self, counts: dict[str, tuple[int, int]]) -> None:
        """Put the ready messages of now where statistics come late; `late` says whether they were others."""
        self.late = False
        for name, queue in self.queues.items():
            if queue.type != "classic" and name in counts and (answer := self.ask(name)) is not None:
                self.late |= counts[name][0] != answer[0]
                counts[name] = answer[0], counts[name][1]
