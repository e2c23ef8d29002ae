"""JSON schemas of what the API takes and gives: the nouns of its OpenAPI document.

Small functions instead of a model class for each: the routes read and write plain JSON, and what is described
here is held against what they really answer by a test that asks every route (schemathesis).
JSON Schema 2020-12, as OpenAPI 3.1 uses it: https://spec.openapis.org/oas/v3.1.0#schema-object
"""

from __future__ import annotations

from typing import Any

from labs.orders.domain.lifecycle import MOVES
from labs.orders.domain.validation import MAX_NAME, MAX_PRICE, MAX_QUANTITY
from labs.orders.domain.wilaya import WILAYAS

Schema = dict[str, Any]


def thing(optional: Schema | None = None, /, **required: Schema) -> Schema:
    """An object with these fields and no others."""
    return loose(optional, **required) | {"additionalProperties": False}


def loose(optional: Schema | None = None, /, **required: Schema) -> Schema:
    """An object with these fields; others may be there and are to be ignored."""
    properties = required | (optional or {})
    return {"type": "object", "properties": properties, "required": sorted(required)}


def listed(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """This, or null."""
    return schema | {"type": [schema["type"], "null"]}


def ref(name: str) -> Schema:
    """The schema of this name in the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "integer", "minimum": 1}
DINARS: Schema = {"type": "number", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
STATUS: Schema = {"type": "string", "enum": list(MOVES)}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
PHONE: Schema = {"type": "string", "pattern": r"^\+[0-9]{6,15}$"}
WILAYA: Schema = {"type": "string", "enum": [wilaya.name for wilaya in WILAYAS]}
#: Addresses in here pass the strictest reader; the shop takes more of them.
EMAIL: Schema = {"type": "string", "format": "email", "maxLength": 254}

#: The guide's order, as the checkout page sends it.
AHMED: Schema = {
    "customerName": "Ahmed",
    "productName": "iPhone 15 Pro",
    "totalPrice": 329000,
    "quantity": 1,
    "wilaya": "Algiers",
    "phone": "+213 555 123 456",
    "email": "ahmed@example.com",
    "urgent": False,
}
#: The same as the shop has stored it.
STORED: Schema = {
    "id": 42, **AHMED, "phone": "+213555123456", "status": "pending", "createdAt": "2025-11-16T10:30:00Z",
    "version": 1,
}  # fmt: skip

#: Loose: what a page of tomorrow sends in addition is no reason to turn a customer away.
REQUEST = loose(
    {
        "quantity": {"type": "integer", "minimum": 1, "maximum": MAX_QUANTITY, "default": 1},
        "email": maybe(EMAIL),
        "urgent": YES_NO | {"default": False},
    },
    customerName=NAME,
    productName=NAME,
    totalPrice={"type": "number", "minimum": 0.01, "maximum": MAX_PRICE},
    wilaya={"anyOf": [WILAYA, {"type": "integer", "minimum": 1, "maximum": len(WILAYAS)}]},
    phone={"type": "string", "format": "phone", "maxLength": 40},
)

STORED_FIELDS: Schema = {
    "id": NUMBER,
    "customerName": NAME,
    "productName": NAME,
    "totalPrice": DINARS,
    "quantity": NUMBER,
    "wilaya": WILAYA,
    "phone": PHONE,
    "email": maybe(TEXT),
    "urgent": YES_NO,
    "status": STATUS,
    "createdAt": MOMENT,
}
ORDER = thing({"version": NUMBER}, **STORED_FIELDS)
#: What the read model knows beyond it.
SHOWN_FIELDS: Schema = STORED_FIELDS | {
    "version": NUMBER,
    "saga": TEXT,
    "tracking": maybe(TEXT),
    "reason": maybe(TEXT),
    "updatedAt": MOMENT,
    "moves": listed(STATUS),
}
ITEM = thing({"projected": YES_NO}, **SHOWN_FIELDS)
