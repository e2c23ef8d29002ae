"""What OpenAPI is for requests, AsyncAPI is for messages: `/api/asyncapi.json`, made from the topology itself.

Nothing here is written by hand that the code also knows. Exchange, queues and patterns come from
`labs.orders.topology`, the payloads from `event_schemas`. Which events a queue brings follows from its
patterns, by the same rule that the broker applies. https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from labs.orders.topology import EVENTS, READERS, Reader
from labs.orders.web.event_schemas import PAYLOADS, envelope
from labs.routing import topic_matches

INFO = {
    "title": "Algeria orders: events",
    "version": "1",
    "description": (
        "Every event is published once to a topic exchange, under its own name. Delivery is at least once: "
        "a reader keeps the `id` of what it has had. Events of one order may overtake each other; `version` "
        "says which is later. Unknown fields and unknown events are to be ignored."
    ),
}


def asyncapi_routes() -> APIRouter:
    """The route of the document."""
    router = APIRouter(tags=["operations"])
    described = document()

    @router.get("/api/asyncapi.json")
    async def asyncapi() -> Response:
        """The shop's events, for machines: AsyncAPI 3.0."""
        return JSONResponse(described)

    return router


def document() -> dict[str, Any]:
    """The AsyncAPI document: a channel for each event, and one for each reader's queue."""
    sent = {name: _published(name) for name in PAYLOADS}
    read = {reader.queue: _queue(reader) for reader in READERS}
    operations = {f"publish.{name}": _operation("send", name, [name]) for name in PAYLOADS}
    operations |= {
        f"read.{reader.name}": _operation("receive", reader.queue, _brought(reader)) for reader in READERS
    }
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "127.0.0.1:5672",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "RabbitMQ, in the virtual host that LABS_ORDERS_VHOST names.",
            }
        },
        "channels": sent | read,
        "operations": operations,
        "components": {"messages": {name: _message(name) for name in PAYLOADS}},
    }


def _published(name: str) -> dict[str, Any]:
    binding = {
        "is": "routingKey",
        "exchange": {
            "name": EVENTS.name, "type": EVENTS.type, "durable": EVENTS.durable, "autoDelete": EVENTS.auto_delete,
        },
    }  # fmt: skip
    return {"address": name, "messages": _messages([name]), "bindings": {"amqp": binding}}


def _queue(reader: Reader) -> dict[str, Any]:
    queue = {"name": reader.queue, "durable": True, "exclusive": False, "autoDelete": False}
    delays = [f"{delay / 1000:g} s" for delay in reader.backoff.delays_ms] if reader.backoff else []
    return {
        "address": reader.queue,
        "title": reader.name,
        "description": (
            f"Bound to {EVENTS.name} by {', '.join(reader.keys)}. Tried again after "
            f"{', '.join(delays) or 'a pause'}; then parked in {reader.parking_lot}."
        ),
        "messages": _messages(_brought(reader)),
        "bindings": {"amqp": {"is": "queue", "queue": queue}},
    }


def _brought(reader: Reader) -> list[str]:
    return [name for name in PAYLOADS if any(topic_matches(key, name) for key in reader.keys)]


def _messages(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _operation(action: str, channel: str, names: list[str]) -> dict[str, Any]:
    place = f"#/channels/{channel}"
    messages = [{"$ref": f"{place}/messages/{name}"} for name in names]
    operation: dict[str, Any] = {"action": action, "channel": {"$ref": place}, "messages": messages}
    if action == "send":
        operation["bindings"] = {"amqp": {"deliveryMode": 2, "mandatory": True}}
    else:
        operation["bindings"] = {"amqp": {"ack": True}}
    return operation


def _message(name: str) -> dict[str, Any]:
    schema = envelope(name)
    return {
        "name": name,
        "contentType": "application/json",
        "correlationId": {"location": "$message.payload#/correlation"},
        "payload": schema,
        "examples": [{"payload": example} for example in schema["examples"]],
        "bindings": {"amqp": {"messageType": name}},
    }
