"""How much the code that takes orders knows of a channel: what a new one would have to change there.

The order service here is the route, the intake, the outbox and the relay: from the customer's POST to the broker.
https://www.rabbitmq.com/tutorials/amqp-concepts
"""

from __future__ import annotations

import inspect

from labs.orders.process import relay
from labs.orders.store import group_commit, intake, journal, outbox
from labs.orders.web import order_routes

#: The modules through which every order passes.
ORDER_SERVICE = (order_routes, intake, group_commit, journal, outbox, relay)


def mentions(word: str) -> int:
    """How often the source of the order service has this word, in code or in comments."""
    return sum(inspect.getsource(module).lower().count(word.lower()) for module in ORDER_SERVICE)
