"""Everything that the OpenAPI document names: what goes in and comes out, made of the pieces in `schemas.py`.

Answers are closed, so that a field which nobody described is noticed. What comes in may hold more than we read.
"""

from __future__ import annotations

from labs.orders.web.schemas import (
    AHMED,
    COUNT,
    DINARS,
    ITEM,
    MOMENT,
    NUMBER,
    ORDER,
    REQUEST,
    STATUS,
    STORED,
    TEXT,
    YES_NO,
    Schema,
    listed,
    loose,
    maybe,
    ref,
    thing,
)  # fmt: skip

#: The one shape in which the API says no.
REFUSAL = thing({"fields": {"type": "object", "additionalProperties": TEXT}}, message=TEXT)
#: How the system is, as every pulse of a stream tells it.
PULSE = loose(broker=YES_NO, waiting=COUNT)
NOTIFICATION = loose(id=NUMBER, event=TEXT, orderId=NUMBER)
HOP = {"type": "string", "enum": ["stored", "published", "consumed", "waiting", "sent", "failed"]}

KEYS: Schema = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 64},
    "minItems": 1,
    "maxItems": 20,
}
WEBHOOK: dict[str, Schema] = {"id": TEXT, "url": TEXT, "keys": KEYS, "active": YES_NO, "createdAt": MOMENT}

#: Everything that the document names.
COMPONENTS: dict[str, Schema] = {
    "OrderRequest": REQUEST | {"examples": [AHMED]},
    "Order": ORDER | {"examples": [STORED]},
    "OrderItem": ITEM,
    "OrderPage": thing(items=listed(ref("OrderItem")), next=maybe(NUMBER), total=COUNT),
    "StatusChange": thing({"reason": {"type": "string", "maxLength": 500}, "version": NUMBER}, status=STATUS)
    | {"examples": [{"status": "confirmed", "version": 1}]},
    "Timeline": thing(
        items=listed(
            thing({"cause": maybe(TEXT)}, at=MOMENT, event=TEXT, eventId=TEXT, hop=HOP, who=TEXT, text=TEXT)
        )
    ),
    "Trends": thing(
        hours=listed(thing(hour=MOMENT, orders=COUNT, cancelled=COUNT, total=DINARS)),
        wilayas=listed(thing(wilaya=TEXT, orders=COUNT, total=DINARS)),
    ),
    "Wilayas": listed(thing(number=NUMBER, name=TEXT)),
    "Notification": NOTIFICATION,
    "Notifications": thing(items=listed(ref("Notification")), latestId=COUNT, unread=COUNT, status=PULSE),
    "Session": thing(signedIn=YES_NO, csrf=TEXT),
    "Password": loose(password={"type": "string", "maxLength": 200}),
    "Mails": thing(
        items=listed(loose(id=NUMBER, to=listed(TEXT), subject=TEXT, text=TEXT)), kept=YES_NO
    ),
    "Webhooks": thing(items=listed(thing(**WEBHOOK))),
    "WebhookWish": loose({"keys": KEYS}, url={"type": "string", "format": "uri", "maxLength": 2000})
    | {"examples": [{"url": "https://example.com/orders", "keys": ["order.*"]}]},
    "NewWebhook": thing(secret=TEXT, **WEBHOOK),
    "WebhookTest": thing(ok=YES_NO, status=maybe({"type": "integer"}), message=TEXT),
    "AsyncApi": loose(asyncapi=TEXT, channels={"type": "object"}, operations={"type": "object"}),
    "Alive": thing(alive=YES_NO),
    "Ready": loose({"broker": YES_NO, "waiting": COUNT}, ready=YES_NO, database=YES_NO, stopping=YES_NO),
    "Refusal": REFUSAL | {"examples": [{"message": "Please correct the order.", "fields": {"phone": "…"}}]},
}  # fmt: skip
