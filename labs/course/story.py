"""One order's story as a table: a row for each of its events, and every hop that the event took.

It is made of the timeline that the shop tells (`labs.orders.store.timeline`): who did what is the same on every
run, when is not, so the moments are left out here. The order's number is what holds the story together: every
event carries it as its correlation, whichever service wrote it.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from labs.course.view import Table
from labs.errors import WaitTimeout
from labs.orders.topology import EMAIL, READERS, Reader
from labs.orders.web.client import ShopClient
from labs.routing import topic_matches

#: Readers who note each event, however little they do about it. The others note only whom they told.
NOTE_EACH = ("feed", "read_model", "analytics", "inventory", "payment", "saga")
#: What the shop's page for machines says about one reader's deliveries.
DONE = re.compile(r'^shop_deliveries_total\{outcome="done",reader="(\w+)"\} (\d+)', re.MULTILINE)
#: How long a story may take, in seconds.
PATIENCE_S = 30.0
COLUMNS = ("event", "because of", "carried by", "read by", "told")

Items = Sequence[Mapping[str, Any]]


def story(items: Items) -> Table:
    """The table. Events stand in the order in which they were stored, readers in that of the alphabet."""
    return Table(columns=COLUMNS, rows=[_row(stored, items) for stored in items if stored["hop"] == "stored"])


def audience(event: str, readers: Iterable[Reader] = READERS) -> list[Reader]:
    """The readers whose queue gets an event of this name, asked of the topology alone."""
    return [reader for reader in readers if any(topic_matches(key, event) for key in reader.keys)]


def is_over(items: Items) -> bool:
    """Whether nothing more will come by itself: each event was carried, read by its audience, and mailed.

    A service stores what it leads to in the transaction in which it notes what it read; so where everybody has
    read everything, nothing can be on its way.
    """
    events = [(item["eventId"], item["event"]) for item in items if item["hop"] == "stored"]
    return bool(events) and all(_wanted(name) <= _done(items, id_) for id_, name in events)


def followed(client: ShopClient, order_id: int) -> Items:
    """An order's timeline, once its story is over and those who note nothing have had its events, too.

    `client` is signed in as the admin. Raises `WaitTimeout` when that takes longer than half a minute.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not (is_over(items := client.timeline(order_id)) and _had(client, items)):
        if time.monotonic() > deadline:
            raise WaitTimeout(awaited=f"the end of the story of order {order_id}", seen=f"{len(items)} hops")
        time.sleep(0.05)
    return items


def _had(client: ShopClient, items: Items) -> bool:
    done = {name: int(number) for name, number in DONE.findall(client.http.get("/metrics").text)}
    events = [item["event"] for item in items if item["hop"] == "stored"]
    wanted = Counter(reader.name for event in events for reader in audience(event))
    return all(done.get(name, 0) >= number for name, number in wanted.items())


def _wanted(event: str) -> set[str]:
    named = {reader.name for reader in audience(event)}
    return {"relay", *(named & set(NOTE_EACH)), *(named & {EMAIL.name})}


def _done(items: Items, event_id: str) -> set[str]:
    ended = ("published", "consumed", "sent", "failed")
    return {item["who"].partition(" → ")[0] for item in _hops(items, event_id, ended)}


def _hops(items: Items, event_id: str, hops: Collection[str]) -> list[Mapping[str, Any]]:
    return [item for item in items if item["eventId"] == event_id and item["hop"] in hops]


def _row(stored: Mapping[str, Any], items: Items) -> list[object]:
    names = {item["eventId"]: item["event"] for item in items if item["hop"] == "stored"}
    id_ = stored["eventId"]
    columns = (("published",), ("consumed",), ("sent", "failed", "waiting"))
    who = [", ".join(sorted(item["who"] for item in _hops(items, id_, hops))) or None for hops in columns]
    return [stored["event"], names.get(stored["cause"]), *who]
