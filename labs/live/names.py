"""Names for those who take part, so that the same program is the same node when it comes back.

A connection has the name that its owner gave it (`connection_name`), or none. Consumers of one queue need
different names: the connection's, else the tag its owner chose, else a number; a name that is taken gets a
number too. The rule: a name is kept while its bearer is there, and the lowest free one is given next, so running
a cell again does not move the picture. https://www.rabbitmq.com/docs/connections#client-provided-names
"""

from __future__ import annotations

from collections.abc import Container
from itertools import count

from labs.live.subscriber import Subscriber

NOBODY = "producer"


def producer_name(connection_name: str | None) -> str:
    """All connections of one name are one producer."""
    return connection_name or NOBODY


def consumer_name(subscriber: Subscriber, connection_name: str | None, taken: Container[str]) -> str:
    """A name that no other consumer of the queue has."""
    wishes = [name for name in (connection_name, subscriber.chosen_tag) if name]
    for name in wishes:
        if name not in taken:
            return name
    stem, first = (wishes[0], 2) if wishes else ("consumer", 1)
    return next(name for number in count(first) if (name := f"{stem} {number}") not in taken)
