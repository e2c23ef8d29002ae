"""The world outside: who carries mail, SMS and money. The real ones by settings, else stand-ins on this machine.

The rule for development is that nothing leaves the machine: without a setting, mail goes to a mailbox here, and an
SMS or a payment to a server here that answers as the real one does. The services cannot tell the difference.
Addresses are known when this is made; nothing answers before `start`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from labs.orders.channels.email import SmtpServer
from labs.orders.channels.payment_gateway import PaymentGateway
from labs.orders.channels.sms import SmsAccount
from labs.orders.settings import OrderSettings
from labs.orders.stand_ins.bank import Bank
from labs.orders.stand_ins.carrier import CarrierService
from labs.orders.stand_ins.mail import Mail
from labs.orders.stand_ins.mailbox import Mailbox
from labs.orders.stand_ins.payment import payment_app
from labs.orders.stand_ins.server import HttpServer
from labs.orders.stand_ins.sms import SmsService
from labs.orders.topology import EMAIL, PAYMENT, SHIPPING, SMS, Reader


class Outside:
    """What the services of `readers` call. Stand-ins keep what they must remember in the folder `home`."""

    def __init__(self, settings: OrderSettings, *, home: Path, readers: Collection[Reader]) -> None:
        self._mailbox: Mailbox | None = None
        self._server: HttpServer | None = None
        routes: list[BaseRoute] = []
        called = {reader.name for reader in readers}  # by name, for with an orchestrator the queues differ
        if EMAIL.name in called and settings.smtp_host is None:
            self._mailbox = Mailbox(folder=home / "mail")
        if SMS.name in called and settings.sms_url is None:
            self.sms_service = SmsService(sid=settings.sms_sid, token=settings.sms_token)
            routes.append(Mount("/sms", app=self.sms_service.app))
        if PAYMENT.name in called and settings.payment_url is None:
            self.bank = Bank(home / "bank.jsonl")
            routes.append(Mount("/payment", app=payment_app(self.bank)))
        if SHIPPING.name in called and settings.carrier_url is None:
            self.carrier = CarrierService(token=settings.carrier_key)
            routes.append(Mount("/carrier", app=self.carrier.app))
        if routes:
            self._server = HttpServer(Starlette(routes=routes))
        #: Where the stand-ins answer; None when there are none.
        self.url = self._server.url if self._server else None

        self.smtp = SmtpServer(
            host=settings.smtp_host or "127.0.0.1",
            port=self._mailbox.port if self._mailbox else settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_password,
            tls="off" if self._mailbox else settings.smtp_tls,
        )
        self.sms = SmsAccount(
            url=settings.sms_url or f"{self.url}/sms", sid=settings.sms_sid, token=settings.sms_token
        )
        self.carrier_url = settings.carrier_url or f"{self.url}/carrier"
        self.payments = PaymentGateway(
            settings.payment_url or f"{self.url}/payment", key=settings.payment_key
        )

    @property
    def mails(self) -> Callable[[], Sequence[Mail]] | None:
        """Reads the mailbox; None where there is none here."""
        return self._mailbox.mails if self._mailbox else None

    def start(self) -> None:
        """Let the stand-ins answer."""
        if self._mailbox is not None:
            self._mailbox.start()
        if self._server is not None:
            self._server.start()

    def stop(self, within_s: float) -> None:
        """Hang up. Safe to call twice, and without a start."""
        if self._mailbox is not None:
            self._mailbox.stop()
        if self._server is not None:
            self._server.stop(within_s)
