"""How an event travels: a JSON envelope around the payload, and what a reader makes of it.

    {"id": "…", "type": "order.created", "time": "2025-11-16T10:30:00.000Z", "version": 1,
     "correlation": "order-42", "cause": null, "data": {"orderId": 42, "customerName": "Ahmed", …}}

The same is in the AMQP properties, for those who sort messages without opening them. Readers also accept the
form of NestJS's microservices, `{"pattern": "order.created", "data": {…}}`, and writers can speak it, so that
the guide's TypeScript services and ours can talk. See https://docs.nestjs.com/microservices/rabbitmq.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from labs.errors import InvalidValue
from labs.message import Message
from labs.orders.domain.event import OrderEvent

#: `envelope` is ours; `nest` is `{pattern, data}`.
Form = Literal["envelope", "nest"]

#: The envelope's version. It changes when a field is taken away or means something else; never for a new one.
VERSION = 1
APP_ID = "labs.orders"
#: The longest id that the database keeps.
MAX_ID = 64


def to_message(event: OrderEvent, *, form: Form = "envelope") -> Message:
    """The event as an AMQP message: persistent JSON, with the event's own id as `message_id`."""
    correlation = f"order-{event.order_id}"
    moment = event.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = dict(event.payload)
    body: dict[str, object] = {"pattern": event.name, "data": data}
    if form == "envelope":
        body = {
            "id": event.id, "type": event.name, "time": moment, "version": VERSION,
            "correlation": correlation, "cause": event.cause, "data": data,
        }  # fmt: skip
    return Message.from_json(
        body,
        message_id=event.id,
        type=event.name,
        correlation_id=correlation,
        timestamp=event.created_at,
        app_id=APP_ID,
    )


def read_event(message: Message, *, now: datetime) -> OrderEvent:
    """The event in `message`, in either form; raises `InvalidValue` with the reason when it is none.

    A message in NestJS's form says neither when nor which; it gets the time `now`, and an id made of its body:
    published again it is the same event still.
    """
    body = message.json()
    if not isinstance(body, dict) or not isinstance(data := body.get("data"), dict):
        raise InvalidValue("This is not an event: there is no object `data` in it.")
    name = body.get("type", body.get("pattern"))
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ID:
        raise InvalidValue("This is not an event: it says neither `type` nor `pattern`.")
    order_id = data.get("orderId")
    if isinstance(order_id, bool) or not isinstance(order_id, int) or not 0 < order_id < 2**63:
        raise InvalidValue("This is not an order event: there is no orderId in it.")
    event_id = body.get("id") or message.message_id or str(uuid5(NAMESPACE_URL, message.body.decode()))
    if not isinstance(event_id, str) or len(event_id) > MAX_ID:
        raise InvalidValue(f"The event's id must be a text of {MAX_ID} characters or fewer.")
    cause = body.get("cause")
    return OrderEvent(
        id=event_id,
        name=name,
        order_id=order_id,
        payload=data,
        created_at=_moment(body.get("time")) or message.timestamp or now,
        cause=cause if isinstance(cause, str) else None,
    )


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise InvalidValue("The event's time is not a moment as RFC 3339 writes it.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
