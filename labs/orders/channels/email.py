"""E-mail: the customer hears that the order is here and how it goes on; the shop hears of every new one.

SMTP has no idempotency key, so a mail is *at least once*; its Message-ID is made of the key, and mail programs show
two mails with one Message-ID as one. The codes decide: 4xx means "not now". 5xx about this address or this text
means never; 5xx about *us* (greeting, password, sender) is mended by our operator, so it means not now too.
`EmailMessage` refuses a line break in a header, so nobody can add a header of his own. Runs on one event loop.
https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 · https://aiosmtplib.readthedocs.io
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPDataError, SMTPException, SMTPNotSupported, SMTPRecipientsRefused
from email_validator import EmailNotValidError, validate_email

from labs.orders.channels.email_text import Letter, order_for_the_shop, order_received, status_changed, word
from labs.orders.channels.outreach import Never, NotNow, Outreach
from labs.orders.domain.event import ORDER_CREATED, ORDER_STATUS_UPDATED, OrderEvent
from labs.orders.store.deliveries import Deliveries

#: The longest address that there is (RFC 5321), in characters.
MAX_ADDRESS = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Who carries our mail. `tls`: `on` from the first byte (port 465), `auto` when offered (587), or `off`."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Literal["auto", "on", "off"] = "auto"


class Email(Outreach):
    """Mails from `sender` by `server`; `admin` hears of new orders (None: nobody does).

    `timeout_s` is how long one mail may take in all, in seconds.
    """

    def __init__(
        self,
        notes: Deliveries,
        *,
        server: SmtpServer,
        sender: str,
        admin: str | None,
        timeout_s: float = 10.0,
    ) -> None:
        super().__init__("email", notes)
        self._server, self._sender, self._admin, self._timeout_s = server, sender, admin, timeout_s

    async def recipients(self, event: OrderEvent) -> Sequence[str]:
        """The customer, if there is an address; the admin too, for a new order."""
        customer = word(event.payload, "email", most=MAX_ADDRESS)
        if event.name == ORDER_CREATED:
            return [each for each in (customer, self._admin) if each]
        return [customer] if event.name == ORDER_STATUS_UPDATED and customer else []

    async def send(self, event: OrderEvent, recipient: str, *, key: str) -> str:
        """Hand one mail to the server; returns its Message-ID."""
        try:
            address = validate_email(recipient, check_deliverability=False).ascii_email
        except EmailNotValidError as error:
            raise Never(f"This is no e-mail address: {error}") from error
        if address is None:
            raise Never("This address needs SMTPUTF8, which few servers speak.")
        message = self._message(self._letter(event, recipient), event, address, key)
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._hand_over(message, address)
        except TimeoutError as error:
            raise NotNow(f"The mail server did not answer within {self._timeout_s:g} s.") from error
        except SMTPNotSupported as error:
            raise Never(f"The mail server cannot carry this mail: {error}") from error
        except SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise _refusal(refused.code, refused.message) from error
        except SMTPDataError as error:
            raise _refusal(error.code, error.message) from error
        except (SMTPException, OSError) as error:
            raise NotNow(f"The mail server cannot be used now: {error}") from error
        return str(message["Message-ID"])

    def _letter(self, event: OrderEvent, recipient: str) -> Letter:
        if event.name == ORDER_STATUS_UPDATED:
            return status_changed(event)
        customer = word(event.payload, "email", most=MAX_ADDRESS)
        return order_received(event) if recipient == customer else order_for_the_shop(event)

    def _message(self, letter: Letter, event: OrderEvent, address: str, key: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self._sender, address, letter.subject
        # The moment of the event, not of this attempt: a repeat is the same mail.
        message["Date"] = format_datetime(event.created_at)
        message["Message-ID"] = f"<{key}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"  # so that no robot answers us (RFC 3834)
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    @property
    def _domain(self) -> str:
        return self._sender.rpartition("@")[2]

    async def _hand_over(self, message: EmailMessage, address: str) -> None:
        server = self._server
        await aiosmtplib.send(
            message, sender=self._sender, recipients=[address], hostname=server.host, port=server.port,
            username=server.user, password=server.password, use_tls=server.tls == "on",
            start_tls=None if server.tls == "auto" else False, local_hostname=self._domain,
            timeout=self._timeout_s,
        )  # fmt: skip


def _refusal(code: int, said: str) -> Exception:
    sentence = f"The mail server said {code}: {' '.join(said.split())}"
    return Never(sentence) if code >= 500 else NotNow(sentence)  # noqa: PLR2004 RFC 5321's own line
