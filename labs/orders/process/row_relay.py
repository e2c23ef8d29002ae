"""A relay that leaves the carrying to somebody else's function: it claims and marks, they publish and confirm.

    carry_rows(channel, [{"id": "…", "key": "order.created", "body": "{…}"}, …])  →  the ids that may be marked

The rule is the relay's: only what comes back is marked. A function that forgets an id causes a duplicate, which the
inboxes make harmless; one that returns an id too many causes a loss, which nothing here could notice.
Runs in the relay's thread, on its connection, with a new channel for each batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event
from typing import Any

from labs.orders.domain.envelope import Form, to_message
from labs.orders.domain.tally import PUBLISHED, REFUSED, RELAY, Tally
from labs.orders.process.relay import Relay
from labs.orders.store.outbox import Outbox
from labs.sync.connection import Connection
from labs.sync.translate import translated

#: A plain pika channel and rows go in; the ids of those that the broker has come out.
CarryRows = Callable[[Any, list[dict[str, str]]], Iterable[str]]


class RowRelay(Relay):
    """`carry_rows` publishes. The rest is as in `Relay`."""

    def __init__(
        self,
        outbox: Outbox,
        carry_rows: CarryRows,
        *,
        batch: int,
        poll_s: float,
        form: Form = "envelope",
        tally: Tally | None = None,
    ) -> None:
        super().__init__(outbox, batch=batch, poll_s=poll_s, form=form, tally=tally)
        self._carry_rows = carry_rows

    def work(self, url: str, connection: Connection, stop: Event) -> None:  # noqa: ARG002 one line is enough here
        """Carry events until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        while not stop.is_set():
            with translated():
                if self.carry_on(connection.raw) == 0:
                    connection.raw.process_data_events(time_limit=0)
                    self._news.wait(self._poll_s)
                    self._news.clear()

    def carry_on(self, raw: Any) -> int:
        """Let the function carry one batch over the pika connection `raw`; returns how many were marked.

        When it raises, nobody knows which of them the broker has: all are free again, and go once more.
        """
        claim = self._outbox.claim(self._batch)
        if not claim.events:
            return 0
        rows = [
            {"id": event.id, "key": event.name, "body": to_message(event, form=self._form).body.decode()}
            for event in claim.events
        ]
        channel = raw.channel()
        try:
            marked = self._outbox.mark_sent(claim.token, list(self._carry_rows(channel, rows)))
        except BaseException:
            self._outbox.release(claim.token, [event.id for event in claim.events])
            raise
        finally:
            if channel.is_open:
                channel.close()
        self._tally.note(RELAY, PUBLISHED, marked)
        self._tally.note(RELAY, REFUSED, len(rows) - marked)
        return marked
