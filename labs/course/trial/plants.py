"""Two faults of *ours*, planted in this kernel's shop for a while: a matrix that they do not turn red is worth nothing.

Each is a mistake that people make. The rule: planted by a `with` block, and gone with it, whatever ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from labs.orders.domain.envelope import to_message
from labs.orders.process import effects
from labs.orders.process.relay import Relay, Window
from labs.orders.store.inbox import is_new, which_are_new


def hasty(relay: Any, window: Window) -> int:
    """Publish and mark: what the broker says about it, nobody waits for."""
    claim = relay._outbox.claim(relay._batch)  # noqa: SLF001 it stands in the place of a method
    for event in claim.events:
        window.publish(to_message(event), event.name)  # returns a future, and nobody looks at it
    relay._outbox.mark_sent(claim.token, [event.id for event in claim.events])  # noqa: SLF001
    return len(claim.events)


@contextmanager
def hasty_relay() -> Iterator[None]:
    """Inside the block, relays mark before the confirm."""
    with patch.object(Relay, "carry", hasty):
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
