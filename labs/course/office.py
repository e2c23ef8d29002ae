"""The shop's channels by themselves: each is made as the shop makes it, reads its queue, and keeps its notes.

A lesson hands events to a channel through the real queue and sees what came of them: the outcome that the broker
was told, the notes, and what arrived outside. `power_fails` stops the machine at the worst moment, after the call
and before the note. Belongs to the event loop that calls `work`; the database is a file that ends with the office.
https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from labs.aio.connection import connect
from labs.aio.consumer import Consumer
from labs.aio.declare import declare
from labs.aio.producer import Producer
from labs.course.letters import sweep
from labs.course.place import Place
from labs.course.town import Town
from labs.errors import WaitTimeout
from labs.message import Delivery
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.orders.domain.ids import random_id
from labs.orders.outside import Outside
from labs.orders.services import OUTSIDE, SERVICES, Means
from labs.orders.store.database import Database
from labs.orders.store.deliveries import Deliveries, Note
from labs.orders.store.feed import Feed
from labs.orders.store.webhooks import Registration
from labs.orders.topology import EVENTS, Reader, topology
from labs.outcome import Outcome

#: How many events a channel works on at once, and how long its work may take, in seconds.
AT_ONCE, PATIENCE_S = 20, 20.0


#: What Ahmed's events say, unless something else is asked for.
AHMED = {
    "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000, "quantity": 1,
    "wilaya": "Algiers", "phone": "+213555123456", "email": "ahmed@example.com", "urgent": False,
}  # fmt: skip


class PowerCut(Exception):
    """The machine stops here."""


def about(order_id: int, name: str = ORDER_CREATED, **changes: object) -> OrderEvent:
    """An event about Ahmed's order, with an id that is the same in every run."""
    data = AHMED | {"orderId": order_id} | changes
    return OrderEvent(
        id=f"event-{order_id}", name=name, order_id=order_id, payload=data, created_at=system_clock()
    )


class Notes(Deliveries):
    """The table of deliveries, with a switch at the worst moment."""

    power_fails = False

    def sent(self, *what: Any, **more: Any) -> bool:
        """Note that they have it, unless the power fails: they have it then, and nobody knows."""
        if self.power_fails:
            raise PowerCut
        return super().sent(*what, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means(Means):
    kept: Notes

    @property
    def notes(self) -> Deliveries:
        return self.kept


class Office:
    """Channels for `town`, with clean queues in `lesson`. `settings` are changes of the shop's settings."""

    def __init__(self, town: Town, lesson: Place, **settings: Any) -> None:
        sweep(lesson)
        self._home = TemporaryDirectory(dir=lesson.folder, ignore_cleanup_errors=True)
        self._database = Database(Path(self._home.name) / "office.sqlite")
        self._url = lesson.url
        chosen = town.settings(**settings)
        self.notes = Notes(self._database, clock=system_clock)
        self._means = _Means(
            settings=chosen, database=self._database, clock=system_clock, new_id=random_id,
            feed=Feed(self._database, clock=system_clock),
            outside=Outside(chosen, home=Path(self._home.name), readers=()),
            announce=lambda *_: None, committed=lambda: None, kept=self.notes,
        )  # fmt: skip

    def register(self, url: str, *keys: str) -> Registration:
        """Somebody wants these events at `url`: what the registration page does. It holds the secret."""
        return self._means.registrations.add(url, keys)

    def noted(self, order_id: int) -> list[Note]:
        """What is known about the sendings of this order, by recipient."""
        return sorted(self.notes.about(order_id), key=lambda note: note.what.recipient)

    async def work(
        self, reader: Reader, *events: OrderEvent, until: Callable[[], Any] | None = None
    ) -> list[Outcome]:
        """Publish the events, let the channel read its queue, and return its outcomes in their order.

        Ends when `until()` is true; without it, when there is an outcome for each event, and for one at least.
        Raises what the channel raises, and `WaitTimeout` after 20 s.
        """
        outcomes: list[Outcome] = []
        handle = OUTSIDE[SERVICES[reader.name]](self._means)

        async def noting(delivery: Delivery) -> Outcome:
            outcomes.append(await handle(delivery))
            return outcomes[-1]

        done = until or (lambda: len(outcomes) >= max(1, len(events)))
        relay = await connect(self._url, name="relay")
        async with relay, await connect(self._url, name=reader.name) as line:
            await declare(line, topology((reader,)))
            for event in events:
                await Producer(relay, EVENTS.name).publish(to_message(event), event.name)
            consumer = Consumer(line, reader.queue, prefetch=AT_ONCE, ladder=reader.ladder)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await consumer.run(noting, until=lambda: bool(done()))
            except TimeoutError as error:
                raise WaitTimeout(
                    awaited=f"{reader.name} for {PATIENCE_S:g} s", seen=repr(outcomes)
                ) from error
        return outcomes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._database.close()
        self._home.cleanup()
