"""Events about order 42, and their deliveries, as a channel gets them from its queue."""

from __future__ import annotations

import asyncio
import socket

from labs.message import Delivery
from labs.orders.channels.outreach import Outreach
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.outcome import Outcome
from tests.orders.conftest import Store

CREATED = {
    "orderId": 42, "customerName": "Ahmed", "productName": "iPhone 15 Pro", "totalPrice": 329000, "quantity": 1,
    "wilaya": "Algiers", "phone": "+213555123456", "email": "ahmed@mail.dz", "urgent": True, "status": "pending",
}  # fmt: skip


def event_about(
    store: Store, name: str = "order.created", *, id_: str = "e-1", **changes: object
) -> OrderEvent:
    """An event with Ahmed's payload, some fields changed."""
    return OrderEvent(id=id_, name=name, order_id=42, payload=CREATED | changes, created_at=store.clock())


def delivery_of(event: OrderEvent) -> Delivery:
    """The event as it comes from a queue."""
    return Delivery(
        message=to_message(event), exchange="orders", routing_key=event.name,
        redelivered=False, delivery_tag=1, consumer_tag="c",
    )  # fmt: skip


def hand(channel: Outreach, event: OrderEvent) -> Outcome:
    """Give the event to the channel, and return its outcome."""
    return asyncio.run(channel.handle(delivery_of(event)))


def nobodys_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return int(closed.getsockname()[1])
