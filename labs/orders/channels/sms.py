"""SMS: somebody of the shop is woken for an urgent order, through Twilio's API or one of the same shape.

Only the shop's own number is written to, never the one in the order: the checkout is public, and an SMS costs money.
What breaks: Twilio takes no idempotency key, so a crash between sending and noting sends a second SMS. The order's
number is in the text; the reader sees that it is one order. Errors about the *number* are for ever; errors about
our account are mended by our operator, so they are tried again, and then wait in the parking lot.
One event loop. https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from labs.orders.channels.call import Answer, Caller
from labs.orders.channels.email_text import price, word
from labs.orders.channels.outreach import Never, NotNow, Outreach
from labs.orders.domain.event import ORDER_CREATED, OrderEvent
from labs.orders.store.deliveries import Deliveries

#: The longest text that Twilio takes, in characters; longer than 160 costs more than one SMS.
MOST_LETTERS = 1600
#: Statuses that say something about our account, not about this message.
ABOUT_US = (401, 403, 404)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAccount:
    """Whose money it is: the API's base `url`, the account's `sid`, its secret `token`."""

    url: str
    sid: str
    token: str = field(repr=False)


class Sms(Outreach):
    """SMS from the number `sender` to `to` (None: nobody) about urgent orders. `timeout_s` is for one answer."""

    def __init__(
        self,
        notes: Deliveries,
        *,
        account: SmsAccount,
        sender: str,
        to: str | None,
        timeout_s: float = 10.0,
    ) -> None:
        super().__init__("sms", notes)
        self._account, self._sender, self._to = account, sender, to
        self._caller = Caller("The SMS service", timeout_s=timeout_s)

    async def recipients(self, event: OrderEvent) -> Sequence[str]:
        """Whoever is on call, for a new order that says `urgent`."""
        urgent = event.name == ORDER_CREATED and event.payload.get("urgent") is True
        return [self._to] if urgent and self._to else []

    async def send(self, event: OrderEvent, recipient: str, *, key: str) -> str | None:  # noqa: ARG002 Twilio has no keys
        """Hand one SMS over; returns Twilio's `sid` for it."""
        account = self._account
        form = {"To": recipient, "From": self._sender, "Body": text_of(event)}
        login = b64encode(f"{account.sid}:{account.token}".encode()).decode()
        answer = await self._caller.post(
            f"{account.url.rstrip('/')}/2010-04-01/Accounts/{quote(account.sid, safe='')}/Messages.json",
            content=urlencode(form).encode(),
            headers={
                "Authorization": f"Basic {login}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
        )
        if not answer.is_success:
            raise self._refusal(answer)
        sid = answer.json().get("sid")
        return sid if isinstance(sid, str) else None

    def _refusal(self, answer: Answer) -> Exception:
        error = answer.json()
        code, said = error.get("code"), str(error.get("message") or "no reason")
        sentence = f"The SMS service said {answer.status}: {said}" + (f" ({code})" if code else "")
        if answer.is_their_trouble:
            return NotNow(sentence, after_s=answer.pause_s(self.notes.clock()))
        # No such number (21211), unsubscribed (21610), a landline (21614): all are 400, and none gets better.
        # A redirect means that our base URL is wrong, which is ours to mend.
        if answer.status >= 400 and answer.status not in ABOUT_US:  # noqa: PLR2004
            return Never(sentence)
        return NotNow(sentence)


def text_of(event: OrderEvent) -> str:
    """`Urgent order 42: iPhone 15 Pro, 329 000 DZD. Ahmed, Algiers, +213555123456`."""
    total = price(event.payload)
    what = word(event.payload, "productName") + (f", {total}" if total else "")
    who = [word(event.payload, name) for name in ("customerName", "wilaya", "phone")]
    return f"Urgent order {event.order_id}: {what}. {', '.join(filter(None, who))}"[:MOST_LETTERS]
