"""One order's timeline: every hop of every one of its events, told from what each hop wrote down by itself.

Nobody keeps a log for this. The outbox knows when an event was stored and when the broker confirmed it, each
reader's inbox when it had its effect, the deliveries who was told. An event that another one caused carries
the same order's number, so the whole story is found by that.

Do not be surprised when a reader has an event before the broker's confirm is noted: the relay notes confirms
a batch at a time, after they came, and readers do not wait for that. Moments are as each part's clock had them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from labs.orders.domain.clock import from_milliseconds
from labs.orders.store.channel_tables import deliveries
from labs.orders.store.database import Database
from labs.orders.store.tables import inbox, outbox
from labs.orders.topology import READERS

#: At the same moment, what must have come first. `waiting` is a sending that failed and will be tried again.
HOPS = ("stored", "published", "consumed", "waiting", "sent", "failed")
#: The feed's inbox is kept under the name of its queue.
NAMES = {reader.queue: reader.name for reader in READERS}
#: The longest piece of another service's error that a sentence quotes, in characters.
MAX_ERROR = 200


class Timeline:
    """Tells the story of an order. Read-only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def timeline(self, order_id: int) -> dict[str, Any]:
        """All that happened, oldest first, a sentence for each; no items when nothing is known of this order."""
        with self._database.read() as connection:
            events = _rows(connection, select(outbox).where(outbox.c.order_id == order_id))
            about_it = select(outbox.c.event_id).where(outbox.c.order_id == order_id)
            noted = _rows(connection, select(inbox).where(inbox.c.message_id.in_(about_it)))
            told = _rows(connection, select(deliveries).where(deliveries.c.order_id == order_id))
        names = {event.event_id: event.name for event in events}
        turns = {event.event_id: event.seq for event in events}
        items = [
            *(item for event in events for item in _shop(event, names)),
            *(_consumed(row, names[row.message_id]) for row in noted),
            *(_told(row, names.get(row.event_id, "an event")) for row in told),
        ]
        items.sort(
            key=lambda item: (item["at"], turns.get(item["eventId"], 0), HOPS.index(item["hop"]), item["who"])
        )
        return {"items": items}


def _shop(event: Row[Any], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    because = f" because of {names[event.cause]}" if event.cause in names else ""
    text = f"The shop wrote {event.name} down{because}."
    stored = _item(event.created_at, event.name, event.event_id, hop="stored", who="shop", text=text)
    yield stored | {"cause": event.cause}
    if event.sent_at is not None:
        text = f"The broker confirmed to the relay that it has {event.name}."
        yield _item(event.sent_at, event.name, event.event_id, hop="published", who="relay", text=text)


def _consumed(row: Row[Any], name: str) -> dict[str, Any]:
    who = NAMES.get(row.consumer, row.consumer)
    text = f"The reader {who} took {name} in, and what it did about it is stored."
    return _item(row.received_at, name, row.message_id, hop="consumed", who=who, text=text)


def _told(row: Row[Any], name: str) -> dict[str, Any]:
    who = f"{row.channel} → {row.recipient}"
    attempt = f" at attempt {row.attempts}" if row.attempts > 1 else ""
    error = " ".join((row.error or "no reason was given").split()).rstrip(".")[:MAX_ERROR]
    if row.state == "sent":
        hop, text = "sent", f"{row.channel} told {row.recipient} about {name}{attempt}."
    elif row.state == "failed":
        hop, text = "failed", f"{row.channel} gave up telling {row.recipient} about {name}{attempt}: {error}."
    else:
        hop = "waiting"
        text = f"{row.channel} could not tell {row.recipient} about {name} yet and will try again: {error}."
    return _item(row.changed_at, name, row.event_id, hop=hop, who=who, text=text)


def _item(at: int, event: str, event_id: str, *, hop: str, who: str, text: str) -> dict[str, Any]:
    moment = from_milliseconds(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"at": moment, "event": event, "eventId": event_id, "hop": hop, "who": who, "text": text}


def _rows(connection: Connection, statement: Any) -> list[Row[Any]]:
    return list(connection.execute(statement))
