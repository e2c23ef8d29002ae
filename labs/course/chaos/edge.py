"""What arrived outside, held against what the shop's events call for: who was not told, who was told twice.

A service that knows keys makes a repeat harmless, so there "twice" is a broken promise: a payment, a parcel. SMTP and
Twilio know none: a crash between the sending and its note sends again. That is the honest bound, *at least once*,
and the audit counts it apart, as repeated at the edge. A webhook that comes again has the same `webhook-id`, and its
receiver did nothing the second time; it is counted there, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from labs.course.chaos.books import Books
from labs.course.chaos.world import World
from labs.orders.channels.outreach import key_of
from labs.orders.domain.event import ORDER_CREATED, ORDER_STATUS_UPDATED, OrderEvent
from labs.orders.domain.lifecycle import SHIPPED
from labs.orders.store.deliveries import Addressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`missing`: who was never told. `twice`: paid or booked twice. `repeated`: channel → how many came again."""

    missing: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    repeated: Mapping[str, int] = field(default_factory=dict)


def look_outside(world: World, books: Books, readers: Collection[str]) -> Edge:
    """Compare, for the channels among `readers`."""
    mails = Counter(mail.message_id.strip("<>").partition("@")[0] for mail in world.mailbox.mails())
    texts = Counter(_order_of(sms["body"]) for sms in world.sms.sent)
    parcels = Counter(parcel["reference"] for parcel in world.carrier.parcels)
    called = {str(event["id"]) for event in world.receiver.events}
    charged = Counter(order for order, amount in world.bank.ledger() if amount > 0)
    refunded = Counter(order for order, amount in world.bank.ledger() if amount < 0)
    intents = Counter(intent["metadata"].get("order_id", "") for intent in world.bank.intents.values())

    missing: list[str] = []
    for event in books.events:
        if "email" in readers:
            missing += [
                f"a mail to {who} about {_named(event)}"
                for who in _mailed(world, event)
                if not mails[_key(event, who)]
            ]
        if "sms" in readers and _is_urgent(event) and not texts[event.order_id]:
            missing.append(f"an SMS about {_named(event)}")
        if "shipping" in readers and _is_shipped(event) and not parcels[f"order-{event.order_id}"]:
            missing.append(f"a parcel for {_named(event)}")
        if "webhooks" in readers and world.listens and event.id not in called:
            missing.append(f"a webhook call about {_named(event)}")
    twice = (
        *_more_than_once("charged", charged),
        *_more_than_once("paid back", refunded),
        *_more_than_once("prepared for payment", intents),
        *_more_than_once("fetched by the carrier", parcels),
    )
    repeated = {
        "email": _again(mails.values()),
        "sms": _again(texts.values()),
        "webhooks": world.receiver.repeated,
    }
    return Edge(
        missing=tuple(missing),
        twice=twice,
        repeated={name: count for name, count in repeated.items() if count},
    )


def _mailed(world: World, event: OrderEvent) -> list[str]:
    customer = event.payload.get("email")
    here = [str(customer)] if customer and event.name in (ORDER_CREATED, ORDER_STATUS_UPDATED) else []
    return [*here, world.mail_admin] if event.name == ORDER_CREATED else here


def _is_urgent(event: OrderEvent) -> bool:
    return event.name == ORDER_CREATED and event.payload.get("urgent") is True


def _is_shipped(event: OrderEvent) -> bool:
    return event.name == ORDER_STATUS_UPDATED and event.payload.get("status") == SHIPPED


def _key(event: OrderEvent, recipient: str) -> str:
    return key_of(Addressed(channel="email", event_id=event.id, order_id=event.order_id, recipient=recipient))


def _order_of(text: str) -> int:
    """From `Urgent order 42: …`."""
    return int(text.partition(":")[0].rpartition(" ")[2])


def _named(event: OrderEvent) -> str:
    return f"{event.name} of order {event.order_id}"


def _more_than_once(what: str, counted: Counter[str]) -> Iterable[str]:
    return [
        f"order {who.removeprefix('order-')} was {what} {times} times"
        for who, times in counted.items()
        if times > 1
    ]


def _again(counts: Iterable[int]) -> int:
    return sum(count - 1 for count in counts)
