"""What the services of the saga read from an event, and what they announce.

Each event carries what the next reader needs, so that nobody has to ask back: the store room passes the price
on, because the cashier reads its event and not the order. What came in is checked; it may be a stranger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from labs.errors import InvalidValue
from labs.orders.domain.clock import Clock
from labs.orders.domain.event import (
    INVENTORY_REJECTED,
    INVENTORY_RELEASED,
    INVENTORY_RESERVED,
    PAYMENT_FAILED,
    PAYMENT_PROCESSED,
    PAYMENT_REFUNDED,
    OrderEvent,
)
from labs.orders.domain.ids import NewId
from labs.orders.domain.order import dinars
from labs.orders.domain.validation import MAX_NAME, MAX_QUANTITY

#: More than any order costs, in centimes; it fits every database's integer.
MOST_CENTIMES = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What an order takes from the store room."""

    product_name: str
    quantity: int


def read_goods(event: OrderEvent) -> Goods:
    """The goods that `event` is about; raises `InvalidValue`. The guide's own events mean one piece."""
    name, quantity = event.payload.get("productName"), event.payload.get("quantity", 1)
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
        raise InvalidValue(f"{event.name} names no product.")
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity <= MAX_QUANTITY:
        raise InvalidValue(f"{event.name} must say a quantity from 1 to {MAX_QUANTITY}, not {quantity!r}.")
    return Goods(product_name=name, quantity=quantity)


def read_centimes(event: OrderEvent) -> int:
    """The price in `event`, in centimes; raises `InvalidValue`. Decimal, for 0.29 * 100 is 28.99… in floats."""
    price = event.payload.get("totalPrice")
    try:
        centimes = Decimal(str(price)) * 100
        if isinstance(price, int | float) and 0 < centimes <= MOST_CENTIMES and centimes % 1 == 0:
            return int(centimes)
    except InvalidOperation:
        pass
    raise InvalidValue(f"{event.name} must say a totalPrice in dinars, not {price!r}.")


class Announce:
    """Makes the events that follow from `cause`: each with an id of its own, and the moment of now."""

    def __init__(self, cause: OrderEvent, *, clock: Clock, new_id: NewId) -> None:
        self._cause, self._clock, self._new_id = cause, clock, new_id

    def reserved(self, goods: Goods, *, centimes: int) -> OrderEvent:
        """The pieces are put aside. The cashier reads this one."""
        said = f"{goods.quantity} × {goods.product_name} put aside for order {self._cause.order_id}"
        customer = self._cause.payload.get("customerName")
        return self._goods(
            INVENTORY_RESERVED, goods, totalPrice=dinars(centimes), customerName=customer, message=said
        )

    def rejected(self, goods: Goods, *, reason: str) -> OrderEvent:
        """There are not enough of them."""
        said = f"Order {self._cause.order_id} cannot be filled: {reason}"
        return self._goods(INVENTORY_REJECTED, goods, reason=reason, message=said)

    def released(self, goods: Goods) -> OrderEvent:
        """The pieces are for sale again."""
        said = f"{goods.quantity} × {goods.product_name} of order {self._cause.order_id} are back"
        return self._goods(INVENTORY_RELEASED, goods, message=said)

    def processed(self, *, centimes: int, reference: str) -> OrderEvent:
        """The money has moved."""
        return self._money(PAYMENT_PROCESSED, centimes, "is paid", reference=reference)

    def failed(self, *, centimes: int, reason: str) -> OrderEvent:
        """The payment was declined; `reason` is the payment service's sentence."""
        return self._money(PAYMENT_FAILED, centimes, f"could not be paid: {reason}", reason=reason)

    def refunded(self, *, centimes: int, reference: str) -> OrderEvent:
        """The money has moved back."""
        return self._money(PAYMENT_REFUNDED, centimes, "was paid back", reference=reference)

    def command(self, name: str) -> OrderEvent:
        """An orchestrator's command: it carries what its cause carried."""
        return self._event(name, **dict(self._cause.payload))

    def _goods(self, name: str, goods: Goods, **more: object) -> OrderEvent:
        return self._event(name, productName=goods.product_name, quantity=goods.quantity, **more)

    def _money(self, name: str, centimes: int, became: str, **more: object) -> OrderEvent:
        price, order = dinars(centimes), self._cause.order_id
        return self._event(name, totalPrice=price, **more, message=f"Order {order} ({price} DZD) {became}")

    def _event(self, name: str, **payload: object) -> OrderEvent:
        order_id = self._cause.order_id
        return OrderEvent(
            id=self._new_id(),
            name=name,
            order_id=order_id,
            payload={"orderId": order_id} | payload,
            created_at=self._clock(),
            cause=self._cause.id,
        )
