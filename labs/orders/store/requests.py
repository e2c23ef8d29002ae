"""Remembering what was asked under an `Idempotency-Key`, so that asking again is harmless.

A customer's browser sends an order and hears nothing: was it stored? With a key of its own for every order it
may simply ask again. The rule: key and order are written in the *same transaction*. A key that is kept
beside it, in a cache or a commit of its own, is lost or wrong exactly when it is needed: after a crash.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from labs.orders.domain.clock import milliseconds
from labs.orders.domain.lifecycle import PENDING
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.store.order_rows import order_of
from labs.orders.store.tables import orders, requests

INSERT = insert(requests)
FIND = (
    select(requests.c.key, requests.c.fingerprint, orders)
    .join(orders, orders.c.id == requests.c.order_id)
    .where(requests.c.key.in_(bindparam("keys", expanding=True)))
)


class KeyReused(ValueError):
    """This key belongs to another order: one key, one order."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used for another order. Please use a new one for each order."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was asked under a `key`: the `fingerprint` of the request, and the `order` that answered it."""

    key: str
    fingerprint: str
    order: Order


def fingerprint(request: OrderRequest) -> str:
    """The same for two requests exactly when they ask for the same: spelling and order of fields do not count."""
    text = json.dumps(astuple(request), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def recall(connection: Connection, keys: Iterable[str | None]) -> dict[str, Kept]:
    """What is kept under these keys, with each order as it was when it was answered for the first time."""
    wanted = [key for key in keys if key is not None]
    if not wanted:
        return {}
    rows = connection.execute(FIND, {"keys": wanted})
    return {
        row.key: Kept(
            key=row.key,
            fingerprint=row.fingerprint,
            order=replace(order_of(row), status=PENDING, version=1),
        )
        for row in rows
    }


def remember(connection: Connection, kept: Iterable[Kept], *, now: datetime) -> None:
    """Keep these from now on; for as long as the order is kept, for a repetition may come late."""
    rows = [
        {
            "key": each.key,
            "fingerprint": each.fingerprint,
            "order_id": each.order.id,
            "received_at": milliseconds(now),
        }
        for each in kept
    ]
    if rows:
        connection.execute(INSERT, rows)
