"""The relay: carries events from the outbox to the exchange, and never loses one on the way.

Claim, publish, wait for the broker's confirm, mark. A crash before the mark means that the event is
published again later: a duplicate, which the consumer's inbox makes harmless. Marking first would be the
other way round: a crash would lose the event, and nothing can make a loss harmless.
Confirms: https://www.rabbitmq.com/docs/confirms.
"""

from __future__ import annotations

from threading import Event

from labs.errors import Nacked, Unroutable
from labs.orders.domain.envelope import to_message
from labs.orders.store.outbox import Outbox
from labs.orders.topology import EVENTS
from labs.sync.connection import Connection
from labs.sync.producer import Producer
from labs.sync.translate import translated


class Relay:
    """Publishes what the outbox holds. One relay is enough; several do not disturb each other.

    `batch` is how many events one claim takes, `poll_s` how often it looks without being called.
    """

    def __init__(self, outbox: Outbox, *, batch: int, poll_s: float) -> None:
        self._outbox = outbox
        self._batch = batch
        self._poll_s = poll_s
        self._wake = Event()

    def wake(self) -> None:
        """There is news in the outbox. Called after each commit, from any thread; returns at once."""
        self._wake.set()

    def work(self, connection: Connection, stop: Event) -> None:
        """Carry events until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        producer = Producer(connection, EVENTS.name)
        while not stop.is_set():
            if self.carry(producer) == 0:
                with translated():  # an idle connection answers heartbeats, and learns of its own end
                    connection.raw.process_data_events(time_limit=0)
                self._wake.wait(self._poll_s)
                self._wake.clear()

    def carry(self, producer: Producer) -> int:
        """Publish one batch; returns how many events the broker confirmed.

        An event that the broker refuses or cannot route keeps its lease and is tried again when that runs
        out: somebody may have mended the binding by then. What was not tried is free again at once.
        """
        claim = self._outbox.claim(self._batch)
        untried = [event.id for event in claim.events]
        confirmed: list[str] = []
        try:
            for event in claim.events:
                try:
                    producer.publish(to_message(event), event.name)
                    confirmed.append(event.id)
                except (Unroutable, Nacked):
                    pass
                untried.remove(event.id)
        finally:
            if confirmed:
                self._outbox.mark_sent(claim.token, confirmed)
            if untried:
                self._outbox.release(claim.token, untried)
        return len(confirmed)
