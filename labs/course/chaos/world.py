"""The world outside, in this process: mail server, SMS service, bank, carrier, and somebody who gets our webhooks.

`serve` keeps its stand-ins in the process of the shop, and there a crash would take them along. The real ones do not
crash with us; so here they live with whoever breaks the shop, and remember what they were asked to do.
The rule: what the audit says was done twice, it has from them and not from our own database.
"""

from __future__ import annotations

from typing import Self

from starlette.applications import Starlette
from starlette.routing import Mount

from labs.orders.domain.clock import system_clock
from labs.orders.domain.ids import random_id
from labs.orders.settings import OrderSettings
from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.carrier import CarrierService
from labs.orders.stand_ins.mailbox import Mailbox
from labs.orders.stand_ins.payment import payment_app
from labs.orders.stand_ins.receiver import Receiver
from labs.orders.stand_ins.server import HttpServer
from labs.orders.stand_ins.sms import SmsService
from labs.orders.store.database import Database
from labs.orders.store.webhooks import Registrations

#: How many mails are kept to be counted.
KEEP = 100_000


class World:
    """Running from its `with` block's first moment to its last. `decline_over`: what the bank refuses, in centimes."""

    def __init__(self, *, decline_over: int | None = None) -> None:
        told = OrderSettings()
        self.mailbox = Mailbox(keep=KEEP)
        self.sms = SmsService(sid=told.sms_sid, token=told.sms_token)
        self.bank = Bank(decline_over=decline_over)
        self.carrier = CarrierService(token=told.carrier_key)
        self.receiver = Receiver()
        #: Who gets which mail and SMS of the shop itself.
        self.mail_admin, self.sms_admin = told.mail_admin, told.sms_admin
        #: The events that the receiver is to hear of; none before `listen`.
        self.listens = False
        self._server = HttpServer(
            Starlette(
                routes=[
                    Mount("/sms", app=self.sms.app),
                    Mount("/payment", app=payment_app(self.bank)),
                    Mount("/carrier", app=self.carrier.app),
                    Mount("/receiver", app=self.receiver.app),
                ]
            )
        )

    @property
    def settings(self) -> dict[str, str]:
        """What the parts of the shop must be told, as fields of `OrderSettings`."""
        return {
            "smtp_host": "127.0.0.1", "smtp_port": str(self.mailbox.port), "smtp_tls": "off",
            "sms_url": f"{self._server.url}/sms", "payment_url": f"{self._server.url}/payment",
            "carrier_url": f"{self._server.url}/carrier", "webhooks_private": "true",
        }  # fmt: skip

    def listen(self, database: Database) -> None:
        """Register for every event by webhook. Do it before the first order, for what was before is not told."""
        registrations = Registrations(database, clock=system_clock, new_id=random_id)
        self.receiver.secret = registrations.add(f"{self._server.url}/receiver/", ["#"]).secret
        self.listens = True

    def __enter__(self) -> Self:
        self.mailbox.start()
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self.mailbox.stop()
