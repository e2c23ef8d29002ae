"""The description of the events is valid AsyncAPI, and true: it is held against the events themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from labs.orders.domain import event as events
from labs.orders.domain.envelope import to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.order import Order
from labs.orders.domain.saga_events import Announce, Goods
from labs.orders.domain.validation import read_order
from labs.orders.topology import READERS
from labs.orders.web.asyncapi import document
from labs.orders.web.event_schemas import PAYLOADS, envelope
from tests.orders.conftest import AHMED

NOW = datetime(2025, 11, 16, 10, 30, tzinfo=UTC)
NAMES = sorted(value for name, value in vars(events).items() if name.isupper())


def made() -> list[OrderEvent]:
    """An event of each kind, as the code that announces it makes it."""
    order = Order(id=42, request=read_order(AHMED), created_at=NOW)
    created = events.order_created(order, event_id="e-1")
    changed = replace(order, status="cancelled", version=2)
    announce = Announce(created, clock=lambda: NOW, new_id=lambda: "e-2")
    goods = Goods(product_name="iPhone 15 Pro", quantity=1)
    return [
        created,
        events.status_updated(changed, before="pending", event_id="e-3", at=NOW, cause="e-1"),
        events.order_cancelled(changed, reason="No answer.", event_id="e-4", at=NOW),
        announce.reserved(goods, centimes=32_900_000),
        announce.rejected(goods, reason="None is left."),
        announce.released(goods),
        announce.processed(centimes=32_900_050, reference="pi_1"),
        announce.failed(centimes=32_900_000, reason="Your card was declined."),
        announce.refunded(centimes=32_900_000, reference="re_1"),
    ]


def problems(schema: dict[str, Any], value: object) -> list[str]:
    """What JSON Schema says against it."""
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_the_document_is_asyncapi_as_the_specification_has_it() -> None:
    """Held against the official JSON Schema, which also notices a typing error."""
    official = json.loads(Path(__file__).with_name("asyncapi-3.0.0.json").read_text())
    validator = Draft7Validator(official)
    described = json.loads(json.dumps(document()))
    assert [error.message for error in validator.iter_errors(described)] == []
    described["channels"]["order.created"]["adress"] = "order.created"
    assert not validator.is_valid(described)


def test_every_event_has_a_schema_and_an_example_that_fits_it() -> None:
    """An event that somebody adds without a description fails here."""
    assert sorted(PAYLOADS) == NAMES
    for name in NAMES:
        schema = envelope(name)
        assert problems(schema, schema["examples"][0]) == []


@pytest.mark.parametrize("event", made(), ids=lambda event: event.name)
def test_what_the_shop_announces_is_what_the_document_says(event: OrderEvent) -> None:
    """The whole message fits its schema, and there is no field in it that nobody described."""
    message = json.loads(to_message(event).body)
    assert problems(envelope(event.name), message) == []
    assert set(event.payload) == set(PAYLOADS[event.name]["properties"])


def test_a_message_of_another_shape_does_not_fit() -> None:
    """The schemas can say no."""
    message = json.loads(to_message(made()[0]).body)
    schema = envelope("order.created")
    assert problems(schema, message | {"type": "order.deleted"})
    assert problems(schema, message | {"data": message["data"] | {"orderId": "42"}})
    assert problems(schema, message | {"time": "yesterday"})
    del message["data"]["phone"]
    assert problems(schema, message)


def test_each_reader_is_said_to_get_what_its_patterns_bring() -> None:
    """By example: the words of the document against the table of the topology."""
    described = document()
    brought = {reader.name: sorted(described["channels"][reader.queue]["messages"]) for reader in READERS}
    assert brought["read_model"] == NAMES
    assert brought["feed"] == ["order.cancelled", "order.created", "order.status_updated"]
    assert brought["payment"] == ["inventory.reserved", "order.cancelled"]
    assert brought["sms"] == ["order.created"]
    for reader in READERS:
        operation = described["operations"][f"read.{reader.name}"]
        assert operation["channel"]["$ref"] == f"#/channels/{reader.queue}"
        assert len(operation["messages"]) == len(brought[reader.name])


def test_it_is_there_for_everybody_who_wants_to_connect(customer: httpx.Client) -> None:
    """No login: it describes, it does not tell about anybody."""
    answer = customer.get("/api/asyncapi.json")
    assert (answer.status_code, answer.json()) == (200, document())
