"""What the payment service's answers mean: moved, declined, ask again, or our own mistake.

The rule: only an answer that speaks about the payment decides anything about it. Silence, a 5xx and "too many
requests" say nothing about what has happened, so the same question is asked again. Any other refusal is about
our request; it will be refused tomorrow too, so a person must look. Pure: no network.
https://docs.stripe.com/api/errors · https://docs.stripe.com/error-low-level
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from labs.orders.domain.saga import CANCELLED, FAILED, PROCESSED

#: Longer than any name that the payment service gives.
MAX_REFERENCE = 64
#: A `Retry-After` with so many digits is no number of seconds to wait.
MOST_DIGITS = 5
#: It said that it could not answer now.
AWAY = (408, 409, 425, 429)
#: Refusals that are about this customer's money, not about our program.
ABOUT_THE_MONEY = ("amount_too_large", "amount_too_small")


class GatewayAway(Exception):
    """No answer that means anything: ask again, `after_ms` milliseconds from now or later."""

    def __init__(self, reason: str, *, after_ms: int = 0) -> None:
        super().__init__(reason)
        self.after_ms = after_ms


class GatewayRefused(Exception):
    """The request itself is wrong, so asking again cannot help: a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where the payment is now: `charging`, `processed`, `failed`, `cancelled` or `refunded`."""

    state: str
    reference: str | None = None
    reason: str | None = None


def understood(response: httpx.Response) -> dict[str, Any]:
    """The object that the answer speaks of; for a declined one `{"status": "failed", "reason": …}`.

    Raises `GatewayAway` or `GatewayRefused`.
    """
    status, body = response.status_code, _object(response)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in AWAY:
        raise GatewayAway(f"The payment service answered {status}.", after_ms=_pause_ms(response))
    if response.is_success:
        if not 0 < len(str(body.get("id", ""))) <= MAX_REFERENCE or "status" not in body:
            raise GatewayRefused("The payment service answered something that is no payment.")
        return body
    error = body["error"] if isinstance(body.get("error"), dict) else {}
    code, message = error.get("code"), str(error.get("message") or "it gave no reason")
    if status == httpx.codes.PAYMENT_REQUIRED or code in ABOUT_THE_MONEY:
        return {"status": "failed", "reason": message}
    if code == "payment_intent_unexpected_state" and isinstance(error.get("payment_intent"), dict):
        return dict(error["payment_intent"])  # it was charged or voided before: here is how it stands
    if code == "charge_already_refunded":
        return {"status": "succeeded"}
    raise GatewayRefused(f"The payment service refused our request ({status}): {message}")


def verdict(payment: dict[str, Any]) -> Verdict:
    """What a payment's own status means to the cashier; raises `GatewayAway` while it is undecided."""
    match payment.get("status"):
        case "succeeded":
            return Verdict(state=PROCESSED)
        case "canceled":
            return Verdict(state=CANCELLED)
        case "failed":
            return Verdict(state=FAILED, reason=payment["reason"])
        case other:
            raise GatewayAway(f"The payment is still {other!r}.")


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _pause_ms(response: httpx.Response) -> int:
    """`Retry-After` in seconds. Its other form, a date, is not worth a clock: the ladder has delays enough."""
    seconds = response.headers.get("Retry-After", "")
    good = seconds.isascii() and seconds.isdecimal() and len(seconds) < MOST_DIGITS
    return int(seconds) * 1000 if good else 0
