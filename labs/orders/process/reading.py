"""Reading one queue for a service whose effect is in the database: what a worker of the sync lane does.

What has arrived shares a transaction (`Effects.handle_batch`), so a rush costs one wait for the disk for many
events. Retries and parked messages are published on a second connection of the same thread: while a broker in
alarm stops reading from publishers, the acks on the first one still go through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from labs.message import Delivery
from labs.orders.domain.tally import Tally
from labs.orders.topology import Reader
from labs.outcome import Outcome
from labs.sync.batches import BatchConsumer
from labs.sync.connection import Connection, connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Gives what `reader`'s queue delivers to `handle_batch`, at most `prefetch` at once. `url` is the broker's."""

    reader: Reader
    handle_batch: Callable[[Sequence[Delivery]], Sequence[Outcome]]
    url: str
    prefetch: int
    tally: Tally

    def work(self, connection: Connection, stop: Event) -> None:
        """Consume until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        with connect(self.url, name=f"{connection.name}.retries") as publisher:
            BatchConsumer(
                connection,
                self.reader.queue,
                prefetch=self.prefetch,
                ladder=self.reader.ladder,
                publish_on=publisher,
            ).run(self._counted, stop=stop)

    def _counted(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        outcomes = self.handle_batch(deliveries)
        for outcome in outcomes:
            self.tally.outcome(self.reader.name, outcome)
        return outcomes
