"""The relay: carries events from the outbox to the exchange, and never loses one on the way.

Claim, publish, wait for the broker's confirm, mark. A crash before the mark means that the event is
published again later: a duplicate, which the reader's inbox makes harmless. Marking first would be the
other way round: a crash would lose the event, and nothing can make a loss harmless.
What was claimed together is on its way together, through a confirm window: one event waits for one round trip,
two hundred wait for hardly more. https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from threading import Event

from labs.errors import ConnectionLost
from labs.orders.domain.envelope import Form, to_message
from labs.orders.domain.tally import PUBLISHED, REFUSED, RELAY, Tally
from labs.orders.process.express import Express
from labs.orders.process.window import REFUSALS, Window
from labs.orders.store.outbox import Outbox
from labs.orders.topology import EVENTS
from labs.sync.connection import Connection
from labs.sync.translate import translated
from labs.sync.window import ConfirmWindow

#: How long a confirm may stay unmarked, in seconds: so many of them share a transaction.
MARK_S = 0.05


class Relay:
    """Publishes what the outbox holds. One relay is enough; several do not disturb each other.

    `batch` is how many events one claim takes, `poll_s` how often it looks without being called. `form` is how
    the events look on the wire. `tally` counts what was published and what was refused. `express` is the lane for
    events that the intake of this process hands over.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        batch: int,
        poll_s: float,
        form: Form = "envelope",
        tally: Tally | None = None,
    ) -> None:
        self._outbox, self._batch, self._poll_s, self._form = outbox, batch, poll_s, form
        self._tally = tally or Tally()
        self._news, self._look = Event(), Event()
        self._next_mark = 0.0
        self.express = Express(outbox, form=form, tally=self._tally, wake=self._news.set)

    def wake(self) -> None:
        """There is news in the outbox. Called after each commit, from any thread; returns at once."""
        self._look.set()
        self._news.set()

    def work(self, url: str, connection: Connection, stop: Event) -> None:
        """Carry events until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        next_look = 0.0
        with (
            self.express.running(),
            ConfirmWindow(url, EVENTS.name, size=self._batch, name=connection.name) as window,
        ):
            while not stop.is_set():
                self.express.publish(window)
                if self._look.is_set() or time.monotonic() >= next_look:
                    self._look.clear()
                    if self.carry(window):
                        continue  # where there were some, there may be more
                    with translated():  # an idle connection answers heartbeats, and learns of its own end
                        connection.raw.process_data_events(time_limit=0)
                    next_look = time.monotonic() + self._poll_s
                if not window.is_open:
                    raise ConnectionLost("The relay's line for publishing is gone.")
                self._rest(next_look)

    def _rest(self, next_look: float) -> None:
        """Until there is something to do; marks what was confirmed meanwhile, not more often than every `MARK_S`."""
        if not self.express.idle and time.monotonic() >= self._next_mark:
            self.express.mark()
            self._next_mark = time.monotonic() + MARK_S
        until = next_look if self.express.idle else min(next_look, self._next_mark)
        self._news.wait(max(0.0, until - time.monotonic()))
        self._news.clear()

    def carry(self, window: Window) -> int:
        """Publish one batch; returns how many events the broker confirmed.

        An event that the broker refuses or cannot route keeps its lease and is tried again when that runs
        out: somebody may have mended the binding by then. What nobody knows the end of is free again at once.
        """
        claim = self._outbox.claim(self._batch)
        answers: dict[str, Future[None]] = {}
        try:
            for event in claim.events:
                answers[event.id] = window.publish(to_message(event, form=self._form), event.name)
        finally:
            said = {event_id: answer.exception() for event_id, answer in answers.items()}
            confirmed = [event_id for event_id, error in said.items() if error is None]
            refused = [event_id for event_id, error in said.items() if isinstance(error, REFUSALS)]
            self._outbox.mark_sent(claim.token, confirmed)
            known = {*confirmed, *refused}
            self._outbox.release(claim.token, [event.id for event in claim.events if event.id not in known])
            self._tally.note(RELAY, PUBLISHED, len(confirmed))
            self._tally.note(RELAY, REFUSED, len(refused))
        for error in said.values():
            if error is not None and not isinstance(error, REFUSALS):
                raise error
        return len(confirmed)
