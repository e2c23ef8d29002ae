"""A shop of a check's own, in its virtual host: the admin is signed in, and pulses are frequent."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from labs.course.probe import Probe
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.client import ShopClient

PASSWORD = "open-sesame"
#: The longest wait for a notification, in seconds.
ARRIVES_S = 20.0
FORM = {"customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000}
FORM |= {"wilaya": "Algiers", "phone": "+213 555 123 456"}


class PageShop:
    """`client` is the learner's: an HTTP client that is signed in. `office` is the check's own."""

    def __init__(self, shop: OrderSystem, file: Path) -> None:
        self.shop, self._file = shop, file
        self._visitors = [ShopClient(shop.url) for _ in range(2)]
        for visitor in self._visitors:
            visitor.sign_in(PASSWORD)
        self.office, self.client = self._visitors[0], self._visitors[1].http

    def close(self) -> None:
        """Hang up."""
        for visitor in self._visitors:
            visitor.close()

    def order(self, n: int) -> list[int]:
        """`n` orders, each in the feed when this returns; their numbers."""
        numbers = [self.shop.place(FORM)["id"] for _ in range(n)]
        for number in numbers:
            self.shop.wait_for_notification(number, within_s=ARRIVES_S)
        return numbers

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the shop's database answers."""
        with closing(sqlite3.connect(self._file, timeout=10)) as database:
            return database.execute(sql, values).fetchall()

    def listeners(self) -> int:
        """How many streams are open, by the shop's own metrics."""
        lines = self.office.http.get("/metrics").text.splitlines()
        (found,) = [line for line in lines if line.startswith("shop_streams_open ")]
        return int(float(found.split()[-1]))


@contextmanager
def page_shop(probe: Probe) -> Iterator[PageShop]:
    """The shop, running; afterwards it is gone with its files."""
    with tempfile.TemporaryDirectory(prefix="labs-check-") as folder:
        home, settings = Path(folder), OrderSettings(stream_ping_s=0.3)
        system = OrderSystem(
            probe.broker, vhost=probe.vhost, home=home, admin_password=PASSWORD, settings=settings
        )
        with system as shop, closing(PageShop(shop, home / "shop.sqlite")) as page:
            yield page
