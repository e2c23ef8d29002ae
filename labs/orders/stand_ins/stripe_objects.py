"""The shapes of Stripe's API that the stand-in speaks: a payment, a refund, and every way to say no.

Field by field as the documentation has them, so that a client written against these works against the real
service. Pure: no clock, no memory.
https://docs.stripe.com/api/payment_intents/object · https://docs.stripe.com/api/refunds/object
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The status, and the object or the error object.
Answer = tuple[int, dict[str, Any]]


def payment_intent(name: str, form: Mapping[str, str], *, created: int) -> dict[str, Any]:
    """A payment that has a name, and has moved no money yet."""
    start, end = "metadata[", "]"
    return {
        "id": name,
        "object": "payment_intent",
        "amount": int(form["amount"]),
        "amount_received": 0,
        "created": created,
        "currency": form["currency"].lower(),
        "livemode": False,
        "metadata": {
            key.removeprefix(start).removesuffix(end): value
            for key, value in form.items()
            if key.startswith(start)
        },
        "payment_method": form.get("payment_method"),
        "status": "requires_confirmation",
    }


def refund(name: str, intent: Mapping[str, Any], *, created: int) -> dict[str, Any]:
    """The whole of a payment, on its way back."""
    return {
        "id": name,
        "object": "refund",
        "amount": intent["amount"],
        "created": created,
        "currency": intent["currency"],
        "metadata": {},
        "payment_intent": intent["id"],
        "reason": None,
        "status": "succeeded",
    }


def refusal(status: int, message: str, *, type_: str = "invalid_request_error", **more: object) -> Answer:
    """Stripe's error object; `more` are `code`, `param`, and what else belongs to this one."""
    return status, {"error": {"type": type_, "message": message, **more}}


def wrong_parameter(form: Mapping[str, str]) -> Answer | None:
    """What is wrong with a request for a payment; None when nothing is."""
    amount = form.get("amount", "")
    if not amount.isascii() or not amount.isdecimal() or len(amount) > 15 or int(amount) == 0:  # noqa: PLR2004
        said = f"Invalid positive integer: {amount[:20]}"
        return refusal(400, said, code="parameter_invalid_integer", param="amount")
    if not form.get("currency"):
        return refusal(400, "Missing required param: currency.", code="parameter_missing", param="currency")
    return None


def declined(intent: Mapping[str, Any]) -> Answer:
    """402: the card has not got that much. The payment stays, and waits for another card."""
    return refusal(
        402,
        "Your card has insufficient funds.",
        type_="card_error",
        code="card_declined",
        decline_code="insufficient_funds",
        payment_intent=intent,
    )


def unexpected_state(intent: Mapping[str, Any], verb: str) -> Answer:
    """400: too late for that, and here is how the payment stands."""
    said = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return refusal(400, said, code="payment_intent_unexpected_state", payment_intent=intent)


def missing(name: str) -> Answer:
    """404: no payment of that name."""
    said = f"No such payment_intent: '{name}'"
    return refusal(404, said, code="resource_missing", param="intent")
