"""What comes to the door of exercise 16.2: genuine requests, and forged ones of every kind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from labs.orders.channels.webhooks import signed
from labs.orders.store.webhooks import new_secret

#: What the shop says.
BODY = json.dumps({"type": "order.created", "data": {"orderId": 42, "totalPrice": 329000}}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came to the door: `headers` with their names in lower case, and the `body` byte for byte."""

    headers: dict[str, str] = field(repr=False)
    body: bytes


def signed_request(name: str, secret: str, *, ago_s: float = 0.0) -> Request:
    """What the shop would send under this id, so many seconds ago."""
    moment = datetime.fromtimestamp(time.time() - ago_s, tz=UTC)
    return Request(headers=signed(BODY, message_id=name, secret=secret, clock=lambda: moment), body=BODY)


def forgeries(good: Request, secret: str) -> Iterator[tuple[str, Request, str]]:
    """What is wrong, the request, and a hint for who lets it in."""
    changed = good.body.replace(b"329000", b"1")
    yield (
        "another price in the body",
        replace(good, body=changed),
        "The signature covers the body: compute it anew.",
    )
    spaced = good.body.replace(b": ", b":")
    hint = "Verify the bytes as they came. Whoever parses and writes again verifies his own text."
    yield "the same JSON in other bytes", replace(good, body=spaced), hint
    yield (
        "signed with another secret",
        signed_request("event-42", new_secret()),
        "Their signature is right for their key only.",
    )
    other = good.headers | {"webhook-id": "event-44"}
    hint = "The id is signed, too; else an old one could be sent again as a new one."
    yield "the same under another id", replace(good, headers=other), hint
    hint = "Signed rightly, and recorded: look at webhook-timestamp; 300 s is the custom."
    yield "a right one, ten minutes old", signed_request("event-42", secret, ago_s=600), hint
    hint = "Nobody signs tomorrow's message today: the time may differ by 300 s in both directions."
    yield "a right one, from ten minutes ahead", signed_request("event-42", secret, ago_s=-600), hint
    for header, value in (("webhook-signature", "v1"), ("webhook-timestamp", "yesterday")):
        hint = "Whatever cannot be read is not genuine. The library raises ValueError for a signature of no known form."
        yield f"{header}: {value}", replace(good, headers=good.headers | {header: value}), hint
    yield (
        "no headers at all",
        replace(good, headers={}),
        "headers.get, and without all three of them: not genuine.",
    )
