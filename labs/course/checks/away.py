"""Exercise 15.3: the broker is away, fifty orders come in, it comes back; then every event is in the queue.

The rule: the faults come at certain orders and publishes, not after certain times. The first order takes the broker
away; it is back a while after the last. Then the line breaks twice more: what is published when it goes silent
is lost at one time, and arrives without its confirm at the other.
"""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from labs.broker.faults import Proxy
from labs.course.checks.absence import Absence
from labs.course.probe import Probe
from labs.course.verdict import Step
from labs.orders.topology import SHORT_FEED, topology
from labs.sync.connection import connect
from labs.sync.declare import declare

ORDERS, FIRST = 50, 42
NUMBERS = range(FIRST, FIRST + ORDERS)
TABLES = """
PRAGMA journal_mode=WAL;
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT);
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, event_id TEXT UNIQUE, body TEXT, sent_at REAL);
"""
#: What the attempt may take, in seconds, on a busy machine.
WITHIN_S = 45.0


def outlives_the_broker(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt through the absence, then compare orders, outbox and queue."""
    with connect(probe.url) as connection:
        declare(connection, topology((SHORT_FEED,)))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(_open(folder)) as db,
        closing(_open(folder)) as look,
        Proxy(probe.broker) as proxy,
        Absence(probe, proxy, SHORT_FEED.queue) as absence,
    ):
        db.executescript(TABLES)
        taken: dict[int, str | None] = {}

        def orders() -> Iterator[dict[str, Any]]:
            for number in NUMBERS:
                absence.begins()
                yield {"id": number, "customer": "Ahmed"}
                if absence.lasts and _is_in(look, number):
                    taken[number] = _event_of(look, len(taken) + 1)
            absence.may_end()

        @functools.wraps(attempt)
        def keep(_: Any) -> None:
            attempt(db, orders(), absence.connect)

        probe.run(keep, within_s=WITHIN_S)
        rows = look.execute("SELECT count(*) FROM orders").fetchone()[0]
        noted = look.execute("SELECT count(*) FROM outbox").fetchone()[0]
        pending = look.execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL").fetchone()[0]
    yield Step(
        ok=rows == ORDERS,
        text=f"{ORDERS} rows in orders ({rows})",
        hint="Take every order of `orders`, and commit it before you ask for the next one.",
    )
    yield Step(
        ok=len(taken) == ORDERS,
        text=f"all of them were stored while the broker was away ({len(taken)} of {ORDERS})",
        hint="A customer's answer must not wait for the broker: store, commit, next order. Carry later.",
    )
    yield Step(
        ok=all(taken.values()) and noted >= ORDERS,
        text=f"and each with its event in the outbox, at once ({sum(map(bool, taken.values()))} of {ORDERS})",
        hint="If this process ended now, would anybody know what must be told still? Both rows, one transaction.",
    )
    yield Step(
        ok=pending == 0,
        text=f"0 rows of the outbox are pending ({pending})",
        hint="Go on until no row has sent_at NULL: the broker comes back, and the line may break more than once.",
    )
    yield from _in_the_queue(probe, {id_ for id_ in taken.values() if id_})


def _in_the_queue(probe: Probe, noted: set[str]) -> Iterator[Step]:
    found = [properties for _, properties, _ in probe.messages(SHORT_FEED.queue)]
    ids = {properties.message_id for properties in found}
    missing = len(noted - ids)
    yield Step(
        ok=not found or bool(ids & noted),
        text="the messages in the queue have the ids of the events in the outbox",
        hint="message_id is the row's event_id. An id made anew for each attempt makes a second event of a second try.",
    )
    yield Step(
        ok=bool(found) and not missing,
        text=f"each of the {ORDERS} events is in {SHORT_FEED.queue} (missing: {missing})",
        hint="A row was marked, and the broker never had its event. Confirms on, publish, and only then mark.",
    )
    yield Step(
        ok=ids == noted,
        text=f"{ORDERS} different events, and no more ({len(ids)})",
        hint="An event that goes twice must be the same event twice: its message_id is the row's event_id, "
        "given once, when the order was taken.",
    )
    transient = sum(properties.delivery_mode != 2 for properties in found)
    yield Step(
        ok=not transient,
        text=f"all of them are persistent ({transient} are not)",
        hint="delivery_mode=2. What was marked as sent must survive the broker's next absence.",
    )
    twice = "none" if len(found) == len(ids) else "some, and a reader can tell"
    yield Step(ok=True, text=f"in the queue more than once: {twice}")


def _is_in(look: sqlite3.Connection, number: int) -> bool:
    return look.execute("SELECT 1 FROM orders WHERE id = ?", [number]).fetchone() is not None


def _event_of(look: sqlite3.Connection, place: int) -> str | None:
    """The id of the event that was written down in this place; None when there is none."""
    row = look.execute("SELECT event_id FROM outbox ORDER BY seq LIMIT 1 OFFSET ?", [place - 1]).fetchone()
    return None if row is None else str(row[0])


def _open(folder: str) -> sqlite3.Connection:
    return sqlite3.connect(
        Path(folder) / "shop.sqlite", check_same_thread=False, timeout=2, isolation_level="DEFERRED"
    )
