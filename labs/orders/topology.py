"""The whole system on one screen: every exchange, queue and binding that the shop uses.

It is made of lab values only, and both ends declare it: who comes first creates it, the other finds it equal.
Change a durability or an argument here while the old queue still exists, and the broker answers
406 PRECONDITION_FAILED: a queue's declaration is a promise, not a setting.

A channel added later is one more line in this table. The code that takes orders does not change; that is
what the exchange is for. Every queue has a retry ladder and a parking lot, and nothing is ever just dropped:
what the broker itself gives up on (a queue's dead letters) lands in the parking lot as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from labs.exchange import Exchange
from labs.queue import Queue
from labs.retry import Backoff, Ladder
from labs.routing import Binding
from labs.topology import Topology

#: Where every event of the shop is published, under its own name as the routing key.
EVENTS = Exchange(name="orders", type="topic")

#: Where the broker puts what it gives up on; from there each event goes to the parking lot of its queue.
DEAD = Exchange(name="orders.dead", type="direct")

#: The waits before the second, third and fourth attempt. Longer than a restart, shorter than a person's patience.
BACKOFF = Backoff(delays_ms=(1_000, 5_000, 30_000))
#: Those of a reader that calls somebody outside: a bank or a mail server may be away for ten minutes, and nobody
#: here can mend that. Half a minute of patience would park, and so leave to a person, what time alone would heal.
LONG_BACKOFF = Backoff(delays_ms=(1_000, 5_000, 30_000, 120_000, 600_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who reads events: the `queue` where they wait, the `keys` that bring them there, the retries.

    Without a `backoff` there is no ladder: what fails is given back to its queue, and tried again after a pause.
    """

    name: str
    queue: str
    keys: tuple[str, ...]
    backoff: Backoff | None = BACKOFF

    @property
    def ladder(self) -> Ladder | None:
        """Where a failed event waits for its next attempt, and where it ends."""
        return Ladder(queue=self.queue, backoff=self.backoff) if self.backoff else None

    @property
    def parking_lot(self) -> str:
        """Where an event ends that nobody could digest: the same name as the ladder's."""
        return f"{self.queue}.parked"


FEED = Reader(name="feed", queue="order_notifications", keys=("order.*",))
#: The same in the shop's shortest form, as the first notebooks show it.
SHORT_FEED = replace(FEED, backoff=None)
READ_MODEL = Reader(name="read_model", queue="read_model.orders", keys=("#",))
ANALYTICS = Reader(name="analytics", queue="analytics.trends", keys=("order.created", "order.cancelled"))
INVENTORY = Reader(
    name="inventory", queue="inventory.reservations", keys=("order.created", "order.cancelled")
)
PAYMENT = Reader(
    name="payment",
    queue="payment.charges",
    keys=("inventory.reserved", "order.cancelled"),
    backoff=LONG_BACKOFF,
)
SAGA = Reader(
    name="saga",
    queue="saga.orders",
    keys=("order.created", "inventory.*", "payment.*", "order.cancelled"),
)
EMAIL = Reader(
    name="email",
    queue="email.messages",
    keys=("order.created", "order.status_updated"),
    backoff=LONG_BACKOFF,
)
SMS = Reader(name="sms", queue="sms.urgent", keys=("order.created",), backoff=LONG_BACKOFF)
WEBHOOKS = Reader(name="webhooks", queue="webhook.calls", keys=("#",), backoff=LONG_BACKOFF)
SHIPPING = Reader(
    name="shipping", queue="shipping.bookings", keys=("order.status_updated",), backoff=LONG_BACKOFF
)

READERS = (FEED, READ_MODEL, ANALYTICS, INVENTORY, PAYMENT, SAGA, EMAIL, SMS, WEBHOOKS, SHIPPING)


def topology(
    readers: Iterable[Reader] = READERS, *, queue_type: Literal["classic", "quorum"] = "classic"
) -> Topology:
    """What must be declared for these readers. `quorum` queues are copied to other nodes of a cluster."""
    whole = Topology(exchanges=(EVENTS, DEAD))
    for reader in readers:
        queue = Queue(
            name=reader.queue,
            type=queue_type,
            dead_letter_exchange=DEAD.name,
            dead_letter_routing_key=reader.queue,
        )
        bindings = [Binding(source=EVENTS.name, destination=reader.queue, key=key) for key in reader.keys]
        bindings.append(Binding(source=DEAD.name, destination=reader.parking_lot, key=reader.queue))
        whole |= Topology(queues=(queue, Queue(name=reader.parking_lot)), bindings=tuple(bindings))
        if reader.ladder:
            whole |= reader.ladder.topology
    return whole


#: Everything, as one node of a broker has it.
ORDERS = topology()
