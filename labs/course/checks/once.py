"""Exercise 7.1: an effect that happens once, though events come twice, a line is cut and a database fails."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika
import pika.exceptions

from labs.course.probe import Probe
from labs.course.verdict import Step

EVENTS, DELIVERIES = 60, 100  # so 40 of them come twice
IDS = tuple(f"event-{number:02d}" for number in range(1, EVENTS + 1))
#: At the effect of one the line is cut, at the effect of the other the database fails: once, and these two
#: are published once, so that nothing but their redelivery can mend it.
CUT, FULL = "event-07", "event-19"
#: How often the consumer is started again.
STARTS = 6
TABLES = """
CREATE TABLE inbox (message_id TEXT PRIMARY KEY);
CREATE TABLE notifications (message_id TEXT, text TEXT);
"""
TROUBLE = """
CREATE TEMP TRIGGER trouble AFTER INSERT ON main.notifications BEGIN SELECT happens(NEW.message_id); END
"""


def once_each(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Start the attempt after each fault, until the queue is empty; each event must have one row."""
    _fill(probe)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "shop.sqlite"
        with sqlite3.connect(database) as db:
            db.executescript(TABLES)
        db.close()
        refused: list[str] = []
        start = _with_faults(attempt, database, refused)
        for _ in range(STARTS):
            probe.run(start, within_s=8)
            # what the broken connection held comes back within milliseconds
            if not probe.eventually(lambda: probe.depth("events"), within_s=0.5):
                break
        with sqlite3.connect(database) as db:
            rows = [row[0] for row in db.execute("SELECT message_id FROM notifications")]
        db.close()
    left = probe.depth("events") or 0
    yield Step(
        ok=bool(rows),
        text=f"there are rows in notifications ({len(rows)})",
        hint="Insert (message_id, text) for each new event, and end the transaction: with db: commits, "
        "and what is never committed is gone when the connection closes.",
    )
    yield Step(
        ok=not refused,
        text=f"the database accepted what it was told ({refused[0] if refused else 'no refusal'})",
        hint="A duplicate is no error: INSERT … ON CONFLICT DO NOTHING, then rowcount says if it was new. "
        "Acknowledge it, too, or it comes for ever.",
    )
    twice = sorted({event for event in rows if rows.count(event) > 1})
    yield Step(
        ok=not twice,
        text=f"no event has two rows (twice: {', '.join(twice[:3]) or 'none'})",
        hint="Ask the inbox, in the database, by message_id. A memory of your program ends with it, "
        "and redelivered is not set on a copy that was published twice.",
    )
    missing = sorted(set(IDS) - set(rows))
    yield Step(
        ok=not missing or left > 0,
        text=f"no event was lost (lost: {', '.join(missing[:3]) or 'none'})",
        hint="Inbox and notification belong in one transaction, the ack after its commit. "
        "And the message_id makes two events the same: not the text, and not redelivered.",
    )
    yield Step(
        ok=left == 0,
        text=f"nothing is left unacked (came back when you hung up: {left})",
        hint="Acknowledge every delivery after its commit, the duplicates as well.",
    )
    yield Step(ok=True, text=f"{DELIVERIES} deliveries of {EVENTS} events, {len(rows)} rows")


def _fill(probe: Probe) -> None:
    """Each event once, and two of three twice; the first five have the same text, and are five events."""
    again = [event for place, event in enumerate(IDS) if place % 3]
    with probe.channel() as channel:
        channel.queue_declare("events", durable=True)
        channel.confirm_delivery()
        for event in (*IDS, *again):
            text = f"order {max(5, int(event[-2:]))}: an iPhone 15 Pro"
            properties = pika.BasicProperties(message_id=event, delivery_mode=2)
            channel.basic_publish("", "events", text.encode(), properties)


def _with_faults(attempt: Callable[..., Any], database: Path, refused: list[str]) -> Callable[[Any], None]:
    """The attempt on a new database connection, with one cut and one failing insert to come."""
    due = {CUT, FULL}

    @functools.wraps(attempt)
    def start(channel: Any) -> None:
        trouble = False

        def happens(event: Any) -> None:
            nonlocal trouble
            if event not in due:
                return
            due.discard(event)
            trouble = True
            if event == FULL:
                raise OSError("the disk is full")  # SQLite turns it into an OperationalError of the INSERT
            channel.connection.close()

        db = sqlite3.connect(database, check_same_thread=False)
        db.create_function("happens", 1, happens)
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
