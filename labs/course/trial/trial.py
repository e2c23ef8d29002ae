"""Faults, tried one after the other on one shop; after each of them its books are read, and a row is noted.

    with Trial(lesson, matrix) as trial, trial.fault("relay killed", dies="relay.confirmed") as fault:
        trial.place(3)      # customers order, and are answered
        fault.die()         # the relay, a process now, gets to that point and kills itself
    …                       # its successor was started, all came to rest, the audit was taken

The rule: a fault counts only when something shows that it has hit; `fault.hit` says what.
Whatever ends a block, an interrupt too, nothing of it runs afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Self

from labs.broker.address import Broker
from labs.broker.faults.undone import Errand
from labs.course.chaos.audit import Audit
from labs.course.chaos.part import ShopPart
from labs.course.chaos.points import point
from labs.course.place import Place
from labs.course.trial.counts import Counts
from labs.course.trial.matrix import Matrix, Row
from labs.course.trial.shop import TrialShop
from labs.course.trial.stillness import at_rest, last_word
from labs.errors import LabsError
from labs.orders.web.client import ShopClient

#: A customer's form. It has no mail address, so each order leads to one mail: to the shop itself.
FORM = {
    "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329_000,
    "wilaya": "Algiers", "phone": "+213 555 123 456",
}  # fmt: skip


class Fault:
    """One fault. `hit`: how one sees that it happened. `doomed`: the process that dies of it, if there is one."""

    def __init__(self, doomed: ShopPart | None, dies: str) -> None:
        self.hit = ""
        self.doomed, self._dies, self._begun = doomed, dies, False

    def begin(self) -> None:
        """Start the part that is going to die, once; it dies when it gets there."""
        if self.doomed is not None and not self._begun:
            self._begun = True
            self.doomed.start()

    def die(self) -> None:
        """Wait until it has died. Raises `WaitTimeout` when it goes on, `LabsError` when it ended elsewhere."""
        self.begin()
        if self.doomed is None:
            raise LabsError("Nobody dies of this fault.", hint="Say where: fault(…, dies='relay.confirmed').")
        code = self.doomed.wait_dead()
        if self.doomed.died_at != self._dies:
            raise LabsError(f"{self.doomed} ended with {code}, but not at {self._dies}.")
        self.hit = self.hit or f"exit code {code}"


class Trial:
    """Its shop is `shop`. `broker`, `settings`: as `TrialShop` has them. One part can die; so one trial for each.

    Each fault's audit looks at all orders of this trial so far. The last one is taken when the shop has closed.
    """

    def __init__(
        self,
        lesson: Place,
        matrix: Matrix,
        *,
        broker: Broker | None = None,
        **settings: str,
    ) -> None:
        self.shop = TrialShop(lesson, broker or lesson.broker, settings=settings)
        self._matrix = matrix
        self._process: ShopPart | None = None
        self._last = self._hit = ""
        self._before = self._again = 0

    def __enter__(self) -> Self:
        self.shop.prepare()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self._last:
                self._note(last_word(self.shop))
        finally:
            Errand(self.shop.end).do()  # in a thread of its own, which no ■ reaches

    @contextmanager
    def fault(self, name: str, *, dies: str = "", without: str = "") -> Iterator[Fault]:
        """Inside the block the shop is open, `without` one part; with `dies` (a point) it is that point's part."""
        part = point(dies).part if dies else without
        self.shop.open(without=part)
        with self._doomed(part, dies) as fault:
            yield fault
        self.shop.open()
        self._last, self._hit, self._before = name, fault.hit, self._again
        self._note(at_rest(self.shop))

    @contextmanager
    def _doomed(self, part: str, dies: str) -> Iterator[Fault]:
        shop = self.shop
        doomed = (
            ShopPart(
                shop.broker, vhost=shop.vhost, home=shop.home, only=(part,), dies=dies, settings=shop.told
            )
            if dies
            else None
        )
        self._process = doomed if part == "web" else None
        try:
            yield Fault(doomed, dies)
        finally:
            self._process = None
            if doomed is not None:
                Errand(doomed.__exit__).do()

    @property
    def counts(self) -> Counts:
        """What can be counted beside the shop."""
        return self.shop.counts

    def rest(self) -> Audit:
        """Wait until nothing is on its way any more; what the books say then."""
        return at_rest(self.shop)

    def place(self, orders: int = 1, *, key: str | None = None, patience_s: float = 20.0) -> list[int]:
        """So many customers order, one after the other. Returns the numbers that they were answered.

        `key` is an `Idempotency-Key`, `patience_s` how long each waits for the answer, in seconds.
        Raises what `ShopClient.place` does, and httpx's errors when nobody answers.
        """
        process = self._process if self._process and self._process.alive else self.shop
        with closing(ShopClient(process.url)) as client:
            client.http.timeout = patience_s
            for _ in range(orders):
                self.shop.accepted.append(int(client.place(FORM, key=key)["id"]))
        return self.shop.accepted[-orders:]

    def _note(self, audit: Audit) -> None:
        self._again = self.counts.published() - audit.events
        self._matrix.add(Row(fault=self._last, hit=self._hit, again=self._again - self._before, audit=audit))
