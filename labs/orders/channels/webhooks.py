"""Webhooks: whoever registered is told of events by a signed POST, as Standard Webhooks says.

The body is our envelope, byte for byte the same in every attempt. `webhook-id` is the event's id: the receiver
remembers it, and a repeat is harmless there. The signature covers id, time and body, so that nobody else can write
in our name, nor send an old one again once the receiver's five minutes are over. 2xx: told. 410 Gone: they want no
more. All else, a redirect too: again, later. One event loop.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC
from http import HTTPStatus

from standardwebhooks import Webhook

from labs.orders.channels.address_guard import AddressGuard, ForbiddenUrl, UnknownHost
from labs.orders.channels.call import Answer, Caller
from labs.orders.channels.outreach import Never, NotNow, Outreach, Unwanted
from labs.orders.domain.clock import Clock
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.webhooks import Registration, Registrations

#: The name of the event that only says "can you hear me?".
TEST = "webhook.test"


class Webhooks(Outreach):
    """Posts each event to every registration that wants it. `timeout_s` is for one call, in seconds.

    `tls`: whose certificates count; the public authorities when it is None.
    """

    def __init__(
        self,
        notes: Deliveries,
        *,
        registrations: Registrations,
        guard: AddressGuard,
        timeout_s: float = 5.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__("webhooks", notes)
        self._registrations, self._guard = registrations, guard
        self._caller = Caller("The receiver", timeout_s=timeout_s, tls=tls)

    async def recipients(self, event: OrderEvent) -> Sequence[str]:
        """The ids of the registrations that want this event."""
        found = await asyncio.to_thread(self._registrations.for_event, event.name)
        return [each.id for each in found]

    async def send(self, event: OrderEvent, recipient: str, *, key: str) -> None:  # noqa: ARG002 `webhook-id` is the key
        """Tell one of them."""
        registration = await asyncio.to_thread(self._registrations.find, recipient)
        if registration is None:
            raise Unwanted("This webhook was removed.")
        answer = await self.call(registration, event)
        if answer.status == HTTPStatus.GONE:
            await asyncio.to_thread(self._registrations.deactivate, recipient)
            raise Unwanted("The receiver said 410 Gone: it is told nothing more.")
        if not answer.is_success:
            raise NotNow(f"The receiver said {answer.status}.", after_s=answer.pause_s(self.notes.clock()))

    async def call(self, registration: Registration, event: OrderEvent) -> Answer:
        """Sign the event and post it; the answer, whatever it is. Raises `NotNow`, or `Never`."""
        try:
            target = await self._guard.check(registration.url)
        except ForbiddenUrl as error:
            raise Never(str(error)) from error
        except UnknownHost as error:
            raise NotNow(str(error)) from error
        body = to_message(event).body
        headers = signed(body, message_id=event.id, secret=registration.secret, clock=self.notes.clock)
        return await self._caller.post(
            target.url,
            content=body,
            headers={"Host": target.host, "Content-Type": "application/json", **headers},
            name=target.name,
        )

    async def test(self, registration: Registration, *, event_id: str) -> Answer:
        """Send `webhook.test` there, now and once. Raises `NotNow`, or `Never`."""
        data = {"orderId": 42, "message": "This is a test. If you can read it, your webhook works."}
        now = self.notes.clock()
        event = OrderEvent(id=event_id, name=TEST, order_id=42, payload=data, created_at=now)
        return await self.call(registration, event)


def signed(body: bytes, *, message_id: str, secret: str, clock: Clock) -> dict[str, str]:
    """The three headers of Standard Webhooks. A receiver refuses what is older than five minutes."""
    moment = clock().astimezone(UTC)  # `sign` would take any other zone's hands for UTC's
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode()),
    }
