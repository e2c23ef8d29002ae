"""Exercise 18.2: a read model that no order of arrival and no repetition can spoil, and that a replay restores."""

from __future__ import annotations

import functools
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika

from labs.course.probe import Probe
from labs.course.verdict import Step

QUEUE = "wilaya.events"
TABLE = "CREATE TABLE order_view (order_id INTEGER PRIMARY KEY, version INTEGER, wilaya TEXT, status TEXT)"
COUNTS = "SELECT wilaya, count(*) FROM order_view WHERE status <> 'cancelled' GROUP BY wilaya ORDER BY wilaya"

#: Order → (wilaya, status) of its versions 1, 2, 3. Each event says all of it.
HISTORY = {
    42: (("Algiers", "pending"),),
    43: (("Algiers", "pending"), ("Oran", "pending"), ("Oran", "confirmed")),
    44: (("Oran", "pending"), ("Oran", "cancelled")),
    45: (("Constantine", "pending"), ("Algiers", "pending"), ("Oran", "pending")),
    46: (("Algiers", "pending"), ("Algiers", "cancelled")),
    47: (("Constantine", "pending"), ("Constantine", "confirmed")),
}
#: The order of arrival, each (order, version). Some come twice, and some late.
FIRST = (
    (42, 1), (43, 1), (43, 3), (44, 2), (45, 1), (45, 3), (43, 2), (44, 1), (45, 2), (46, 1), (46, 2), (47, 2),
    (46, 1), (47, 1), (43, 3), (42, 1), (45, 1),
)  # fmt: skip
#: The journal once more: backwards, so that another one of each pair comes late.
REPLAY = FIRST[::-1]
NAMES = {
    42: "one event",
    43: "2 after 3",
    44: "1 after 2",
    45: "2 after 3",
    46: "1 again after 2",
    47: "1 after 2",
}


def counts_the_newest(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The counts after a disorderly stream, and the same counts after the table was emptied and all came again."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "view.sqlite"
        _ask(database, TABLE)
        start = _on(attempt, database)
        _publish(probe, FIRST)
        probe.run(start)
        rows = {row[0]: row[1:] for row in _ask(database, "SELECT * FROM order_view")}
        first, left = dict(_ask(database, COUNTS)), probe.depth(QUEUE) or 0
        yield Step(
            ok=set(rows) == set(HISTORY),
            text=f"order_view has one row for each of the {len(HISTORY)} orders (it has {len(rows)})",
            hint="INSERT (order_id, version, wilaya, status), and commit: with db: does it. "
            "An order whose first event comes late has a row all the same.",
        )
        wrong = [order for order, row in sorted(rows.items()) if row != _newest(order)]
        told = "; ".join(f"{order}: {NAMES[order]}" for order in wrong)
        yield Step(
            ok=not wrong,
            text=f"each row holds the highest version (not so: {told or 'none'})",
            hint="A late event must not overwrite: ON CONFLICT (order_id) DO UPDATE SET … "
            "WHERE excluded.version > order_view.version. And wilaya, status, version go together.",
        )
        yield Step(
            ok=True, text="orders per wilaya: " + ", ".join(f"{name} {n}" for name, n in first.items())
        )
        yield Step(
            ok=left == 0,
            text=f"nothing is left unacked (came back when you hung up: {left})",
            hint="Acknowledge every delivery after its commit, also the one that is too old to change anything.",
        )
        _ask(database, "DELETE FROM order_view")
        _publish(probe, REPLAY)
        probe.run(start)
        again = dict(_ask(database, COUNTS))
    yield Step(
        ok=again == first,
        text="emptied and fed with the same events again, it says the same "
        f"({', '.join(f'{name} {n}' for name, n in again.items()) or 'it is empty'})",
        hint="The table is the only memory that a rebuild empties. "
        "What you remember elsewhere, in a variable or in a table of your own, is in the way of it.",
    )


def _newest(order: int) -> tuple[object, ...]:
    history = HISTORY[order]
    return (len(history), *history[-1])


def _publish(probe: Probe, arrivals: tuple[tuple[int, int], ...]) -> None:
    with probe.channel() as channel:
        channel.queue_declare(QUEUE, durable=True)
        channel.confirm_delivery()
        for order, version in arrivals:
            wilaya, status = HISTORY[order][version - 1]
            event = {"orderId": order, "version": version, "wilaya": wilaya, "status": status}
            properties = pika.BasicProperties(delivery_mode=2, message_id=f"{order}-{version}")
            channel.basic_publish("", QUEUE, json.dumps(event).encode(), properties)


def _on(attempt: Callable[..., Any], database: Path) -> Callable[[Any], None]:
    """The attempt, with a connection to the database beside its channel."""

    @functools.wraps(attempt)
    def start(channel: Any) -> None:
        db = sqlite3.connect(database, check_same_thread=False)
        try:
            attempt(channel, db)
        finally:
            db.close()

    return start


def _ask(database: Path, sql: str) -> list[Any]:
    db = sqlite3.connect(database)
    try:
        with db:
            return db.execute(sql).fetchall()
    finally:
        db.close()
