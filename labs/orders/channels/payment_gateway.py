"""The payment service's client: Stripe's HTTP API, as far as the shop needs it.

A payment has two halves. `prepare` gives it a name and moves no money; `confirm` moves it. So whoever wants to
undo it knows what to undo, and when confirming and voiding race, the one who holds the money decides.
The rule: every request carries an `Idempotency-Key` that is the same when it is sent again. An answer that
never came says nothing about what happened; with the key, asking again is safe. One event loop.
https://docs.stripe.com/api/payment_intents · https://docs.stripe.com/api/idempotent_requests
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import httpx

from labs.orders.channels.payment_answers import GatewayAway, GatewayRefused, Verdict, understood, verdict
from labs.orders.domain.saga import CHARGING, FAILED, REFUNDED

#: A refund that is one of these needs nothing more from us.
ON_ITS_WAY = ("succeeded", "pending")


class PaymentGateway:
    """Talks to the service at `url` with the secret `key`. `timeout_s`: the most that one answer may take.

    Each method raises `GatewayAway` (ask again) or `GatewayRefused` (a person must look).
    `payment_method` is what a checkout would have given us: Stripe's test card. Call `close` at the end.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        timeout_s: float = 10.0,
        payment_method: str = "pm_card_visa",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._payment_method, self._timeout_s = payment_method, timeout_s
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/v1/",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
            trust_env=False,  # a proxy of the environment has no business with our money
        )

    async def prepare(self, *, order_id: int, centimes: int, key: str) -> Verdict:
        """Name the payment: `charging`, and no money moves; or `failed`, for an impossible price.

        `key`: the id of the event that asks for it, the same for every attempt.
        """
        form = {
            "amount": str(centimes),
            "currency": "dzd",
            "confirm": "false",
            "payment_method": self._payment_method,
            "metadata[order_id]": str(order_id),
        }
        answer = await self._post("payment_intents", form, key=key)
        if answer["status"] == FAILED:
            return verdict(answer)
        return Verdict(state=CHARGING, reference=str(answer["id"]))

    async def confirm(self, reference: str) -> Verdict:
        """Move the money, once: `processed`; `failed` when it was declined; `cancelled` when it was voided."""
        path = f"payment_intents/{quote(reference, safe='')}/confirm"
        return verdict(await self._post(path, {}, key=f"confirm-{reference}"))

    async def void(self, reference: str) -> Verdict:
        """Make sure that it can never be charged: `cancelled`; or `processed`, when it has been already."""
        path = f"payment_intents/{quote(reference, safe='')}/cancel"
        return verdict(await self._post(path, {}, key=f"void-{reference}"))

    async def refund(self, reference: str) -> Verdict:
        """Move the money back, once: `refunded`."""
        answer = await self._post("refunds", {"payment_intent": reference}, key=f"refund-{reference}")
        if answer.get("status") not in ON_ITS_WAY:
            raise GatewayRefused(f"The refund of {reference} is {answer.get('status')!r}.")
        return Verdict(state=REFUNDED)

    async def close(self) -> None:
        """Close the connections that are kept open for the next request."""
        await self._http.aclose()

    async def _post(self, path: str, form: dict[str, str], *, key: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._timeout_s):  # httpx's own starts anew with every byte
                response = await self._http.post(path, data=form, headers={"Idempotency-Key": key})
        except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
            raise GatewayAway(f"The payment service did not answer: {type(error).__name__}.") from error
        return understood(response)
