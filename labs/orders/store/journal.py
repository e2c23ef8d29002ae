"""Writing events down: into the outbox, in the transaction of whatever made them true.

The rows stay after they were sent. Together they are the shop's journal, and everything that is made from
events can be made again from it (`read_all`). https://microservices.io/patterns/data/transactional-outbox.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from labs.orders.domain.clock import from_milliseconds, milliseconds
from labs.orders.domain.event import OrderEvent
from labs.orders.store.lease import Lease
from labs.orders.store.tables import outbox

#: Built once: a statement that is built anew must be compiled anew.
INSERT = insert(outbox)
#: How many rows one look into the journal brings.
PAGE = 500


def write_down(
    connection: Connection,
    events: Iterable[OrderEvent],
    *,
    lease: Lease | None = None,
) -> None:
    """Put these events into the outbox, as part of the transaction that `connection` is in.

    Under a `lease` they are claimed from the beginning: its owner will publish them.
    """
    claim = {
        "claimed_by": lease.token if lease else None,
        "claimed_until": milliseconds(lease.until) if lease else None,
    }
    rows = [
        {
            "event_id": event.id,
            "order_id": event.order_id,
            "name": event.name,
            "payload": json.dumps(dict(event.payload), ensure_ascii=False),
            "cause": event.cause,
            "created_at": milliseconds(event.created_at),
            **claim,
        }
        for event in events
    ]
    if rows:
        connection.execute(INSERT, rows)


def event_of(row: Row[Any]) -> OrderEvent:
    """The event that a row of the outbox holds."""
    return OrderEvent(
        id=row.event_id,
        name=row.name,
        order_id=row.order_id,
        payload=json.loads(row.payload),
        created_at=from_milliseconds(row.created_at),
        cause=row.cause,
    )


def read_all(connection: Connection) -> Iterator[OrderEvent]:
    """Every event that was ever written down, oldest first."""
    last = 0
    while rows := connection.execute(
        select(outbox).where(outbox.c.seq > last).order_by(outbox.c.seq).limit(PAGE)
    ).all():
        yield from map(event_of, rows)
        last = rows[-1].seq
