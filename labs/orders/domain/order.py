"""An order: what Ahmed asked for, and what the shop wrote down.

`OrderRequest` is what came in and passed validation. `Order` is the same thing once it is stored:
it has an id, a moment and a status. Money is kept in centimes, as an integer: 329 000 DZD is 32 900 000.
Floating point money loses a centime on the day you least want it to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labs.orders.domain.clock import iso
from labs.orders.domain.lifecycle import PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """A valid order that is not stored yet."""

    customer_name: str
    product_name: str
    total_centimes: int
    quantity: int
    wilaya: str
    phone: str
    #: Where the customer wants to hear from us; many leave it empty.
    email: str | None = None
    #: Somebody should be woken for this one: an SMS goes out.
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A stored order: the request, with the id, moment and status that the shop gave it.

    `version` is 1 for a new order and grows with every change of status.
    """

    id: int
    request: OrderRequest
    created_at: datetime
    status: str = PENDING
    version: int = 1

    def as_json(self) -> dict[str, object]:
        """The order as the API shows it, in the guide's field names."""
        return {
            "id": self.id,
            "customerName": self.request.customer_name,
            "productName": self.request.product_name,
            "totalPrice": dinars(self.request.total_centimes),
            "quantity": self.request.quantity,
            "wilaya": self.request.wilaya,
            "phone": self.request.phone,
            "email": self.request.email,
            "urgent": self.request.urgent,
            "status": self.status,
            "createdAt": iso(self.created_at),
        }


def dinars(centimes: int) -> int | float:
    """Centimes as dinars: `329000` when whole, `1999.5` when not."""
    return centimes // 100 if centimes % 100 == 0 else centimes / 100
