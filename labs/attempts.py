"""Copies of a message that failed: one for the next attempt, one for the parking lot, and the way back.

The rule: a retry is a *new publish*, so whoever forgets a property has lost it. These copies keep every one;
only headers that begin with `labs-` are added. Some things must not travel under their own name, because
the broker would act on them a second time; they travel as `labs-kept-…`, and `restored` puts them back:
- `expiration`: the shorter of it and the delay queue's TTL wins, and dead-lettering takes it off for good;
- `user_id`: it must be the user of the connection, and who retries may be another one than who published;
- `CC` and `BCC`: the broker would send further copies, now to queues of those names;
- `x-death` and its family: RabbitMQ up to 3.13 counts on from what a client sends. If it says that the message
  has once expired in this very queue, the way back from the delay queue looks like a circle, and the broker
  drops the message without a word. RabbitMQ 4 ignores what clients write there, so our count stands elsewhere.
Pure: no broker, no clock. https://www.rabbitmq.com/docs/dlx#effects · https://www.rabbitmq.com/docs/sender-selected
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labs.message import Delivery, Message

#: Our header: how many attempts have failed. Absent: none. Names that begin with `x-` are the broker's.
ATTEMPT = "labs-attempt"
#: Where the message was first published; dead-lettering changes what a delivery says about that.
FIRST_EXCHANGE, FIRST_KEY = "labs-first-exchange", "labs-first-key"
#: Why the last attempt failed, in words.
CAUSE = "labs-cause"
#: Goes before the name of what the broker must not act on again.
KEPT = "labs-kept-"
#: What dead-lettering writes (rabbitmq.com/docs/dlx#effects).
DEATHS = frozenset(
    {"x-death"}
    | {f"x-{which}-death-{what}" for which in ("first", "last") for what in ("exchange", "queue", "reason")}
)
#: What a queue writes about one delivery; on a copy it would be about another one.
OF_ONE_DELIVERY = frozenset({"x-delivery-count", "x-acquired-count"})
#: A cause is a sentence, not a traceback: all headers together must fit into one frame.
CAUSE_LETTERS = 1000


def attempts(message: Message) -> int:
    """How many attempts have failed, by our own header. 0 for what was never retried, and for nonsense."""
    said = message.headers.get(ATTEMPT, 0)
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0


def next_attempt(delivery: Delivery, *, reason: str = "") -> Message:
    """The copy that waits for the next attempt: everything kept, one more failure counted."""
    return _copy(delivery, reason)


def parked(delivery: Delivery, *, reason: str) -> Message:
    """The copy for the parking lot: everything kept, and why, after how many attempts, and where it was from."""
    return _copy(delivery, reason)


def restored(delivery: Delivery) -> Delivery:
    """What a handler should see after a trip through the ladder: as it was published, plus the attempt.

    A delivery that was never retried is returned as it is, so this may always be called, and twice.
    """
    headers = delivery.message.headers
    if FIRST_KEY not in headers:
        return delivery
    kept = {name.removeprefix(KEPT): value for name, value in headers.items() if name.startswith(KEPT)}
    message = replace(
        delivery.message,
        expiration_ms=kept.pop("expiration", delivery.message.expiration_ms),
        user_id=kept.pop("user-id", delivery.message.user_id),
        # Our copies start without a death, so what is written there now is the ladder's own traffic.
        headers=_others(headers, without=DEATHS) | kept | _counted(attempts(delivery.message)),
    )
    first = {"exchange": headers.get(FIRST_EXCHANGE, ""), "routing_key": headers[FIRST_KEY]}
    return replace(delivery, message=message, **first)


def redriven(message: Message) -> Message:
    """A parked message with its attempts and its cause taken off: as good as new, and it still knows its origin."""
    headers = {
        name: value for name, value in message.headers.items() if name not in {ATTEMPT, CAUSE} | DEATHS
    }
    return replace(message, headers=headers)


def _copy(delivery: Delivery, reason: str) -> Message:
    first = restored(delivery)
    message = first.message
    kept = {
        f"{KEPT}{name}": message.headers[name] for name in DEATHS | {"CC", "BCC"} if name in message.headers
    }
    if message.expiration_ms is not None:
        kept[f"{KEPT}expiration"] = message.expiration_ms
    if message.user_id is not None:
        kept[f"{KEPT}user-id"] = message.user_id
    headers = _others(message.headers, without=DEATHS | OF_ONE_DELIVERY | {"CC", "BCC"}) | kept
    headers |= {FIRST_EXCHANGE: first.exchange, FIRST_KEY: first.routing_key}
    headers |= _counted(attempts(message) + 1)
    if reason:
        headers[CAUSE] = reason[:CAUSE_LETTERS]
    return replace(message, expiration_ms=None, user_id=None, headers=headers)


def _others(headers: Mapping[str, Any], *, without: frozenset[str]) -> dict[str, Any]:
    """Everybody else's headers: neither ours nor those."""
    ours = {ATTEMPT, FIRST_EXCHANGE, FIRST_KEY, CAUSE}
    return {
        name: value
        for name, value in headers.items()
        if name not in ours and name not in without and not name.startswith(KEPT)
    }


def _counted(failed: int) -> dict[str, Any]:
    return {ATTEMPT: failed} if failed else {}
