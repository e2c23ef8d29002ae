"""Every world that one order can end in: the saga's tables played out, with whatever can go wrong.

A world is a value: the states of order, store room, cashier, bank and saga, the messages that are under way,
and the cashier's handlers in the middle of their work. `step` says every world that can come next: any message
may be the next one, may stay for a second delivery, and any handler may die between two of its steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from labs.orders.domain import saga
from labs.orders.domain.event import (
    INVENTORY_REJECTED,
    INVENTORY_RESERVED,
    ORDER_CANCELLED,
    ORDER_CREATED,
    PAYMENT_FAILED,
    PAYMENT_PROCESSED,
)

#: Who hears what: as in `labs.orders.topology` and `labs.orders.process.orchestrator`, compared by a test.
CHOREOGRAPHY = {
    ORDER_CREATED: ("inventory", "saga"),
    ORDER_CANCELLED: ("inventory", "payment", "saga"),
    INVENTORY_RESERVED: ("payment", "saga"),
    INVENTORY_REJECTED: ("saga",),
    PAYMENT_PROCESSED: ("saga",),
    PAYMENT_FAILED: ("saga",),
}
ORCHESTRATION = {
    **dict.fromkeys(CHOREOGRAPHY, ("saga",)),
    **dict.fromkeys((saga.RESERVE, saga.RELEASE), ("inventory",)),
    **dict.fromkeys((saga.CHARGE, saga.REFUND), ("payment",)),
}

#: How a payment can stand at the bank.
AT_THE_BANK = ("prepared", "charged", "declined", "voided", "paid back")
Post = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Handler:
    """The cashier's hands on one event: what they saw in the row, and what the bank has answered since."""

    event: str
    seen: str | None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is true at one moment about one order."""

    post: Post
    orchestrated: bool
    admin_may_cancel: bool
    in_stock: bool
    card_is_good: bool
    #: So many may work at the same event at once.
    most_hands: int
    alive: bool = True
    reservation: str | None = None
    payment: str | None = None
    #: The bank's own truth: `prepared`, `charged`, `declined`, `voided`, `paid back`.
    bank: str | None = None
    saga: str | None = None
    handlers: tuple[Handler, ...] = ()
    #: The cashier has acknowledged the cancel; a charge after this moment would be theft.
    cancel_seen: bool = False
    stolen: bool = False


def first(
    *, orchestrated: bool, in_stock: bool, card_is_good: bool, admin_may_cancel: bool, most_hands: int = 1
) -> World:
    """An order has just been placed."""
    world = World(frozenset(), orchestrated, admin_may_cancel, in_stock, card_is_good, most_hands)
    return _announce(world, ORDER_CREATED)


def every_world(world: World) -> Iterator[World]:
    """Every world that can follow from this one, each once."""
    known, waiting = {world}, [world]
    while waiting:
        now = waiting.pop()
        yield now
        fresh = set(step(now)) - known
        known |= fresh
        waiting.extend(fresh)


def step(world: World) -> Iterator[World]:
    """What can happen next."""
    if world.admin_may_cancel and world.alive:
        yield _cancelled(replace(world, admin_may_cancel=False))
    for letter in world.post:
        who, event = letter
        if who == "payment":
            if len([each for each in world.handlers if each.event == event]) < world.most_hands:
                yield _with_hands(world, Handler(event, world.payment))
        else:
            after = _store_room(world, event) if who == "inventory" else _keeper(world, event)
            yield after  # delivered, and delivered again later
            yield replace(after, post=after.post - {letter})
    for hands in world.handlers:
        idle = replace(world, handlers=_without(world.handlers, hands))
        yield idle  # a crash: the message is still there
        yield from _cashier(idle, hands)


def _store_room(world: World, event: str) -> World:
    match saga.next_stock(world.reservation, saga.MEANS_TO_INVENTORY.get(event, event)):
        case saga.TAKE if world.in_stock:
            return _announce(replace(world, reservation=saga.RESERVED), INVENTORY_RESERVED)
        case saga.TAKE:
            return _announce(replace(world, reservation=saga.REJECTED), INVENTORY_REJECTED)
        case saga.GIVE_BACK | saga.REFUSE:
            return replace(world, reservation=saga.RELEASED)
    return world


def _keeper(world: World, event: str) -> World:
    decide = saga.next_orchestrated if world.orchestrated else saga.next_saga
    done = decide(world.saga, event)
    after = replace(world, saga=done.state)
    for command in done.commands:
        if command != saga.CANCEL_ORDER:
            after = _announce(after, command)
        elif after.alive:
            after = _cancelled(after)
    return after


def _cashier(world: World, hands: Handler) -> Iterator[World]:
    """The next step of these hands: ask the bank, or write down what it said, or be done."""
    wish = saga.MEANS_TO_PAYMENT.get(hands.event, hands.event)
    action = saga.next_payment(hands.seen, wish)
    if action is None:
        done = replace(world, cancel_seen=world.cancel_seen or wish == saga.REFUND)
        yield done
        yield replace(done, post=done.post - {("payment", hands.event)})
    elif hands.answer is None:
        asked, answer = _bank(world, action)
        yield asked  # and the answer was lost: the event comes again
        yield _with_hands(asked, replace(hands, answer=answer))
    elif world.payment != hands.seen:  # compare and set: somebody was faster
        yield _with_hands(world, Handler(hands.event, world.payment))
    else:
        news = {saga.PROCESSED: PAYMENT_PROCESSED, saga.FAILED: PAYMENT_FAILED}.get(hands.answer)
        after = replace(world, payment=hands.answer)
        after = _announce(after, news) if news else after
        yield _with_hands(after, Handler(hands.event, hands.answer))


def _bank(world: World, action: str) -> tuple[World, str]:
    """What the bank does, and how it says that the payment stands."""
    if action == saga.REFUSE:  # nobody has to be asked
        return world, saga.CANCELLED
    bank, answer = _BANK[action, world.bank]
    charged = bank == "charged" != world.bank
    if charged and not world.card_is_good:
        bank, answer = "declined", saga.FAILED
    return replace(world, bank=bank, stolen=world.stolen or (charged and world.cancel_seen)), answer


#: How the bank stands after it was asked, and what it answers. With the same key, the first answer again.
_BANK = {
    (saga.PREPARE, None): ("prepared", saga.CHARGING),
    **{(saga.PREPARE, bank): (bank, saga.CHARGING) for bank in AT_THE_BANK},
    (saga.CONFIRM, "prepared"): ("charged", saga.PROCESSED),
    (saga.CONFIRM, "charged"): ("charged", saga.PROCESSED),
    (saga.CONFIRM, "paid back"): ("paid back", saga.PROCESSED),
    (saga.CONFIRM, "declined"): ("declined", saga.FAILED),
    (saga.CONFIRM, "voided"): ("voided", saga.CANCELLED),
    (saga.VOID, "prepared"): ("voided", saga.CANCELLED),
    (saga.VOID, "declined"): ("voided", saga.CANCELLED),
    (saga.VOID, "voided"): ("voided", saga.CANCELLED),
    (saga.VOID, "charged"): ("charged", saga.PROCESSED),
    (saga.VOID, "paid back"): ("paid back", saga.PROCESSED),
    (saga.SEND_BACK, "charged"): ("paid back", saga.REFUNDED),
    (saga.SEND_BACK, "paid back"): ("paid back", saga.REFUNDED),
}  # fmt: skip


def _cancelled(world: World) -> World:
    return _announce(replace(world, alive=False), ORDER_CANCELLED)


def _announce(world: World, event: str) -> World:
    heard = ORCHESTRATION if world.orchestrated else CHOREOGRAPHY
    return replace(world, post=world.post | {(who, event) for who in heard[event]})


def _with_hands(world: World, hands: Handler) -> World:
    return replace(world, handlers=tuple(sorted((*world.handlers, hands), key=repr)))


def _without(handlers: tuple[Handler, ...], hands: Handler) -> tuple[Handler, ...]:
    at = handlers.index(hands)
    return (*handlers[:at], *handlers[at + 1 :])
