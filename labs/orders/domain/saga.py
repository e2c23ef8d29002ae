"""The saga's rules: how far an order is, and what an event means, decided without touching anything.

Messages come twice and overtake each other: a cancel may arrive before the order it cancels. So no rule here
asks "what came before?". Each asks "how far am I?", and no state ever goes back. Then a repetition changes
nothing, and every order of arrival ends in the same place. The saga's table, `·` for "stays as it is":

                 order.      inventory.  payment.    inventory.rejected,       order.
                 created     reserved    processed   payment.failed            cancelled
    (nothing)    started     reserved    completed   cancelled, cancel order   cancelled
    started      ·           reserved    completed   cancelled, cancel order   cancelled
    reserved     ·           ·           completed   cancelled, cancel order   cancelled
    completed    ·           ·           ·           cancelled, cancel order   cancelled
    cancelled    ·           ·           ·           ·                         ·

https://microservices.io/patterns/data/saga.html
"""

from __future__ import annotations

from dataclasses import dataclass

from labs.orders.domain.event import (
    INVENTORY_REJECTED,
    INVENTORY_RESERVED,
    ORDER_CANCELLED,
    ORDER_CREATED,
    PAYMENT_FAILED,
    PAYMENT_PROCESSED,
)

STARTED, RESERVED, COMPLETED, CANCELLED = "started", "reserved", "completed", "cancelled"
#: A saga only ever climbs.
_CLIMB = (None, STARTED, RESERVED, COMPLETED, CANCELLED)
_REACHES = {
    ORDER_CREATED: STARTED,
    INVENTORY_RESERVED: RESERVED,
    PAYMENT_PROCESSED: COMPLETED,
    INVENTORY_REJECTED: CANCELLED,
    PAYMENT_FAILED: CANCELLED,
    ORDER_CANCELLED: CANCELLED,
}

#: What can be asked of the two services. Somebody commands it, or an event means it: see below.
RESERVE, RELEASE = "command.inventory.reserve", "command.inventory.release"
CHARGE, REFUND = "command.payment.charge", "command.payment.refund"
#: What the saga itself does to the order.
CANCEL_ORDER = "cancel the order"

#: Choreography: nobody commands, and each service knows what an event means to it.
MEANS_TO_INVENTORY = {ORDER_CREATED: RESERVE, ORDER_CANCELLED: RELEASE}
MEANS_TO_PAYMENT = {INVENTORY_RESERVED: CHARGE, ORDER_CANCELLED: REFUND}


@dataclass(frozen=True, slots=True)
class Step:
    """Where the saga is now, and what is to be done because of it."""

    state: str | None
    commands: tuple[str, ...] = ()


def next_saga(state: str | None, event: str) -> Step:
    """The table above: the higher of "how far it was" and "how far this event says it is".

    >>> next_saga("started", "payment.failed")
    Step(state='cancelled', commands=('cancel the order',))
    """
    reached = max(state, _REACHES.get(event), key=_CLIMB.index)
    fails = event in (INVENTORY_REJECTED, PAYMENT_FAILED) and reached != state
    return Step(reached, (CANCEL_ORDER,) if fails else ())


def next_orchestrated(state: str | None, event: str) -> Step:
    """The same table when an orchestrator keeps it: it also says what the others have to do."""
    step = next_saga(state, event)
    if event == ORDER_CREATED and state is None:
        return Step(step.state, (RESERVE,))
    if event == INVENTORY_RESERVED and step.state != state:
        return Step(step.state, (CHARGE,))
    if event == ORDER_CANCELLED:  # whoever cancelled it, and even if there is nothing to give back yet
        return Step(step.state, (RELEASE, REFUND))
    return step


# --- the store room: a reservation is `reserved`, `released` or `rejected` -----------------------------------

RELEASED, REJECTED = "released", "rejected"
#: The three things that the store room does. REFUSE writes `released` down before there was anything to give
#: back: the cancel came first, and the order that comes late must find that out.
TAKE, GIVE_BACK, REFUSE = "take", "give back", "refuse"
_STOCK = {(None, RESERVE): TAKE, (None, RELEASE): REFUSE, (RESERVED, RELEASE): GIVE_BACK}


def next_stock(state: str | None, wish: str) -> str | None:
    """What the store room does about a wish, given the state of the order's reservation; None: nothing."""
    return _STOCK.get((state, wish))


# --- the money: `charging`, then `processed`, `failed` or `cancelled`; `refunded` after `processed` ----------

CHARGING, PROCESSED, FAILED, REFUNDED = "charging", "processed", "failed", "refunded"
#: PREPARE names the payment and moves no money; CONFIRM moves it. VOID makes sure that it can never move any
#: more, or finds out that it has moved.
PREPARE, CONFIRM, VOID, SEND_BACK = "prepare", "confirm", "void", "send back"
_MONEY = {
    (None, CHARGE): PREPARE,
    (CHARGING, CHARGE): CONFIRM,
    (None, REFUND): REFUSE,
    (CHARGING, REFUND): VOID,
    (PROCESSED, REFUND): SEND_BACK,
}


def next_payment(state: str | None, wish: str) -> str | None:
    """What the cashier does about a wish, given the state of the order's payment; None: nothing (more)."""
    return _MONEY.get((state, wish))
