"""Some parts of the shop in a process of its own: the only thing that can really crash.

    with ShopPart(broker, vhost=vhost, home=folder, only=("relay",), dies="relay.confirmed") as relay:
        …                          # an order is placed
        relay.wait_dead()          # -9: the broker has the event, and nobody has noted that
        relay.start()              # as a supervisor would; this one lives

All parts of one shop share the folder `home` (or the database of the settings) and the broker's vhost.
"""

from __future__ import annotations

import signal
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from labs.broker.address import Broker
from labs.course.chaos import program
from labs.course.chaos.life import Life
from labs.course.chaos.points import point
from labs.errors import LabsError
from labs.orders.services import SERVICES

#: Every service of the shop.
ALL_NAMES = tuple(SERVICES)
#: How long a part may take to be ready, and to end, in seconds: a busy machine needs many.
READY_S, END_S = 60.0, 30.0


class ShopPart:
    """Runs `only` of the shop that has `readers`. `only`: `web`, `relay`, and readers by name.

    `dies`: the point at which it ends itself, the `nth` time that it gets there; once started again, it lives.
    `settings`: fields of `OrderSettings`. `port` 0: the web server takes a free one, and keeps it at the next start.
    `program`: another file than this package's own.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        vhost: str,
        home: Path,
        only: Collection[str] = ("web",),
        readers: Collection[str] = ALL_NAMES,
        dies: str | None = None,
        nth: int = 1,
        settings: Mapping[str, str] | None = None,
        port: int = 0,
        admin_password: str | None = None,
        program: str = program.__file__,
    ) -> None:
        if dies is not None:
            point(dies)
        self.only = tuple(only)
        self._program, self._said_before = program, list[str]()
        self._told: dict[str, Any] = {
            "broker": asdict(broker), "vhost": vhost, "home": str(home), "only": self.only,
            "readers": tuple(readers), "dies": dies, "nth": nth, "settings": dict(settings or {}),
            "port": port, "admin_password": admin_password,
        }  # fmt: skip
        self._life: Life | None = None

    def start(self, within_s: float = READY_S) -> Self:
        """Begin, or begin again after an end; returns when it is ready, or dead if it is to die.

        Raises `WaitTimeout` with what it said.
        """
        self.begin()
        life = self._this()
        life.wait_for("ready", value=True, within_s=within_s)
        if url := life.said.get("url"):
            self._told["port"] = int(url.rpartition(":")[2])
        return self

    def begin(self) -> None:
        """The same, and returns at once: several parts that begin together are ready sooner."""
        if not self.alive:
            self._bury()
            self._life = Life(repr(self), self._program, self._told)
            self._told["dies"] = None

    @property
    def url(self) -> str:
        """Where its web server is, dead or alive; raises `LabsError` when it has none."""
        if "web" not in self.only or not self._told["port"]:
            raise LabsError(f"{self} has no web server.", hint="It is the part `web`, once it was started.")
        return f"http://127.0.0.1:{self._told['port']}"

    @property
    def lines(self) -> list[str]:
        """What it has printed so far, over all its lives."""
        return [*self._said_before, *(self._life.lines if self._life else ())]

    @property
    def pid(self) -> int:
        """The number of its process; raises `LabsError` before the first start."""
        return self._this().process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._life is not None and self._life.alive

    @property
    def died_at(self) -> str | None:
        """The point at which it ended itself; None when it runs, or somebody else ended it."""
        return self._life.said.get("dies") if self._life else None

    def arm(self, dies: str, nth: int = 1, within_s: float = END_S) -> None:
        """From now on it dies at this point, the `nth` time that it gets there. Returns when it knows."""
        life = self._this()
        life.tell({"dies": point(dies).name, "nth": nth})
        life.wait_for("armed", dies, within_s=within_s)

    def wait_dead(self, within_s: float = END_S) -> int:
        """The exit code, once it has ended: -9 is `kill -9`. Raises `WaitTimeout` when it goes on."""
        return self._this().wait(within_s)

    def kill(self) -> int:
        """`kill -9`, now, wherever it is."""
        self._this().process.kill()
        return self.wait_dead()

    def stop(self, within_s: float = END_S) -> int:
        """SIGTERM; the exit code is 0 when it ended in good order. Raises `WaitTimeout` when it goes on."""
        self._this().process.send_signal(signal.SIGTERM)
        return self.wait_dead(within_s)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self._bury()  # there will be no exit after a failed entry
            raise

    def __exit__(self, *_: object) -> None:
        self._bury()

    def __repr__(self) -> str:
        return f"ShopPart({', '.join(self.only)})"

    def _this(self) -> Life:
        if self._life is None:
            raise LabsError(f"{self} was not started.", hint="Call start(), or use it in a with block.")
        return self._life

    def _bury(self) -> None:
        if self._life is not None:
            self._life.close()
            self._said_before += self._life.lines
        self._life = None
