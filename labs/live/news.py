"""The broker's own news: who connected, who consumes, what was declared, told at the moment it happens.

The event exchange is a plugin that comes with RabbitMQ. Where it is on, a connection's name is known before its
first message, even if it lives for a blink; where it is off, the management API tells of it after its next
statistics, or never. The rule: news make the view quicker and better informed, it must work without them.
They are published in the default vhost, for all vhosts. https://www.rabbitmq.com/docs/event-exchange
"""

from __future__ import annotations

from dataclasses import dataclass

from labs.live.hidden import is_ours
from labs.live.table import read_table
from labs.live.wire import Heard

EXCHANGE, VHOST = "amq.rabbitmq.event", "/"
KEYS = ("connection.*", "channel.created", "consumer.*", "queue.#", "exchange.*", "binding.*", "policy.*")
#: What is no business of ours: it comes with every blink of a connection.
_DULL = ("connection.stats", "queue.stats", "channel.closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """`name` is its two ends (`127.0.0.1:34590 -> …`), `called` what its owner called it."""

    name: str
    called: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """This connection is closed."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A channel; other news know it by its process."""

    process: str
    connection: str
    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A consumer began."""

    process: str
    queue: str
    tag: str
    prefetch: int
    auto_ack: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """A consumer ended."""

    process: str
    queue: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Something was declared, deleted, bound or given a policy: `what` as the broker calls it."""

    what: str


News = Connected | Disconnected | Opened | Joined | Departed | Changed


def read_news(heard: Heard, vhost: str) -> News | None:  # noqa: PLR0911 - one kind of news after the other
    """Read one piece; None if it is about another vhost or about nothing of ours."""
    key, table, _, _ = heard
    if key in _DULL:
        return None
    told = read_table(table)
    if key == "connection.closed":  # it does not say in which vhost
        return Disconnected(name=str(told.get("name")))
    if told.get("vhost") != vhost:
        return None
    process, queue, tag = (str(told.get(name, "")) for name in ("channel", "queue", "consumer_tag"))
    if is_ours(queue) or is_ours(str(told.get("name", ""))) or is_ours(str(told.get("destination_name", ""))):
        return None
    match key:
        case "connection.created":
            return Connected(name=str(told.get("name")), called=told.get("user_provided_name") or None)
        case "channel.created":
            connection = str(told.get("name", "")).rpartition(" (")[0]
            return Opened(
                process=str(told.get("pid")), connection=connection, channel=int(told.get("number") or 0)
            )
        case "consumer.created":
            prefetch, acks = int(told.get("prefetch_count") or 0), told.get("ack_required", True)
            return Joined(process=process, queue=queue, tag=tag, prefetch=prefetch, auto_ack=not acks)
        case "consumer.deleted":
            return Departed(process=process, queue=queue, tag=tag)
    return Changed(what=key)
