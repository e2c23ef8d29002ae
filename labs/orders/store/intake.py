"""Taking an order: the order and the promise to announce it, in one transaction.

Either both rows exist or neither does. Write the order and publish afterwards, as many tutorials do,
and a crash between the two steps leaves an order that nobody is ever told about.
This pattern is the transactional outbox, https://microservices.io/patterns/data/transactional-outbox.html.

`place` is the pattern for one order. `take` is the same for a rush: orders that come at the same time share a
transaction (`labs.orders.store.group_commit`). Both may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from labs.orders.domain.clock import Clock, from_milliseconds, milliseconds
from labs.orders.domain.event import OrderEvent, order_created
from labs.orders.domain.ids import NewId
from labs.orders.domain.order import Order, OrderRequest
from labs.orders.store.changes import change_status
from labs.orders.store.database import Database
from labs.orders.store.group_commit import GroupCommit
from labs.orders.store.journal import write_down
from labs.orders.store.lease import Carrier
from labs.orders.store.order_rows import INSERT, next_number, order_of, row_of
from labs.orders.store.requests import recall, remember
from labs.orders.store.tables import orders
from labs.orders.store.wishes import Placed, Wish, sort_out

#: How long a taker waits for its commit, in seconds: longer than a busy database takes to give up.
WITHIN_S = 10.0


class Intake:
    """Stores orders. `committed` is called after each commit, to wake the relay: at once, and without raising.

    `capacity` orders may wait to be taken, and up to `group` of them share a transaction.
    `paid_first`: the shop runs a saga, so an order must be paid before it is shipped.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        new_id: NewId,
        first_id: int = 1,
        committed: Callable[[], None] = lambda: None,
        carrier: Carrier | None = None,
        capacity: int = 2000,
        group: int = 256,
        paid_first: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._first_id = first_id
        self._committed = committed
        self._carrier = carrier
        self._paid_first = paid_first
        self._takers: GroupCommit[Wish, Placed] = GroupCommit(
            self._take_group, name="orders.intake", capacity=capacity, group=group
        )

    def place(self, request: OrderRequest) -> Order:
        """Store the order and its event; when this returns, both are on the disk.

        The broker has no part in it: with the broker down, orders are taken all the same.
        """
        # Whole milliseconds, because that is what the table keeps: the answer and the row must agree.
        now = from_milliseconds(milliseconds(self._clock()))
        with self._database.write() as connection:
            number = next_number(connection, first=self._first_id)
            order = Order(id=number, request=request, created_at=now)
            event = order_created(order, event_id=self._new_id())
            connection.execute(INSERT, row_of(order))
            write_down(connection, [event])
        self._committed()
        return order

    def take(self, request: OrderRequest, *, key: str | None = None) -> Placed:
        """Store the order in one transaction with those that wait now; the same promise as `place`.

        `key` is the customer's `Idempotency-Key`: the same key with the same request is the same order again.
        Raises `KeyReused`, `Busy`, or what the database raised: then nothing of this order is stored. Only a
        `TimeoutError` leaves open what came of it; asking again with the same key tells.
        """
        return self._takers.do(Wish(request=request, key=key), within_s=WITHIN_S)

    async def take_async(self, request: OrderRequest, *, key: str | None = None) -> Placed:
        """`take` for an event loop, which is free for others meanwhile."""
        return await self._takers.do_async(Wish(request=request, key=key), within_s=WITHIN_S)

    def close(self, within_s: float = WITHIN_S) -> bool:
        """Answer everybody who was let in, then take nobody any more. False if `within_s` seconds did not do."""
        return self._takers.close(within_s)

    def find(self, order_id: int) -> Order | None:
        """The stored order with this id, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(orders).where(orders.c.id == order_id)).first()
        return None if row is None else order_of(row)

    def change(self, order_id: int, wanted: str, *, reason: str, seen_version: int | None = None) -> Order:
        """Change an order's status for a person; raises `UnknownOrder`, `IllegalMove`, `Unpaid`, `Overtaken`."""
        with self._database.write() as connection:
            order, _ = change_status(
                connection,
                order_id=order_id,
                wanted=wanted,
                reason=reason,
                at=self._clock(),
                new_id=self._new_id,
                seen_version=seen_version,
                paid_first=self._paid_first,
            )
        self._committed()
        return order

    def _take_group(self, wishes: list[Wish]) -> list[Placed | Exception]:
        """`place` for many at once, and whoever asks again under the same key gets the order that is there."""
        now = from_milliseconds(milliseconds(self._clock()))
        lease = self._carrier.lease() if self._carrier else None
        events: list[OrderEvent] = []
        with self._database.write() as connection:
            number = next_number(connection, first=self._first_id)
            known = recall(connection, (wish.key for wish in wishes))
            result = sort_out(wishes, known=known, number=number, now=now)
            if result.orders:
                connection.execute(INSERT, [row_of(order) for order in result.orders])
                events = [order_created(new, event_id=self._new_id()) for new in result.orders]
                write_down(connection, events, lease=lease)
                remember(connection, result.keys, now=now)
        if events and self._carrier and lease:
            self._carrier.carry_now(lease, events)
        elif events:
            self._committed()
        return result.answers
