"""What each route takes, gives and refuses: the table behind the API's description.

A status that is not here is a promise broken; a test asks every route for everything and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labs.orders.web.schemas import COUNT, STATUS, TEXT, Schema

#: Where orders are.
ORDERS = "/api/algeria-orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. `answers` maps a status to a schema's name, a media type, or nothing.

    `admin` needs the session cookie, `csrf` the token of our own page.
    """

    takes: str | None = None
    answers: dict[int, str | None] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    parameters: tuple[Schema, ...] = ()
    admin: bool = False
    csrf: bool = False


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _header(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "header", "schema": schema, "description": description}


def _path(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _limit(most: int, usual: int) -> Schema:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return _query("limit", schema, "How many at most.")


#: What reading a body can lead to, before anybody looks at what it says.
BODY = (400, 413, 415)
POSITION: Schema = COUNT | {"maximum": 10**18 - 1}
ORDER_ID = _path("order_id", {"type": "integer", "minimum": 1}, "The order's number.")
WEBHOOK_ID = _path("registration_id", TEXT, "The id that the registration was given.")
KEY = _header(
    "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255},
    "Any text of your own. The same request with the same key is one order, however often it is sent.",
)  # fmt: skip
AFTER = _query("after", POSITION, "Replay what came after this number, then go on live.")

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", ORDERS): Operation(
        takes="OrderRequest",
        parameters=(KEY,),
        answers={201: "Order"},
        refusals=(*BODY, 422, 429, 503),
    ),
    ("GET", ORDERS): Operation(
        admin=True,
        parameters=(
            _query("status", STATUS, "Only orders in this status."),
            _query("wilaya", TEXT, "Only orders of this wilaya, by name or number."),
            _query("q", {"type": "string", "maxLength": 120}, "Text in name, product or telephone number."),
            _query("before", POSITION, "Only numbers below this one: `next` of the page before."),
            _limit(200, 50),
        ),
        answers={200: "OrderPage"},
        refusals=(401, 422, 503),
    ),
    ("GET", ORDERS + "/{order_id}"): Operation(
        admin=True, parameters=(ORDER_ID,), answers={200: "OrderItem"}, refusals=(401, 404, 503)
    ),
    ("PATCH", ORDERS + "/{order_id}/status"): Operation(
        admin=True,
        csrf=True,
        takes="StatusChange",
        parameters=(ORDER_ID,),
        answers={200: "Order"},
        refusals=(*BODY, 401, 403, 404, 409, 422, 503),
    ),
    ("GET", ORDERS + "/{order_id}/timeline"): Operation(
        admin=True, parameters=(ORDER_ID,), answers={200: "Timeline"}, refusals=(401, 404, 503)
    ),
    ("GET", "/api/trends"): Operation(
        admin=True,
        parameters=(_query("hours", {"type": "integer", "minimum": 1, "maximum": 744}, "How far back."),),
        answers={200: "Trends"},
        refusals=(401, 422, 503),
    ),
    ("GET", "/api/wilayas"): Operation(answers={200: "Wilayas"}),
    ("GET", "/api/notifications"): Operation(
        admin=True,
        parameters=(_query("read", POSITION, "Count those after this one as unread."), _limit(200, 50)),
        answers={200: "Notifications"},
        refusals=(400, 401, 503),
    ),
    ("GET", "/api/notifications/stream"): Operation(
        admin=True,
        parameters=(
            AFTER,
            _header("Last-Event-ID", POSITION, "As `after`; sent by browsers that come back."),
        ),
        answers={200: "text/event-stream"},
        refusals=(400, 401, 503),
    ),
    ("GET", "/api/session"): Operation(answers={200: "Session"}),
    ("POST", "/api/session"): Operation(
        csrf=True, takes="Password", answers={204: None}, refusals=(*BODY, 401, 403, 422)
    ),
    ("DELETE", "/api/session"): Operation(csrf=True, answers={204: None}, refusals=(403,)),
    ("GET", "/api/webhooks"): Operation(admin=True, answers={200: "Webhooks"}, refusals=(401, 503)),
    ("POST", "/api/webhooks"): Operation(
        admin=True,
        csrf=True,
        takes="WebhookWish",
        answers={201: "NewWebhook"},
        refusals=(*BODY, 401, 403, 409, 422, 503),
    ),
    ("DELETE", "/api/webhooks/{registration_id}"): Operation(
        admin=True, csrf=True, parameters=(WEBHOOK_ID,), answers={204: None}, refusals=(401, 403, 404, 503)
    ),
    ("POST", "/api/webhooks/{registration_id}/test"): Operation(
        admin=True,
        csrf=True,
        parameters=(WEBHOOK_ID,),
        answers={200: "WebhookTest"},
        refusals=(401, 403, 404, 503),
    ),
    ("GET", "/api/asyncapi.json"): Operation(answers={200: "AsyncApi"}),
    ("GET", "/api/mails"): Operation(admin=True, answers={200: "Mails"}, refusals=(401,)),
    ("GET", "/healthz"): Operation(answers={200: "Alive"}),
    ("GET", "/readyz"): Operation(answers={200: "Ready", 503: "Ready"}),
    ("GET", "/metrics"): Operation(answers={200: "text/plain"}),
}
