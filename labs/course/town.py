"""A town around the shop: a mail server, an SMS service, a carrier, a bank, and doors for webhooks.

All are real servers on this machine that speak as the real ones do, and nothing leaves the machine. The shop finds
them by its settings, as it would find Twilio or your provider's mail server. They run in threads of their own, with
event loops of their own, so a notebook's loop never meets theirs. https://www.uvicorn.org
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from labs.course.door import Door
from labs.orders.settings import OrderSettings
from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.carrier import CarrierService
from labs.orders.stand_ins.mailbox import HOST, Mailbox
from labs.orders.stand_ins.payment import payment_app
from labs.orders.stand_ins.server import HttpServer
from labs.orders.stand_ins.sms import SmsService


class Town:
    """`with Town() as town:` and everybody answers until the block ends. What they got can be read afterwards."""

    def __init__(self) -> None:
        self.box, self.bank = Mailbox(), Bank()
        self.account = OrderSettings()  # whose sid, tokens and keys they know
        self.sms = SmsService(sid=self.account.sms_sid, token=self.account.sms_token)
        self.carrier = CarrierService(token=self.account.carrier_key)
        self._doors: list[Door] = []
        self._home = TemporaryDirectory(ignore_cleanup_errors=True)
        self._server = HttpServer(
            Starlette(
                routes=[
                    Mount("/sms", app=self.sms.app),
                    Mount("/carrier", app=self.carrier.app),
                    Mount("/payment", app=payment_app(self.bank)),
                    Route("/door/{number:int}", self._at_a_door, methods=["POST"]),
                ]
            ),
            name="town",
        )
        self.url = self._server.url

    def door(self, *answers: int) -> Door:
        """One more address: it says these HTTP statuses, the last one for ever; 204 when there are none."""
        door = Door(f"{self.url}/door/{len(self._doors)}", answers)
        self._doors.append(door)
        return door

    def settings(self, **changes: Any) -> OrderSettings:
        """The shop's settings with everybody's address in them, and `changes`."""
        addresses: dict[str, Any] = {
            "smtp_host": HOST,
            "smtp_port": self.box.port,
            "smtp_tls": "off",
            "sms_url": f"{self.url}/sms",
            "payment_url": f"{self.url}/payment",
            "carrier_url": f"{self.url}/carrier",
            "webhooks_private": True,  # the doors are on loopback, where no server's webhook may ever lead
        }
        return OrderSettings(**(addresses | changes))

    async def _at_a_door(self, request: Request) -> Response:
        door: Door = self._doors[request.path_params["number"]]
        return await door.answer(request)

    @property
    def home(self) -> Path:
        """An empty folder for a shop of this town; it goes with the town."""
        return Path(self._home.name)

    def start(self) -> Self:
        """From now on everybody answers."""
        self.box.start()
        self._server.start()
        return self

    def stop(self) -> None:
        """Everybody hangs up. Safe to call twice."""
        self.box.stop()
        self._server.stop()
        self._home.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()
