"""Each request for a payment has a key of its own: asked again after a crash, the bank prepares a second payment."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from labs.course.chaos import program
from labs.orders.channels.payment_gateway import PaymentGateway

post = PaymentGateway._post


async def post_as_if_new(
    self: PaymentGateway, path: str, form: dict[str, str], *, key: str
) -> dict[str, Any]:
    """The key is there to be the same when the request is the same."""
    return await post(self, path, form, key=str(uuid4()))


PaymentGateway._post = post_as_if_new  # type: ignore[method-assign]
program.main()
