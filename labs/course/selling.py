"""A shop that dies between two steps of its last order, and what is left: rows of orders, and events.

The program is `labs.course.programs.seller`, a process of its own, so that its end is a real `kill -9`.
The rule that comes out: two places that must agree after a crash cannot be written one after the other.
"""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from labs.course.child import Child
from labs.course.own_channel import own_channel
from labs.course.place import Place
from labs.course.programs import seller
from labs.errors import WaitTimeout

QUEUE, FIRST = "sold.events", 42
TABLES = """
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS outbox;
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT);
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, event_id TEXT UNIQUE, body TEXT);
"""
#: How long the shop may take to start, to sell and to die, in seconds.
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """How many orders are in the database, and how many of them are known elsewhere."""

    steps: str
    killed_after: str
    #: Rows in the table of orders.
    orders: int
    #: Rows in the outbox.
    noted: int
    #: Messages in the broker's queue.
    published: int

    @property
    def events(self) -> int:
        """What will be told of sooner or later: it is on the broker, or in the outbox."""
        return self.noted + self.published


def sold(lesson: Place, *steps: str, dies_after: str, orders: int) -> Sold:
    """Take `orders` orders with these steps of the seller; it dies after one step of the last.

    Raises WaitTimeout when it does not die, or not of this.
    """
    database, last = lesson.folder / "sold.sqlite", FIRST + orders - 1
    with closing(sqlite3.connect(database)) as db, own_channel(lesson.parameters) as channel:
        db.executescript(TABLES)
        channel.queue_declare(QUEUE, durable=True)
        channel.queue_purge(QUEUE)
        words = (lesson.url, QUEUE, str(database), str(FIRST), str(last), dies_after)
        with Child(seller, *words, *steps) as shop:
            if shop.end(within_s=PATIENCE_S) != -signal.SIGKILL:
                raise WaitTimeout(awaited="the shop to be killed", seen="; ".join(shop.lines[-2:]))
        (rows,) = db.execute("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM outbox)")
        published = int(channel.queue_delete(QUEUE).method.message_count)
    return Sold(
        steps=" → ".join(steps), killed_after=dies_after, orders=rows[0], noted=rows[1], published=published
    )
