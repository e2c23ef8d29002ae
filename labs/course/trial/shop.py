"""A whole shop for a trial: new database, empty queues, a new world outside, and parts that open and close one by one.

All of it runs in threads of this kernel, in groups: a part that is to die has a group of its own, so that a process
can stand in its place. The rule: the world outside and the books
belong to none of them, so no death takes them along.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from labs.broker.address import Broker
from labs.broker.faults.undone import Errand
from labs.course.chaos.audit import Audit, audit
from labs.course.chaos.part import ALL_NAMES
from labs.course.chaos.world import World
from labs.course.place import Place
from labs.course.trial.counts import Counts, apart, new_queues
from labs.errors import LabsError
from labs.orders.parts import RELAY, WEB
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.store.database import Database

EVERYBODY = (WEB, RELAY, *ALL_NAMES)
#: Short patience, so that a lesson need not wait: a dead relay's rows are free after half a second, not fifteen.
QUICK = {"lease_s": "0.5", "relay_poll_s": "0.1", "calls_at_once": "1"}
#: How long a part may take to have its broker, and the time between two looks, in seconds.
READY_S, LOOK_S = 30.0, 0.1


class TrialShop:
    """`broker`: where its parts connect to, such as a proxy's. `settings`: fields of `OrderSettings`."""

    def __init__(
        self,
        lesson: Place,
        broker: Broker,
        *,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.broker, self.vhost, self.home = broker, lesson.vhost, lesson.folder / "trial"
        near = broker.management_url == lesson.broker.management_url
        self._direct = lesson.broker if near else broker  # no proxy between: this one only counts
        self.accepted: list[int] = []
        self._groups: dict[str, tuple[str, ...]] = {}
        self._open: dict[str, OrderSystem] = {}
        self._settings, self._stack = QUICK | (settings or {}), ExitStack()

    def prepare(self) -> None:
        """Everything but the shop's parts themselves."""
        new_queues(self._direct, self.vhost)
        shutil.rmtree(self.home, ignore_errors=True)
        with ExitStack() as stack:
            self.world = stack.enter_context(World())
            self.told: dict[str, Any] = self.world.settings | self._settings
            self.database = Database(self.home / "shop.sqlite")
            stack.callback(self.database.close)
            self.counts = Counts(self._direct, self.vhost, self.database)
            stack.callback(self.close)
            self._stack = stack.pop_all()

    def end(self) -> None:
        """Close and give back all of it. Safe to call twice."""
        self._stack.close()

    def open(self, *, without: str = "") -> None:
        """Every part runs, but the one that is named does not. The first call settles which one that may be."""
        if not self._groups:
            alone = {without: (without,)} if without else {}
            self._groups = alone | {"the others": tuple(part for part in EVERYBODY if part != without)}
        if without and without not in self._groups:
            raise LabsError(
                f"In this trial, {without} cannot be left out.", hint="Try it in a trial of its own."
            )
        self._shut(without)
        for name, parts in self._groups.items():
            if name != without and name not in self._open:
                self._open[name] = self._made(*parts)
                _start(self._open[name])

    @contextmanager
    def another(self, *parts: str, broker: Broker) -> Iterator[None]:
        """These parts once more, on a way of their own to the broker, for as long as the block lasts."""
        shop = self._made(*parts, broker=broker)
        try:
            _start(shop)
            yield
        finally:
            Errand(shop.stop).do()

    @property
    def url(self) -> str:
        """Where its web server is; raises KeyError while that is dead."""
        return self._open[WEB if WEB in self._groups else "the others"].url

    def close(self) -> None:
        """Every part ends in good order. Safe to call twice."""
        for name in tuple(self._open):
            self._shut(name)

    def look(self) -> tuple[Audit, int]:
        """What the books say now, and how many messages are still on their way."""
        ready = self.counts.ready()
        wrong = self.counts.wrongly_parked(ready)
        return apart(
            lambda: (
                audit(self.database, self.accepted, world=self.world, parked=wrong),
                self.counts.left(ready),
            )
        )

    def _made(self, *parts: str, broker: Broker | None = None) -> OrderSystem:
        return OrderSystem(
            broker or self.broker, vhost=self.vhost, home=self.home, readers=ALL_NAMES, only=parts,
            settings=OrderSettings(**self.told),
        )  # fmt: skip

    def _shut(self, name: str) -> None:
        if shop := self._open.pop(name, None):
            shop.stop()


def _start(shop: OrderSystem) -> None:
    """Return when all of it has the broker: on a busy machine that takes longer than a shop would wait."""
    shop.start()
    deadline = time.monotonic() + READY_S
    while not shop.status()["broker"] and time.monotonic() < deadline:
        time.sleep(LOOK_S)
