"""The broker's own view of itself: the management API, in the few calls that the course needs.

Names, bindings and declarations are exact at once; counts of classic queues too. The rest lags by a second.
The rule: for the depth of a queue ask AMQP (a passive declare); poll connections, rates and streams.
See https://www.rabbitmq.com/docs/management.
"""

from __future__ import annotations

from typing import Any

from labs.broker.api import Api, quoted
from labs.errors import NotFound

#: Leaves the slow statistics out and puts each queue's own totals in.
_TOTALS = {"disable_stats": "true", "enable_queue_totals": "true"}

Row = dict[str, Any]


class Management(Api):
    """The named calls. What they return is the broker's JSON, sorted where it is a list."""

    def overview(self) -> Row:
        """Version, node name, exchange types, totals."""
        return dict(self.get("/overview"))

    def definitions(self, vhost: str | None = None) -> Row:
        """Everything declared, of one vhost or of all: the broker's metadata as one document."""
        return dict(self.get("/definitions" if vhost is None else f"/definitions/{quoted(vhost)}"))

    def vhosts(self) -> list[str]:
        """The names of all virtual hosts, sorted."""
        return sorted(str(row["name"]) for row in self.get("/vhosts"))

    def put_vhost(self, vhost: str) -> None:
        """Create the vhost unless it is there, and give ourselves all permissions in it."""
        self.put(f"/vhosts/{quoted(vhost)}", {})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self.put(f"/permissions/{quoted(vhost)}/{quoted(self.broker.user)}", everything)

    def delete_vhost(self, vhost: str) -> None:
        """Delete the vhost with all that is in it, closing its connections. Raises NotFound."""
        self.delete(f"/vhosts/{quoted(vhost)}")

    def queues(self, vhost: str) -> list[Row]:
        """The queues by name, with `messages`, `messages_ready` and `messages_unacknowledged`.

        The counts of classic queues are exact; those of quorum queues and streams are up to a second old,
        and a stream that nobody has counted yet has none: use `.get("messages")`.
        """
        rows = _by(self.get(f"/queues/{quoted(vhost)}", **_TOTALS), "name")
        if all("messages" in row for row in rows):
            return rows
        counted = {
            row["name"]: row for row in self.get(f"/queues/{quoted(vhost)}")
        }  # streams: statistics only
        return [counted.get(row["name"], {}) | row for row in rows]

    def queue(self, vhost: str, name: str) -> Row:
        """One queue, as `queues()` shows it. Raises NotFound."""
        for row in self.queues(vhost):
            if row["name"] == name:
                return row
        raise NotFound(f"There is no queue {name!r} in vhost {vhost!r}.", reply_text="NOT_FOUND")

    def exchanges(self, vhost: str) -> list[Row]:
        """The exchanges by name, the broker's own (`""` and `amq.…`) among them."""
        return _by(self.get(f"/exchanges/{quoted(vhost)}"), "name")

    def bindings(self, vhost: str) -> list[Row]:
        """The bindings by source, destination and key, each queue's one to the default exchange included."""
        rows = self.get(f"/bindings/{quoted(vhost)}")
        return _by(rows, "source", "destination_type", "destination", "routing_key", "properties_key")

    def consumers(self, vhost: str) -> list[Row]:
        """The consumers by queue and tag."""
        rows = self.get(f"/consumers/{quoted(vhost)}")
        return sorted(rows, key=lambda row: (str(row["queue"]["name"]), str(row["consumer_tag"])))

    def connections(self, vhost: str) -> list[Row]:
        """The client connections of the vhost, by name; a new one appears after up to a second."""
        return _by(self.get(f"/vhosts/{quoted(vhost)}/connections"), "name")

    def close_connection(self, name: str, reason: str) -> None:
        """Close a client's connection; the client sees 320 CONNECTION_FORCED with `reason`."""
        self.delete(f"/connections/{quoted(name)}", reason=reason)


def _by(rows: Any, *columns: str) -> list[Row]:
    return sorted(rows, key=lambda row: tuple(str(row.get(column, "")) for column in columns))
