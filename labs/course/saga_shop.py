"""The real shop with its bank in sight, for lessons about the saga: `OrderSystem`, and a payment service beside it.

The bank is the stand-in of `python -m labs serve`; here it declines what is dearer than `card_limit_dzd`. Each
`SagaShop` begins in an empty folder and with no queue, so an experiment can be run again. Without `ladders` a
picture of it stays small; what fails is then given back to its queue.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

from labs.course.books import Books
from labs.course.letters import sweep
from labs.course.looking import Looking
from labs.orders.choosing import chosen
from labs.orders.domain.clock import system_clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.ids import random_id
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.payment import payment_app
from labs.orders.stand_ins.server import HttpServer
from labs.orders.topology import EMAIL
from labs.sync.connection import connect
from labs.sync.producer import Producer

CREW = ("feed", "inventory", "payment", "saga")  #: whoever the saga needs, and the dashboard
PASSWORD = "open-sesame"  #: the admin's
WILAYAS = (
    "Algiers",
    "Oran",
    "Algiers",
    "Constantine",
    "Oran",
    "Algiers",
    "Tamanrasset",
    "Algiers",
    "Oran",
    "Constantine",
)
PATIENCE_S = 45.0  #: how long the shop may take to come to rest


def wishes_of(form: Mapping[str, Any], crowd: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """A form for each person of `crowd`, which is product → (people, DZD): mixed, and the same mix every time."""
    wishes = [(what, price) for what, (people, price) in crowd.items() for _ in range(people)]
    random.Random(18).shuffle(wishes)  # noqa: S311 a fixed mix is what we want
    return [
        {**form, "productName": what, "totalPrice": price, "wilaya": wilaya}
        for (what, price), wilaya in zip(wishes, itertools.cycle(WILAYAS), strict=False)
    ]


class SagaShop:
    """One shop in the lesson's folder `name`, with these `readers`; `open` runs it, or a part of it."""

    def __init__(
        self, lesson: Looking, name: str, readers: Sequence[str], *, pieces: int, card_limit_dzd: int,
        saga: Literal["choreography", "orchestration"] = "choreography", ladders: bool = True,
    ) -> None:  # fmt: skip
        self._lesson = lesson
        self.settings = OrderSettings(first_stock=pieces, saga=saga)
        team = chosen(readers, self.settings)
        self.team = team if ladders else [replace(reader, backoff=None) for reader in team]
        self.home = lesson.folder / name
        shutil.rmtree(self.home, ignore_errors=True)
        self.bank = Bank(decline_over=card_limit_dzd * 100)
        self.books = Books(self.home, self.bank)
        sweep(lesson)

    @contextmanager
    def open(self, *, only: Collection[str] | None = None) -> Iterator[OrderSystem]:
        """Run it, and its bank. `only`: these parts; the others may run in a second one, on the same folder."""
        with HttpServer(payment_app(self.bank)) as street:
            settings = self.settings.model_copy(update={"payment_url": street.url})
            with OrderSystem(
                self._lesson.broker, vhost=self._lesson.vhost, home=self.home, readers=self.team,
                only=only, admin_password=PASSWORD, settings=settings,
            ) as shop:  # fmt: skip
                yield shop

    def rest(self, *, without: Collection[str] = ()) -> None:
        """Wait until nothing is under way: every event published, and had by all its readers but these."""
        readers = [reader for reader in self.team if reader.name not in without]
        what = "every event to be published, and noted by those who read it"
        self._lesson.wait_for(what, lambda: self.books.quiet(readers), within_s=PATIENCE_S)

    def hand_over(self, events: Sequence[OrderEvent]) -> None:
        """Publish these events from outside, and wait until every reader that keeps an inbox has had them.

        Behind the last one each queue gets a mark, which means nothing to anybody. Who has noted the mark has
        had everything before it.
        """
        mark = OrderEvent(
            id=random_id(), name="lesson.mark", order_id=1, payload={"orderId": 1, "totalPrice": 1},
            created_at=system_clock(),
        )  # fmt: skip
        noting = [reader for reader in self.team if reader.name != EMAIL.name]  # it has an inbox
        with connect(self._lesson.url, name="somebody") as connection:
            publish = Producer(connection, "orders").publish
            for event in events:
                publish(to_message(event), event.name)
            for reader in noting:
                Producer(connection, "").publish(to_message(mark), reader.queue)
        names = {reader.name for reader in noting}
        has_mark = lambda: self.books.has_noted(mark.id, names)  # noqa: E731
        self._lesson.wait_for("the mark behind the last event", has_mark, within_s=PATIENCE_S)
        self.rest()

    def facts(self, good: int, failed: int) -> list[tuple[str, int]]:
        """What can be counted of this form of the saga: a `good` order, and one that `failed`."""
        services = [reader for reader in self.team if reader.name in ("inventory", "payment", "saga")]
        had = "SELECT count(*) FROM inbox JOIN outbox ON event_id = message_id WHERE order_id = ? AND consumer IN"
        names = ", ".join(repr(reader.name) for reader in services)

        def delivered(order: int) -> int:
            return int(self.books.ask(f"{had} ({names})", order)[0][0])

        listen = [reader for reader in services if not all(key.startswith("command.") for key in reader.keys)]
        return [
            ("queues of the three services", len(services)),
            ("bindings of these queues", sum(len(reader.keys) for reader in services)),
            ("services that must know other services' events", len(listen)),
            ("a good order: messages published", len(self.books.story(good))),
            ("a good order: deliveries to the three", delivered(good)),
            ("a declined one: messages published", len(self.books.story(failed))),
            ("a declined one: deliveries to the three", delivered(failed)),
        ]
