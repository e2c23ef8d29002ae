"""The whole system on one screen: every exchange, queue and binding that the shop uses.

It is made of lab values only, and both ends declare it: who comes first creates it, the other finds it equal.
Change a durability or an argument here while the old queue still exists, and the broker answers
406 PRECONDITION_FAILED: a queue's declaration is a promise, not a setting.

A channel added later (e-mail, SMS, webhooks) is one more queue and one more binding in this table.
The code that takes orders does not change; that is what the exchange is for.
"""

from __future__ import annotations

from labs.exchange import Exchange
from labs.queue import Queue
from labs.routing import Binding
from labs.topology import Topology

#: Where every event of the shop is published, under its own name as the routing key.
EVENTS = Exchange(name="orders", type="topic")

#: Where events go that no consumer could read. Nothing disappears: somebody can look, mend and send again.
DEAD = Exchange(name="orders.dead", type="direct")

#: The dashboard's queue. Classic and durable: it outlives a restart of the broker, and so do its messages.
NOTIFICATIONS = Queue(
    name="order_notifications",
    dead_letter_exchange=DEAD.name,
    dead_letter_routing_key="order_notifications",
)

#: The dashboard's unreadable events, with the broker's note about why (the `x-death` header).
NOTIFICATIONS_DEAD = Queue(name="order_notifications.dead")

ORDERS = Topology(
    exchanges=(EVENTS, DEAD),
    queues=(NOTIFICATIONS, NOTIFICATIONS_DEAD),
    bindings=(
        Binding(source=EVENTS.name, destination=NOTIFICATIONS.name, key="order.*"),
        Binding(source=DEAD.name, destination=NOTIFICATIONS_DEAD.name, key=NOTIFICATIONS.name),
    ),
)
