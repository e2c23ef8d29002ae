"""When nothing moves any more: the moment at which an audit can be asked for.

Three places hold what is still on its way: the outbox, the queues, and the hands of a reader. The first two can be
asked, and the third shows in the inbox. So at rest means: outbox and queues empty, and a quiet look again and again.
What waits in a ladder (up to 30 s) is in a queue, too. https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from sqlalchemy.exc import SQLAlchemyError

from labs.broker.address import Broker
from labs.course.chaos.audit import Audit
from labs.course.chaos.part import ALL_NAMES
from labs.errors import LabsError
from labs.orders.services import SERVICES
from labs.orders.topology import topology
from labs.sync.connection import connect
from labs.sync.declare import count

#: How often the looks are, in seconds, and for how long all of them must be good or nothing may change.
LOOK_S, GOOD_S, STILL_S = 0.3, 1.0, 8.0


def queued(broker: Broker, vhost: str, readers: Collection[str] = ALL_NAMES) -> dict[str, int]:
    """How many messages are ready in each queue that has some, ladders and parking lots included."""
    chosen = [SERVICES[name] for name in readers]
    with connect(broker.url(vhost), name="audit") as connection:
        counts = {queue.name: count(connection, queue.name) for queue in topology(chosen).queues}
    return {name: number for name, number in counts.items() if number}


def parked(broker: Broker, vhost: str, readers: Collection[str] = ALL_NAMES) -> dict[str, int]:
    """How many messages are in each parking lot that has some."""
    lots = {SERVICES[name].parking_lot for name in readers}
    return {name: number for name, number in queued(broker, vhost, readers).items() if name in lots}


def await_rest(
    look: Callable[[], Audit], waiting: Callable[[], int], *, within_s: float, still_s: float = STILL_S
) -> Audit:
    """The audit once it is whole and stays so, or once nothing has changed for `still_s` seconds and nothing waits.

    `look` takes an audit, `waiting` counts the messages that are not parked. After `within_s` seconds: the last one.
    A broker or a database that is on its way back is waited for.
    """
    deadline, good_since, still_since = time.monotonic() + within_s, 0.0, 0.0
    last: Audit | None = None
    while True:
        try:
            left, seen = waiting(), look()
        except (LabsError, SQLAlchemyError):
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_S)
            continue
        now = time.monotonic()
        good_since = (good_since or now) if seen.whole and not left else 0.0
        still_since = (still_since or now) if seen == last and not left else 0.0
        last = seen
        if (
            (good_since and now - good_since >= GOOD_S)
            or (still_since and now - still_since >= still_s)
            or now > deadline
        ):
            return seen
        time.sleep(LOOK_S)
