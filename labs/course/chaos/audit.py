"""The audit: what a shop promises, held against its books, its queues and the world outside, when all is at rest.

A crash test without one proves little: everything looks well after a crash, and what is missing makes no noise. So
each promise is counted from two ends that do not know each other, such as what customers were answered and what is
stored, or what the bank received and what the orders cost. Ask when nothing moves any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from labs.course.chaos.balance import kept, miscounted, money, stock, told_again, unfinished, unread, untold
from labs.course.chaos.books import read_books
from labs.course.chaos.edge import Edge, look_outside
from labs.course.chaos.part import ALL_NAMES
from labs.course.chaos.world import World
from labs.orders.store.database import Database

#: Each promise by its short name, in the order of an event's way.
PROMISES = {
    "kept": "every order that a customer was answered about is stored",
    "published": "the outbox is empty",
    "notified": "every event of an order is in the dashboard's feed",
    "once": "and none of them twice",
    "read": "every event had its effect at every reader",
    "counted": "read model and trends say what the orders say",
    "told": "every mail, SMS, webhook call and parcel has gone out",
    "paid once": "nothing was charged, paid back or fetched twice",
    "saga": "every order ended in exactly one final state",
    "stock": "what is put aside is what the living orders need",
    "money": "what the bank holds is what the living orders cost",
    "parked": "no message was given up",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """`found`: for each promise what breaks it, a sentence each. The rest breaks none.

    `repeated`: channel → how often somebody outside was told again (at the edge of what can be known).
    `unheard`: orders that are stored, and whose customers were not among those answered.
    """

    accepted: int
    orders: int
    events: int
    found: Mapping[str, tuple[str, ...]]
    repeated: Mapping[str, int] = field(default_factory=dict)
    unheard: tuple[int, ...] = ()

    @property
    def broken(self) -> dict[str, tuple[str, ...]]:
        """Only the promises that are broken."""
        return {name: found for name, found in self.found.items() if found}

    @property
    def whole(self) -> bool:
        """Whether every promise is kept."""
        return not self.broken

    def sentences(self, *, most: int = 3) -> list[str]:
        """What is broken, with up to `most` examples each; and what was repeated at the edge."""
        said = []
        for name, found in self.broken.items():
            more = f"; and {len(found) - most} more" if len(found) > most else ""
            said.append(f"Not kept: {PROMISES[name]}. {'; '.join(found[:most])}{more}.")
        for channel, times in self.repeated.items():
            said.append(f"Repeated at the edge: {channel}, {times} ×.")
        return said


def audit(
    database: Database,
    accepted: Collection[int],
    *,
    world: World | None = None,
    parked: Mapping[str, int] | None = None,
    readers: Collection[str] = ALL_NAMES,
) -> Audit:
    """Hold everything against everything, as far as the shop has those `readers`.

    `accepted`: the numbers that customers were told. `world`: the stand-ins; without it, what is outside is not
    looked at. `parked`: what `labs.course.chaos.rest.parked` found.
    """
    books = read_books(database)
    has = frozenset(readers)
    edge = look_outside(world, books, has) if world else Edge()
    found: dict[str, Iterable[str]] = {
        "kept": kept(books, accepted),
        "published": [f"{books.waiting} events wait"] if books.waiting else [],
        "notified": untold(books) if "feed" in has else (),
        "once": told_again(books),
        "read": unread(books, has),
        "counted": miscounted(books, has),
        "told": edge.missing,
        "paid once": edge.twice,
        "saga": unfinished(books) if "saga" in has else (),
        "stock": stock(books) if "inventory" in has else (),
        "money": money(books, world.bank.ledger()) if world and "payment" in has else (),
        "parked": [f"{times} in {lot}" for lot, times in (parked or {}).items() if times],
    }
    return Audit(
        accepted=len(accepted), orders=len(books.orders), events=len(books.events),
        found={name: tuple(found[name]) for name in PROMISES},
        repeated=edge.repeated, unheard=tuple(sorted(set(books.orders) - set(accepted))),
    )  # fmt: skip
