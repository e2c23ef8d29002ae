"""The whole shop in one value: web server, relay and readers, in threads of this process.

    with OrderSystem(broker, vhost="learn.19_order_notifications", home=folder) as shop:
        order = shop.place({"customerName": "Ahmed", …})
        shop.wait_for_notification(order["id"])

`python -m labs serve`, the tests and notebook 19 all run this one class, so what is shown is what is served.
Read `start` and `stop` as the table of contents of the system: what depends on what, and who ends first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from labs.broker.address import Broker
from labs.errors import LabsError
from labs.orders.choosing import chosen
from labs.orders.domain.clock import Clock, system_clock
from labs.orders.domain.ids import NewId, random_id
from labs.orders.own_parts import OwnParts
from labs.orders.parts import RELAY, WEB, Parts
from labs.orders.settings import OrderSettings
from labs.orders.topology import SHORT_FEED, Reader
from labs.orders.waits import await_broker, await_notification
from labs.orders.web.client import ShopClient
from labs.orders.web.page_routes import CHECKOUT, DASHBOARD


class OrderSystem:
    """The shop on `broker`, in virtual host `vhost`, with its files in the folder `home`.

    `port` 0 takes a free one. Without `admin_password` the one kept in `home` holds; when there is none yet,
    one is made and `new_password` says it, this once. While the broker is away the shop still takes orders.
    `readers` are the services that the shop has, by name or whole; None: its shortest form, the feed alone.
    `only` is what of it runs in this process: `web`, `relay`, readers by name; None: everything.
    `parts` are functions of your own in the place of some of ours, by name: see `labs/orders/own_parts.py`.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        vhost: str,
        home: Path,
        readers: Sequence[str | Reader] | None = None,
        only: Collection[str] | None = None,
        parts: Mapping[str, Callable[..., Any]] | None = None,
        port: int = 0,
        admin_password: str | None = None,
        settings: OrderSettings | None = None,
        clock: Clock = system_clock,
        new_id: NewId = random_id,
    ) -> None:
        self.settings = settings or OrderSettings()
        team = [SHORT_FEED] if readers is None else chosen(readers, self.settings)
        self._parts = Parts(
            broker.url(vhost), home, readers=team,
            runs=(WEB, RELAY, *(reader.name for reader in team)) if only is None else only,
            own=OwnParts(parts), port=port,
            admin_password=admin_password, settings=self.settings, clock=clock, new_id=new_id,
        )  # fmt: skip
        self.new_password = self._parts.new_password
        #: Whether mail goes to a mailbox of this process, which the dashboard shows.
        self.keeps_mail = self._parts.outside.mails is not None
        self._client: ShopClient | None = None
        self._stopped = False

    def start(self) -> Self:
        """Begin: requests are answered when this returns, and the broker is connected if it is there.

        Raises the broker's refusal (no such vhost, a wrong password), for waiting cannot mend that.
        """
        try:
            self._parts.outside.start()
            if self._parts.server:
                self._parts.server.start()
            for worker in self._parts.workers:
                worker.start()
            await_broker(self._parts.workers, within_s=self.settings.stop_s)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End in good order and within `settings.stop_s` seconds or so. Safe to call twice.

        First the streams and the server, so that nobody new comes in; the readers finish what they hold and
        leave the rest to their queues; the orders that were let in are stored; the relay marks what the broker
        has. Then the stand-ins, which the readers called, and the database last, because all of them use it.
        """
        if self._stopped:
            return
        self._stopped = True
        deadline = time.monotonic() + self.settings.stop_s
        left: Callable[[], float] = lambda: max(0.1, deadline - time.monotonic())  # noqa: E731
        parts = self._parts
        if self._client:
            self._client.close()
        for reader in parts.readers:
            reader.ask_to_stop()
        parts.hub.close()
        if parts.server:
            parts.server.stop(left())
        parts.intake.close(left())
        for worker in (*parts.readers, *parts.relays):
            worker.stop(left())
        parts.outside.stop(left())
        parts.bell.close()
        parts.database.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"OrderSystem({'stopped' if self._stopped else 'running'})"

    @property
    def url(self) -> str:
        """Where the shop is, such as `http://127.0.0.1:3001`; raises `LabsError` where no web server runs."""
        if self._parts.server is None:
            raise LabsError("The web server does not run in this process.", hint="It is the part `web`.")
        return self._parts.server.url

    @property
    def checkout_url(self) -> str:
        """The page where Ahmed orders."""
        return self.url + CHECKOUT

    @property
    def dashboard_url(self) -> str:
        """The page where the admin sees it arrive; asks for the password."""
        return self.url + DASHBOARD

    def place(self, order: dict[str, Any]) -> dict[str, Any]:
        """Order as a customer does, by `POST`; returns the stored order, or raises `InvalidOrder`."""
        self._client = self._client or ShopClient(self.url)
        return self._client.place(order)

    def notifications(self) -> list[dict[str, Any]]:
        """What the dashboard has been told so far, oldest first."""
        return [notification.as_json() for notification in reversed(self._parts.feed.newest(1000))]

    def status(self) -> dict[str, Any]:
        """`broker`: whether relay and feed have it now. `waiting`: how many events the outbox holds."""
        return self._parts.status()

    def wait_for_notification(self, order_id: int, within_s: float = 10.0) -> dict[str, Any]:
        """The notification about this order, once it is there; raises `WaitTimeout` after `within_s` s."""
        return await_notification(self.notifications, self.status, order_id, within_s=within_s)
