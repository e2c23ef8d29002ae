"""The broker's own view of a lesson's virtual host, as stable tables.

Ready messages and consumers come from passive declares, which are exact at once; the management API's own
counts can be seconds old (https://www.rabbitmq.com/docs/management#statistics-interval).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pika
import pika.exceptions

from labs.broker.management import Management
from labs.course.own_channel import own_channel
from labs.course.view import Table
from labs.live.hidden import is_ours

#: The columns of each table, unless others are asked for.
COLUMNS = {
    "queues": ("name", "type", "durable", "ready", "unacked", "consumers"),
    "exchanges": ("name", "type", "durable"),
    "bindings": ("source", "key", "destination"),
    "consumers": ("queue", "prefetch", "manual ack"),
    "connections": ("name", "channels"),
}


class BrokerView:
    """Reads one virtual host and makes tables of it."""

    def __init__(self, management: Management, vhost: str, parameters: pika.ConnectionParameters) -> None:
        self.management, self.vhost, self.parameters = management, vhost, parameters

    def table(self, what: str, names: Sequence[str] = (), columns: Sequence[str] = ()) -> Table:
        """A table of `what`, sorted, only `names` if any are given. Raises ValueError for an unknown `what`."""
        rows_of = {
            "queues": self._queues,
            "exchanges": self._exchanges,
            "bindings": self._bindings,
            "consumers": self._consumers,
            "connections": self._connections,
        }
        if what not in rows_of:
            message = f"lesson.show can show {', '.join(rows_of)}; not {what!r}."
            raise ValueError(message)
        heads = tuple(columns) or COLUMNS[what]
        found = [row for row in rows_of[what]() if not names or row[heads[0]] in names]
        cells = [[_plain(row.get(head)) for head in heads] for row in found]
        return Table(columns=heads, rows=sorted(cells, key=lambda row: [str(c) for c in row]), caption=what)

    def messages(self, queue: str, columns: Sequence[str] = (), limit: int = 100) -> Table:
        """What is ready in a queue, in order. It is taken, looked at and given back: then marked as redelivered."""
        rows: list[list[object]] = []
        with own_channel(self.parameters) as channel:
            for place in range(1, limit + 1):
                delivery, properties, body = channel.basic_get(queue)
                if delivery is None:
                    break
                mode = {1: "no", 2: "yes"}.get(properties.delivery_mode, "no")
                text = body.decode(errors="replace")
                id_ = properties.message_id
                rows.append([place, delivery.routing_key, mode, text, delivery.redelivered, id_])
        heads = ("#", "routing key", "persistent", "body", "redelivered", "message_id")
        wanted = [heads.index(head) for head in columns or heads[:4]]
        cells = [[row[place] for place in wanted] for row in rows]
        return Table(columns=[heads[place] for place in wanted], rows=cells, caption=f"messages in {queue}")

    def depth(self, queue: str) -> int | None:
        """How many messages are ready, exactly; None if there is no such queue."""
        with own_channel(self.parameters) as channel:
            return self._count(channel, queue)[0]

    def _count(self, channel: Any, queue: str) -> tuple[int | None, int | None]:
        own = channel.connection.channel()  # a refused look closes its channel: use one per queue
        try:
            found = own.queue_declare(queue, passive=True).method
        except pika.exceptions.ChannelClosedByBroker:
            return None, None
        own.close()
        return int(found.message_count), int(found.consumer_count)

    def _queues(self) -> list[dict[str, Any]]:
        rows = []
        with own_channel(self.parameters) as channel:
            for queue in self.management.queues(self.vhost):
                if is_ours(queue["name"]):
                    continue  # the live view's own
                ready, consumers = self._count(channel, queue["name"])
                arguments = {k: v for k, v in queue.get("arguments", {}).items() if k != "x-queue-type"}
                rows.append(
                    queue
                    | {
                        "type": queue.get("type", "classic"),
                        "unacked": queue.get("messages_unacknowledged", 0),
                    }
                    | {"ready": ready, "consumers": consumers, "arguments": arguments}
                )
        return rows

    def _exchanges(self) -> list[dict[str, Any]]:
        """The lesson's own exchanges; the broker's pre-declared ones begin with `amq.` or have no name."""
        found = self.management.exchanges(self.vhost)
        return [x for x in found if x["name"] and not x["name"].startswith("amq.")]

    def _bindings(self) -> list[dict[str, Any]]:
        found = [b for b in self.management.bindings(self.vhost) if b["source"]]
        return [b | {"key": b["routing_key"]} for b in found]

    def _consumers(self) -> list[dict[str, Any]]:
        return [
            {
                "queue": c["queue"]["name"],
                "prefetch": c["prefetch_count"],
                "manual ack": c["ack_required"],
                "tag": c["consumer_tag"],
            }
            for c in self.management.consumers(self.vhost)
            if not is_ours(c["queue"]["name"])
        ]

    def _connections(self) -> list[dict[str, Any]]:
        found = self.management.connections(self.vhost)
        named = [
            c | {"name": c.get("client_properties", {}).get("connection_name", "(no name)")} for c in found
        ]
        return [c for c in named if not str(c["name"]).startswith("labs-")]


def _plain(cell: object) -> object:
    if isinstance(cell, dict):
        return ", ".join(f"{key}={value}" for key, value in sorted(cell.items())) or None
    return cell
