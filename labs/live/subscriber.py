"""A subscriber: one consumer as the broker knows it, a tag on a channel, before we give it a name.

A delivery in the trace names the connection and the channel, not the consumer tag; so connection, channel and
queue together are what joins the two. https://www.rabbitmq.com/docs/consumers#consumer-tags
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labs.live.door import Row

#: Tags that libraries make up: pika and aio-pika `ctag1.9f…`, the broker `amq.ctag-…`, others a long hex number.
_MADE_UP = re.compile(r"^(amq\.)?ctag|^[0-9a-f]{16,}$|^None", re.IGNORECASE)

#: (connection, channel, queue)
Line = tuple[str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who gets deliveries of `queue`."""

    queue: str
    tag: str
    connection: str
    channel: int
    prefetch: int = 0
    auto_ack: bool = False
    #: False: it waits behind the single active consumer.
    active: bool = True

    @property
    def line(self) -> Line:
        """What a delivery in the trace can be joined by."""
        return self.connection, self.channel, self.queue

    @property
    def chosen_tag(self) -> str | None:
        """The tag, if a person chose it."""
        return None if _MADE_UP.search(self.tag) else self.tag


def subscriber_of(row: Row) -> Subscriber:
    """Read a row of `GET /consumers`."""
    channel = row.get("channel_details") or {}
    return Subscriber(
        queue=str(row["queue"]["name"]),
        tag=str(row["consumer_tag"]),
        connection=str(channel.get("connection_name", "")),
        channel=int(channel.get("number") or 0),
        prefetch=int(row.get("prefetch_count") or 0),
        auto_ack=not row.get("ack_required", True),
        active=bool(row.get("active", True)),
    )
