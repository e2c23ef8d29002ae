"""Exercise 18.1: goods put aside and given back, once each, though events come twice, too early, and are cut off."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika.exceptions

from labs.course.checks.stock_stories import EARLY, LIVE, PIECES, STORIES, fill, product
from labs.course.probe import Probe
from labs.course.verdict import Step

QUEUE = "stock.events"
TABLES = """
CREATE TABLE stock (product TEXT PRIMARY KEY, on_hand INTEGER, reserved INTEGER);
CREATE TABLE reservations (order_id INTEGER PRIMARY KEY, product TEXT, quantity INTEGER, state TEXT);
INSERT INTO stock VALUES ('iPhone 15 Pro', 100, 0), ('Galaxy S25', 100, 0);
"""
TROUBLE = "CREATE TEMP TRIGGER trouble AFTER UPDATE ON main.stock BEGIN SELECT happens(); END"
#: At this change of the stock the line is cut, at that one the database fails: order 50, which comes only once.
CUT, FULL = 3, 7
#: How often the consumer is started again.
STARTS = 5


def gives_back_once(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Start the attempt after each fault, until the queue is empty; then count pieces and reservations."""
    fill(probe, QUEUE)
    refused: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "stock.sqlite"
        _script(database, TABLES)
        start = _with_faults(attempt, database, refused)
        for _ in range(STARTS):
            probe.run(start, within_s=8)
            # what the broken connection held comes back within milliseconds
            if not probe.eventually(lambda: probe.depth(QUEUE), within_s=0.5):
                break
        states = dict(_rows(database, "SELECT order_id, state FROM reservations"))
        reserved = dict(_rows(database, "SELECT product, reserved FROM stock"))
    left = probe.depth(QUEUE) or 0
    yield Step(
        ok=bool(states),
        text=f"there are rows in reservations ({len(states)})",
        hint="One row for each order; with db: commits, and what is never committed is gone with the connection.",
    )
    yield Step(
        ok=not refused,
        text=f"the database accepted what it was told ({refused[0] if refused else 'no refusal'})",
        hint="An order has one row. That it is there is no error: INSERT … ON CONFLICT DO NOTHING, and rowcount.",
    )
    lost = sorted(LIVE - {order for order, state in states.items() if state == "reserved"})
    yield Step(
        ok=not lost or left > 0,
        text=f"each order that was not declined is reserved (missing: {_list(lost)})",
        hint="The events of these orders were never cancelled. Was one acknowledged before its commit, and then lost?",
    )
    early = [order for order in EARLY if states.get(order) != "released"]
    yield Step(
        ok=not early,
        text=f"an order whose payment failed before it was seen gets nothing (got something: {_list(early)})",
        hint="payment.failed came first: write the row down as released, and never overwrite it. "
        "order.created finds it there, and does nothing.",
    )
    wrong = sorted(order for order in STORIES if (order in LIVE) != (states.get(order) == "reserved"))
    yield Step(
        ok=not wrong,
        text=f"each declined order is released (still reserved: {_list(wrong)})",
        hint="payment.failed moves the row from reserved to released, and from there it never goes back, "
        "also when order.created comes again.",
    )
    for name in sorted(reserved):
        wanted = sum(PIECES[order] for order in LIVE if product(order) == name)
        yield Step(
            ok=reserved[name] == wanted,
            text=f"of {name}, {wanted} are reserved (found {reserved[name]})",
            hint="Change the stock only when the row has changed: too few were given back twice, too many were "
            "reserved twice. And a row without its stock: both belong in one transaction.",
        )
    yield Step(
        ok=left == 0,
        text=f"nothing is left unacked (came back when you hung up: {left})",
        hint="Acknowledge every delivery after its commit, also those that change nothing.",
    )


def _with_faults(attempt: Callable[..., Any], database: Path, refused: list[str]) -> Callable[[Any], None]:
    """The attempt on a new database connection; one change of the stock cuts the line, one fails."""
    changes = 0

    @functools.wraps(attempt)
    def start(channel: Any) -> None:
        trouble = False

        def happens() -> None:
            nonlocal trouble, changes
            changes += 1
            if changes in (FULL, CUT):
                trouble = True
            if changes == FULL:
                raise OSError("the disk is full")  # SQLite turns it into an OperationalError of the UPDATE
            if changes == CUT:
                channel.connection.close()

        db = sqlite3.connect(database, check_same_thread=False)
        db.create_function("happens", 0, happens)
        db.execute(TROUBLE)
        try:
            attempt(channel, db)
        except sqlite3.IntegrityError as error:
            refused.append(str(error))
        except (sqlite3.OperationalError, pika.exceptions.AMQPError):
            if not trouble:
                raise
        finally:
            db.close()

    return start


def _script(database: Path, sql: str) -> None:
    db = sqlite3.connect(database)
    db.executescript(sql)
    db.close()


def _rows(database: Path, sql: str) -> list[Any]:
    db = sqlite3.connect(database)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def _list(orders: list[int]) -> str:
    return ", ".join(map(str, orders)) or "none"
