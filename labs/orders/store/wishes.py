"""What becomes of a group of wishes: which are new orders, which were stored before, which cannot be.

No database in sight: given what is known already, this is arithmetic, and so its rules are easy to test.
Two wishes of one group may carry the same key, when an impatient browser asks twice at once; the second is
answered with the first one's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from labs.orders.domain.order import Order, OrderRequest
from labs.orders.store.requests import Kept, KeyReused, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An order that somebody wants to place, under an `Idempotency-Key` or without one."""

    request: OrderRequest
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A stored order; `repeated` when it was stored before, under the same `Idempotency-Key`."""

    order: Order
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """One answer for each wish, in order; the orders to store, and the keys to keep with them."""

    answers: list[Placed | Exception] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    keys: list[Kept] = field(default_factory=list)


def sort_out(wishes: Iterable[Wish], *, known: Mapping[str, Kept], number: int, now: datetime) -> Sorted:
    """Decide about each wish. New orders get the numbers from `number` on, without holes, and the moment `now`."""
    result = Sorted()
    kept = dict(known)
    for wish in wishes:
        mark = "" if wish.key is None else fingerprint(wish.request)
        if wish.key is not None and (before := kept.get(wish.key)):
            same = before.fingerprint == mark
            result.answers.append(Placed(order=before.order, repeated=True) if same else KeyReused())
            continue
        order = Order(id=number + len(result.orders), request=wish.request, created_at=now)
        result.orders.append(order)
        result.answers.append(Placed(order=order, repeated=False))
        if wish.key is not None:
            kept[wish.key] = Kept(key=wish.key, fingerprint=mark, order=order)
            result.keys.append(kept[wish.key])
    return result
