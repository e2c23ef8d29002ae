"""Shipping: when an order is shipped, the carrier is asked to fetch it; the tracking number becomes an event.

The carrier knows idempotency keys: asked again with the same key it answers with the same parcel, so a crash
after the booking costs nothing. `shipping.booked` goes into the outbox in the transaction of the note "booked";
neither is ever there without the other. Its id is made of the key, so a repeat is the same event still.
One event loop. https://www.ietf.org/archive/id/draft-ietf-httpapi-idempotency-key-header-06.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from labs.orders.channels.call import Caller
from labs.orders.channels.email_text import word
from labs.orders.channels.outreach import Never, NotNow, Outreach
from labs.orders.domain.event import ORDER_STATUS_UPDATED, SHIPPING_BOOKED, OrderEvent
from labs.orders.domain.lifecycle import SHIPPED
from labs.orders.store.deliveries import Deliveries

#: Statuses that say something about our account, not about this parcel; 409: the first attempt is still in work.
ABOUT_US = (401, 403, 404, 409)
#: The longest tracking number that we believe in, in characters.
MAX_TRACKING = 64


class Shipping(Outreach):
    """Books parcels with `carrier`, whose API is at `url`, with our `token`. `timeout_s` is for one answer."""

    def __init__(
        self, notes: Deliveries, *, carrier: str, url: str, token: str, timeout_s: float = 10.0
    ) -> None:
        super().__init__("shipping", notes)
        self._carrier, self._url, self._token = carrier, url.rstrip("/"), token
        self._caller = Caller("The carrier", timeout_s=timeout_s)

    async def recipients(self, event: OrderEvent) -> Sequence[str]:
        """The carrier, when the order has just become `shipped`."""
        left_us = event.name == ORDER_STATUS_UPDATED and event.payload.get("status") == SHIPPED
        return [self._carrier] if left_us else []

    async def send(self, event: OrderEvent, recipient: str, *, key: str) -> str:  # noqa: ARG002 there is one carrier
        """Book one parcel; returns its tracking number."""
        parcel = {
            "reference": f"order-{event.order_id}",
            "content": word(event.payload, "productName"),
            "recipient": {
                "name": word(event.payload, "customerName"),
                "phone": word(event.payload, "phone"),
            },
        }
        answer = await self._caller.post(
            f"{self._url}/v1/shipments",
            content=json.dumps(parcel).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        said = answer.json()
        if not answer.is_success:
            error = said.get("error")
            reason = error.get("message") if isinstance(error, dict) else None
            sentence = f"The carrier said {answer.status}: {reason or 'no reason'}"
            if answer.status >= 400 and not answer.is_their_trouble and answer.status not in ABOUT_US:  # noqa: PLR2004
                raise Never(sentence)
            raise NotNow(sentence, after_s=answer.pause_s(self.notes.clock()))
        tracking = word(said, "tracking", most=MAX_TRACKING)
        if not tracking:  # it has the parcel, and will say so again under the same key
            raise NotNow("The carrier gave no tracking number.")
        return tracking

    def emits(self, event: OrderEvent, recipient: str, reference: str | None) -> Sequence[OrderEvent]:
        """`shipping.booked`, with the tracking number that the customer may ask for."""
        payload = {
            "orderId": event.order_id,
            "tracking": reference,
            "carrier": recipient,
            "message": f"Order {event.order_id} travels with {recipient} as {reference}",
        }
        booked = OrderEvent(
            id=str(uuid5(NAMESPACE_URL, f"{event.id}\n{SHIPPING_BOOKED}")),
            name=SHIPPING_BOOKED,
            order_id=event.order_id,
            payload=payload,
            created_at=self.notes.clock(),
            cause=event.id,
        )
        return (booked,)
