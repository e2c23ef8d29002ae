"""Two faults of *ours*, planted in this kernel's shop for a while: a matrix that they do not turn red is worth nothing.

Each is a mistake that people make. The rule: planted by a `with` block, and gone with it, whatever ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from sqlalchemy import Connection

from labs.orders.domain.envelope import to_message
from labs.orders.process import effects
from labs.orders.process.express import Express
from labs.orders.process.relay import Relay
from labs.orders.process.window import Window
from labs.orders.store.inbox import is_new, which_are_new


class HastyRelay(Relay):
    """Publishes and marks: what the broker says about it, nobody waits for."""

    def carry(self, window: Window) -> int:
        """One round, as an impatient person would write it."""
        claim = self._outbox.claim(self._batch)
        for event in claim.events:
            window.publish(to_message(event), event.name)  # returns a future, and nobody looks at it
        self._outbox.mark_sent(claim.token, [event.id for event in claim.events])
        return len(claim.events)


@contextmanager
def hasty_relay() -> Iterator[None]:
    """Inside the block, every relay is a hasty one, and gets its events from the outbox alone."""
    with patch.object(Relay, "carry", HastyRelay.carry), patch.object(Express, "lease", lambda _: None):
        yield


@contextmanager
def forgetful(reader: str) -> Iterator[None]:
    """Inside the block, this reader asks its inbox and does not listen to the answer."""

    def one(connection: Connection, *, consumer: str, message_id: str, now: datetime) -> bool:
        known = not is_new(connection, consumer=consumer, message_id=message_id, now=now)
        return consumer == reader or not known

    def many(connection: Connection, *, consumer: str, message_ids: Iterable[str], now: datetime) -> set[str]:
        asked = set(message_ids)
        new = which_are_new(connection, consumer=consumer, message_ids=asked, now=now)
        return asked if consumer == reader else new

    with patch.object(effects, "is_new", one), patch.object(effects, "which_are_new", many):
        yield
