"""The inbox: which events a consumer has had, so that a second delivery changes nothing.

The rule: note the id in the *same transaction* as the effect, and ask by writing. A consumer that looks first
and writes later is overtaken between the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from labs.orders.domain.clock import milliseconds
from labs.orders.store.skip import insert_all_or_skip, insert_or_skip
from labs.orders.store.tables import inbox


def is_new(connection: Connection, *, consumer: str, message_id: str, now: datetime) -> bool:
    """Note that `consumer` has this message; False when it was noted before, so there is nothing to do."""
    values = {"consumer": consumer, "message_id": message_id, "received_at": milliseconds(now)}
    return insert_or_skip(connection, inbox, values)


def which_are_new(
    connection: Connection, *, consumer: str, message_ids: Iterable[str], now: datetime
) -> set[str]:
    """The same for many messages, in one statement: notes them all, and returns those that were not there."""
    at = milliseconds(now)
    rows = [{"consumer": consumer, "message_id": message_id, "received_at": at} for message_id in message_ids]
    return insert_all_or_skip(connection, inbox, rows, tell=inbox.c.message_id) if rows else set()
