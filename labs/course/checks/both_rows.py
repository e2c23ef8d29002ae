"""Exercise 15.1: an order and its event become true together; an insert that fails takes the other one along."""

from __future__ import annotations

import functools
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from labs.course.probe import Probe
from labs.course.verdict import Step

TABLES = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL);
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY, event_id TEXT UNIQUE NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, sent_at REAL
);
"""
#: What each insert asks first: whether the disk is full at this table.
TROUBLE = """
CREATE TEMP TRIGGER ask_orders AFTER INSERT ON main.orders BEGIN SELECT is_full('orders'); END;
CREATE TEMP TRIGGER ask_outbox AFTER INSERT ON main.outbox BEGIN SELECT is_full('outbox'); END;
"""


def both_or_neither(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Place four orders; the outbox is full for the second, the orders' table for the third."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(_open(folder)) as db,
        closing(_open(folder)) as look,
    ):
        db.executescript(TABLES)
        full: set[str] = set()

        def asked(table: str) -> None:
            if table in full:
                raise OSError("the disk is full")  # SQLite makes an OperationalError of it

        db.create_function("is_full", 1, asked)
        db.executescript(TROUBLE)

        def place(number: int, *full_at: str) -> sqlite3.Error | None:
            full.clear()
            full.update(full_at)

            @functools.wraps(attempt)
            def on_database(_: Any) -> sqlite3.Error | None:
                try:
                    attempt(db, {"id": number, "customer": "Ahmed" if number == 42 else "Meriem"})
                except sqlite3.Error as error:
                    return error
                return None

            answer: sqlite3.Error | None = probe.run(on_database)
            return answer

        yield from _plain(place(42), look)
        error = place(43, "outbox")
        yield Step(
            ok=43 not in _orders(look),
            text="the second insert of order 43 failed, and order 43 is not in the database",
            hint="The order was committed by itself. Both inserts belong between one BEGIN and one COMMIT.",
        )
        yield Step(
            ok=error is not None,
            text="and place_order said so: the error came through",
            hint="Whoever called you must not thank the customer. Let the exception pass, or raise it again.",
        )
        error = place(44, "orders")
        yield Step(
            ok=len(_events(look)) == 1 and error is not None,
            text=f"the order's row of 44 failed, and there is no event without it ({len(_events(look))} in the outbox)",
            hint="The event was committed by itself, or the error was caught: an event without an order is "
            "no better than an order without an event.",
        )
        error = place(45)
        yield Step(
            ok=error is None,
            text=f"after that, order 45 is taken as always ({error or 'no error'})",
            hint="Each event needs an id of its own, and a transaction that failed must be rolled back.",
        )
        yield Step(
            ok=_orders(look) == [42, 45] and [_id(body) for _, _, body in _events(look)] == [42, 45],
            text=f"orders: {_list(_orders(look))}; events of orders: {_list(_id(row[2]) for row in _events(look))}",
            hint="A transaction that was left open took half of an order along when the next one committed: "
            "ROLLBACK when anything raises. `with db:` does it.",
        )


def _plain(error: sqlite3.Error | None, look: sqlite3.Connection) -> Iterator[Step]:
    """One order, and nothing goes wrong."""
    yield Step(
        ok=error is None,
        text=f"the database accepted what it was told ({error or 'no refusal'})",
        hint="orders has id and customer; outbox has event_id, key and body, and numbers its rows by itself.",
    )
    events = _events(look)
    yield Step(
        ok=_orders(look) == [42] and len(events) == 1,
        text=f"others can see order 42 and one event (orders: {len(_orders(look))}, events: {len(events)})",
        hint="One row in each table, and a COMMIT: what is not committed is seen by nobody else.",
    )
    (_, key, body) = events[0]
    yield Step(
        ok=key == "order.created" and _id(body) == 42,
        text=f"the event is an order.created about order 42 (key {key!r}, body {body!r})",
        hint='The relay publishes body as it is: json.dumps({"orderId": …, "customerName": …}).',
    )


def _open(folder: str) -> sqlite3.Connection:
    return sqlite3.connect(Path(folder) / "shop.sqlite", check_same_thread=False, timeout=1)


def _orders(look: sqlite3.Connection) -> list[int]:
    return [row[0] for row in look.execute("SELECT id FROM orders ORDER BY id")]


def _events(look: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return look.execute("SELECT event_id, key, body FROM outbox ORDER BY seq").fetchall()


def _id(body: Any) -> Any:
    try:
        found = json.loads(body)
    except (TypeError, ValueError):
        return None
    return found.get("orderId") if isinstance(found, dict) else None


def _list(numbers: Any) -> str:
    return ", ".join(map(str, numbers)) or "none"
