"""JSON schemas of the shop's events: what a reader may count on in `data`, with an example of each.

Readers ignore what they do not know, so fields may be added; none of these is ever taken away or renamed.
A test holds every schema against the events that the domain really makes.
"""

from __future__ import annotations

from typing import Any

from labs.orders.domain import event as events
from labs.orders.domain.envelope import MAX_ID, VERSION
from labs.orders.web.schemas import (
    DINARS,
    MOMENT,
    NAME,
    NUMBER,
    PHONE,
    STATUS,
    TEXT,
    WILAYA,
    YES_NO,
    Schema,
    loose,
    maybe,
)

_ABOUT = {"orderId": NUMBER, "customerName": NAME, "productName": NAME, "status": STATUS, "version": NUMBER}
_REACH = {"phone": PHONE, "email": maybe(TEXT)}
_GOODS = {"orderId": NUMBER, "productName": NAME, "quantity": NUMBER, "message": TEXT}
_MONEY = {"orderId": NUMBER, "totalPrice": DINARS, "message": TEXT}
_BOUGHT = {"totalPrice": DINARS, "quantity": NUMBER, "wilaya": WILAYA, "createdAt": MOMENT}

_AHMED: dict[str, Any] = {"orderId": 42, "customerName": "Ahmed", "productName": "iPhone 15 Pro"}
_PENDING = _AHMED | {"status": "pending", "version": 1}
_PRICE = {"totalPrice": 329000, "quantity": 1, "wilaya": "Algiers", "createdAt": "2025-11-16T10:30:00Z"}
_PHONE = {"phone": "+213555123456", "email": "ahmed@example.com"}
_LATER = {"changedAt": "2025-11-16T10:35:00Z"}
_PHONES = {"orderId": 42, "productName": "iPhone 15 Pro", "quantity": 1}
_PAID = {"orderId": 42, "totalPrice": 329000}


def _schema(fields: dict[str, Schema], *examples: dict[str, Any]) -> Schema:
    return loose(**fields) | {"examples": list(examples)}


#: What `data` holds, by the event's name.
PAYLOADS: dict[str, Schema] = {
    events.ORDER_CREATED: _schema(
        _ABOUT | _BOUGHT | _REACH | {"urgent": YES_NO, "message": TEXT},
        _PENDING | _PRICE | _PHONE | {"urgent": False, "message": "New order from Ahmed for iPhone 15 Pro"},
    ),
    events.ORDER_STATUS_UPDATED: _schema(
        _ABOUT | _REACH | {"from": STATUS, "changedAt": MOMENT, "message": TEXT},
        _AHMED | {"status": "confirmed", "version": 2, "from": "pending"} | _PHONE | _LATER
        | {"message": "Order 42 is confirmed"},
    ),
    events.ORDER_CANCELLED: _schema(
        _ABOUT | _BOUGHT | _REACH | {"reason": TEXT, "changedAt": MOMENT, "message": TEXT},
        _AHMED | {"status": "cancelled", "version": 2, "reason": "The customer changed his mind."} | _PRICE
        | _PHONE | _LATER | {"message": "Order 42 is cancelled: The customer changed his mind."},
    ),
    events.INVENTORY_RESERVED: _schema(
        _GOODS | {"totalPrice": DINARS, "customerName": maybe(TEXT)},
        _PHONES | {"totalPrice": 329000, "customerName": "Ahmed"}
        | {"message": "1 × iPhone 15 Pro put aside for order 42"},
    ),
    events.INVENTORY_REJECTED: _schema(
        _GOODS | {"reason": TEXT},
        _PHONES | {"reason": "None is left.", "message": "Order 42 cannot be filled: None is left."},
    ),
    events.INVENTORY_RELEASED: _schema(
        _GOODS, _PHONES | {"message": "1 × iPhone 15 Pro of order 42 are back"}
    ),
    events.PAYMENT_PROCESSED: _schema(
        _MONEY | {"reference": TEXT}, _PAID | {"reference": "pi_42", "message": "Order 42 (329000 DZD) is paid"}
    ),
    events.PAYMENT_FAILED: _schema(
        _MONEY | {"reason": TEXT},
        _PAID | {"reason": "Your card was declined."}
        | {"message": "Order 42 (329000 DZD) could not be paid: Your card was declined."},
    ),
    events.PAYMENT_REFUNDED: _schema(
        _MONEY | {"reference": TEXT},
        _PAID | {"reference": "re_42", "message": "Order 42 (329000 DZD) was paid back"},
    ),
    events.SHIPPING_BOOKED: _schema(
        {"orderId": NUMBER, "tracking": TEXT, "carrier": TEXT, "message": TEXT},
        {"orderId": 42, "tracking": "DZ000042", "carrier": "Yalidine", "message": "Order 42 is on its way"},
    ),
}  # fmt: skip


def envelope(name: str) -> Schema:
    """The schema of a whole message: the envelope around the payload of the event `name`."""
    example = {
        "id": "4f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
        "type": name,
        "time": "2025-11-16T10:30:00.000Z",
        "version": VERSION,
        "correlation": "order-42",
        "cause": None,
        "data": PAYLOADS[name]["examples"][0],
    }
    return loose(
        id={"type": "string", "maxLength": MAX_ID},
        type={"type": "string", "const": name},
        time=MOMENT,
        version={"type": "integer", "const": VERSION},
        correlation={"type": "string", "pattern": "^order-[0-9]+$"},
        cause=maybe(TEXT),
        data=PAYLOADS[name],
    ) | {"examples": [example]}
