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

    def ask(self, name: str) -> tuple[int, int] | None:
        """Ready messages and consumers of this queue; None if it may not be asked."""
        queue = self.queues.get(name)
        if self._ear is None or queue is None or queue.exclusive or queue.expires_ms is not None:
            return None
        return self._ear.ready(name)

    def exact(self, counts: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """The counts of those queues whose statistics come late, with their ready messages of now."""
        late = [name for name, queue in self.queues.items() if queue.type != "classic" and name in counts]
        answers = {name: self.ask(name) for name in late}
        return {name: (answer[0], counts[name][1]) for name, answer in answers.items() if answer}
