"""Inventory: puts pieces aside for a new order, and takes them back when it is cancelled.

It listens and announces; it calls nobody and knows nobody who listens to it. The rule that makes it safe: a
cancel that comes before its order is written down too, so the order that comes late gets nothing.
Runs as an `apply` of `Effects`: the inbox, the stock and the announcement are one transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection

from labs.orders.domain import saga
from labs.orders.domain.clock import Clock
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import NewId
from labs.orders.domain.saga_events import Announce, read_centimes, read_goods
from labs.orders.process.effects import NOTHING, Effect
from labs.orders.store import stock

#: How many pieces of a product there are when it is ordered for the first time.
FIRST_STOCK = 1_000


class Inventory:
    """The store room's service. `first_stock`: pieces of a product that nobody has counted yet."""

    def __init__(self, clock: Clock, new_id: NewId, *, first_stock: int = FIRST_STOCK) -> None:
        self._clock, self._new_id, self._first_stock = clock, new_id, first_stock

    def apply(self, connection: Connection, event: OrderEvent) -> Effect:
        """Do what `event` means to the store room, once. Raises `InvalidValue` for an event without goods.

        An `IntegrityError` (the same order's other event is being digested by another process) rises: the
        event comes again, and finds what that one wrote.
        """
        wish = saga.MEANS_TO_INVENTORY.get(event.name, event.name)
        announce = Announce(event, clock=self._clock, new_id=self._new_id)
        now = self._clock()
        match saga.next_stock(stock.reservation(connection, event.order_id), wish):
            case saga.TAKE:
                goods, centimes = read_goods(event), read_centimes(event)
                if stock.take(connection, event.order_id, goods, first_stock=self._first_stock, now=now):
                    return Effect(emits=(announce.reserved(goods, centimes=centimes),))
                reason = f"there are not {goods.quantity} × {goods.product_name} left"
                return Effect(emits=(announce.rejected(goods, reason=reason),))
            case saga.GIVE_BACK:
                back = stock.give_back(connection, event.order_id, now=now)
                return Effect(emits=(announce.released(back),)) if back else NOTHING
            case saga.REFUSE:
                stock.refuse(connection, event.order_id, read_goods(event), now=now)
        return NOTHING
