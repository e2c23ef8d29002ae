"""One message of the firehose as a value: a copy of a publish or of a delivery, with who, where and what.

The rule: it tells what the broker did, not what happened to the message later. A publish names only the first
exchange and the queues in the end (`labs.live.routes` finds the way between), and through the default exchange
even a queue that does not exist. Acks, expiry and dead-lettering are not traced.
https://www.rabbitmq.com/docs/firehose
"""

from __future__ import annotations

from typing import Any, NamedTuple

from labs.live.table import read_table
from labs.live.wire import Heard

#: Where the broker puts the copies, and the keys to ask for.
EXCHANGE = "amq.rabbitmq.trace"
KEYS = ("publish.#", "deliver.#")


class Traced(NamedTuple):
    """A publish (`queue` is None, `routed` says where to) or a delivery (`queue` says where from)."""

    #: When we heard it, in ms since the program began.
    at: float
    exchange: str
    #: The routing key first; then those of the headers CC and BCC.
    keys: tuple[str, ...]
    queue: str | None
    routed: tuple[str, ...]
    connection: str
    channel: int
    again: bool
    #: AMQP's properties by name, `headers` among them.
    properties: dict[str, Any]
    body: bytes
    size: int

    @property
    def key(self) -> str:
        """The routing key."""
        return self.keys[0] if self.keys else ""

    @property
    def headers(self) -> dict[str, Any]:
        """The message's own headers."""
        return dict(self.properties.get("headers") or {})


def read_trace(heard: Heard, at: float) -> Traced:
    """Read what the tap heard. `ValueError` when it is none of the broker's."""
    key, table, size, body = heard
    kind, _, name = key.partition(".")
    if kind not in ("publish", "deliver"):
        raise ValueError(f"{key!r} is no key of the trace exchange")
    told = read_table(table)
    return Traced(
        at,
        str(told.get("exchange_name", "")),
        tuple(map(str, told.get("routing_keys") or ())),
        None if kind == "publish" else name,
        tuple(map(str, told.get("routed_queues") or ())),
        str(told.get("connection", "")),
        int(told.get("channel") or 0),
        bool(told.get("redelivered")),
        told.get("properties") or {},
        body,
        size,
    )
