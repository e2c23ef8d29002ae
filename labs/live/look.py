"""One look at the broker through its management API: exact counts, and on demand everything declared.

The counts of classic queues are exact at the moment of the answer. Those of quorum queues and streams lag; the
tap asks for these by AMQP (`Ear.ready`). Consumers and connections lag too, by the broker's statistics interval.
The rule: a look tells when it was asked and when it was answered, because it was true somewhere in between.
https://www.rabbitmq.com/docs/management#http-api
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from labs.errors import AccessRefused, BrokerRefused, NotFound
from labs.live import tracing
from labs.live.door import Api, Row, quoted
from labs.live.hidden import CONNECTION, is_ours
from labs.live.policies import Policies
from labs.live.shape import Shape, shape_of
from labs.live.subscriber import Subscriber, subscriber_of

Clock = Callable[[], float]
#: How often a consumer without its channel or connection is asked for again, and after how many seconds.
MORE_TRIES, TRY_AGAIN_S = 10, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen. `shape` and what follows is None in a look that was only for the counts."""

    asked: float
    answered: float
    #: Queue → (ready, unacked); ours are left out.
    counts: dict[str, tuple[int, int]]
    #: Messages that wait in queues of ours: how far each tap is behind.
    ours: dict[str, int]
    shape: Shape | None = None
    tracing: bool = False
    #: Connection → the name that its owner gave it.
    connections: dict[str, str | None] | None = None
    subscribers: tuple[Subscriber, ...] | None = None


def look(management: Api, vhost: str, now: Clock, *, full: bool, strangers: set[str]) -> Look:
    """Ask the broker. `NotFound` when the vhost is gone, `BrokerUnavailable` when nobody answers.

    `strangers` remembers, from look to look, the consumers that were waited for in vain: this user may not see
    the connections of others, and must not wait for them each time.
    """
    asked = now()
    queues = _queues(management, vhost)
    seen = Look(
        asked=asked,
        answered=now(),
        counts={row["name"]: _counts(row) for row in queues if not is_ours(row["name"])},
        ours={row["name"]: row.get("messages_ready") or 0 for row in queues if is_ours(row["name"])},
    )
    if not full:
        return seen
    policies = Policies(
        user=tuple(_allowed(management, f"/policies/{quoted(vhost)}")),
        operator=tuple(_allowed(management, f"/operator-policies/{quoted(vhost)}")),
    )
    shape = shape_of(
        management.get(f"/exchanges/{quoted(vhost)}"),
        queues,
        management.get(f"/bindings/{quoted(vhost)}"),
        policies,
    )
    consumers, connections = _people(management, vhost, strangers)
    subscribers = map(subscriber_of, consumers)
    return replace(
        seen,
        shape=shape,
        tracing=_traced(management, vhost),
        connections={
            row["name"]: row.get("user_provided_name")
            for row in connections
            if row.get("user_provided_name") != CONNECTION
        },
        subscribers=tuple(one for one in subscribers if not is_ours(one.queue)),
    )


def _people(management: Api, vhost: str, strangers: set[str]) -> tuple[list[Row], list[Row]]:
    """Consumers with their channels, and connections. Who is just coming is in one list and not in the other yet."""
    tries = 0
    while True:
        consumers = _allowed(management, f"/consumers/{quoted(vhost)}")
        connections = [
            row for row in _allowed(management, f"/vhosts/{quoted(vhost)}/connections") if "name" in row
        ]
        listed = {row["name"] for row in connections}
        placed = [row for row in consumers if row.get("channel_details")]
        missing = {
            row["consumer_tag"]
            for row in consumers
            if (row.get("channel_details") or {}).get("connection_name") not in listed
        }
        if tries == MORE_TRIES or missing <= strangers:
            strangers |= missing
            return placed, connections
        tries += 1
        time.sleep(TRY_AGAIN_S)


def _queues(management: Api, vhost: str) -> list[Row]:
    """The queues with their own totals; streams have none, so theirs come from the statistics."""
    path = f"/queues/{quoted(vhost)}"
    rows: list[Row] = management.get(path, disable_stats="true", enable_queue_totals="true")
    if all("messages" in row for row in rows):
        return rows
    counted = {row["name"]: row for row in management.get(path)}
    return [counted.get(row["name"], {}) | row for row in rows]


def _traced(management: Api, vhost: str) -> bool:
    """Whether tracing is on; only an administrator may ask."""
    try:
        return tracing.is_on(management, vhost)
    except AccessRefused:
        return False


def _counts(row: Row) -> tuple[int, int]:
    return row.get("messages_ready") or 0, row.get("messages_unacknowledged") or 0


def _allowed(management: Api, path: str) -> list[Any]:
    """A list that this user may see, or nothing."""
    try:
        return list(management.get(path))
    except NotFound:
        raise
    except BrokerRefused:
        return []
