"""Events: the facts that the shop announces. So far there is one, `order.created`.

An event is written in the past tense and carries what its readers need, so that they need not call back.
The field names are a contract with every consumer, today's and tomorrow's: add fields, never rename them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from labs.message import Message
from labs.orders.domain.clock import iso
from labs.orders.domain.order import Order, dinars

#: The routing key, the AMQP `type` and the name of the browser's event: one word for one fact.
ORDER_CREATED = "order.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One fact about one order. `id` names this event for life; `payload` is what consumers read."""

    id: str
    name: str
    order_id: int
    payload: Mapping[str, object]
    created_at: datetime

    def message(self) -> Message:
        """The event as an AMQP message: persistent JSON, with the event's own id as `message_id`.

        The properties are explained at https://www.rabbitmq.com/docs/publishers#message-properties.
        """
        return Message.from_json(
            dict(self.payload),
            message_id=self.id,
            type=self.name,
            correlation_id=f"order-{self.order_id}",
            timestamp=self.created_at,
            app_id="labs.orders",
        )


def order_created(order: Order, *, event_id: str) -> OrderEvent:
    """The event that announces `order`, with the payload that the dashboard and every later channel read."""
    request = order.request
    payload = {
        "orderId": order.id,
        "customerName": request.customer_name,
        "productName": request.product_name,
        "totalPrice": dinars(request.total_centimes),
        "wilaya": request.wilaya,
        "phone": request.phone,
        "createdAt": iso(order.created_at),
        "message": f"New order from {request.customer_name} for {request.product_name}",
    }
    return OrderEvent(
        id=event_id, name=ORDER_CREATED, order_id=order.id, payload=payload, created_at=order.created_at
    )  # fmt: skip
