"""Events: the facts that the shop announces.

An event is written in the past tense and carries what its readers need, so that they need not call back.
The names below are a contract with every consumer, today's and tomorrow's: add fields, never rename them.
How an event looks on the wire is `labs.orders.domain.envelope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from labs.orders.domain.clock import iso
from labs.orders.domain.order import Order, dinars

#: The routing key, the AMQP `type` and the name of the browser's event: one word for one fact.
ORDER_CREATED = "order.created"
ORDER_STATUS_UPDATED = "order.status_updated"
ORDER_CANCELLED = "order.cancelled"
INVENTORY_RESERVED = "inventory.reserved"
INVENTORY_REJECTED = "inventory.rejected"
INVENTORY_RELEASED = "inventory.released"
PAYMENT_PROCESSED = "payment.processed"
PAYMENT_FAILED = "payment.failed"
PAYMENT_REFUNDED = "payment.refunded"
SHIPPING_BOOKED = "shipping.booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One fact about one order. `id` names this event for life; `payload` is what consumers read.

    `cause` is the id of the event that led to this one; None where a person began it.
    """

    id: str
    name: str
    order_id: int
    payload: Mapping[str, object]
    created_at: datetime
    cause: str | None = None


def order_created(order: Order, *, event_id: str) -> OrderEvent:
    """The event that announces `order`, with the payload that every consumer of a new order reads."""
    request = order.request
    payload = _about(order) | {
        "totalPrice": dinars(request.total_centimes),
        "quantity": request.quantity,
        "wilaya": request.wilaya,
        "phone": request.phone,
        "email": request.email,
        "urgent": request.urgent,
        "createdAt": iso(order.created_at),
        "message": f"New order from {request.customer_name} for {request.product_name}",
    }
    return OrderEvent(
        id=event_id, name=ORDER_CREATED, order_id=order.id, payload=payload, created_at=order.created_at
    )  # fmt: skip


def status_updated(
    order: Order, *, before: str, event_id: str, at: datetime, cause: str | None = None
) -> OrderEvent:
    """`order` is in its new status; `before` is the one that it had, `at` the moment of the change."""
    payload = _about(order) | {
        "from": before,
        "changedAt": iso(at),
        "email": order.request.email,
        "phone": order.request.phone,
        "message": f"Order {order.id} is {order.status}",
    }
    return OrderEvent(
        id=event_id, name=ORDER_STATUS_UPDATED, order_id=order.id, payload=payload, created_at=at, cause=cause
    )


def order_cancelled(
    order: Order, *, reason: str, event_id: str, at: datetime, cause: str | None = None
) -> OrderEvent:
    """Published beside `order.status_updated`: who gives stock and money back need listen to this one only."""
    payload = _about(order) | {
        "reason": reason,
        "changedAt": iso(at),
        "totalPrice": dinars(order.request.total_centimes),
        "quantity": order.request.quantity,
        "wilaya": order.request.wilaya,
        "createdAt": iso(order.created_at),
        "email": order.request.email,
        "phone": order.request.phone,
        "message": f"Order {order.id} is cancelled: {reason}",
    }
    return OrderEvent(
        id=event_id, name=ORDER_CANCELLED, order_id=order.id, payload=payload, created_at=at, cause=cause
    )


def _about(order: Order) -> dict[str, object]:
    """What every event about an order says first."""
    return {
        "orderId": order.id,
        "customerName": order.request.customer_name,
        "productName": order.request.product_name,
        "status": order.status,
        "version": order.version,
    }
