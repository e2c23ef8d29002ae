"""An archive of somebody else's making: one more reader of the shop, with a queue and a database of its own.

    store_once(channel, db)  stores what waits in `events` into `notifications`, and returns when nothing comes

The rule: whoever listens cannot disturb the others. The queue is one more binding; a function that fails is called
again on a new connection, and what it had not acknowledged comes again.
Runs in a thread of its own; the SQLite connection and the channel are new at each call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

from labs.orders.topology import EVENTS
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.connection import Connection
from labs.sync.translate import translated
from labs.topology import Topology

#: A plain pika channel and a connection to SQLite go in; what waits is stored and acknowledged.
StoreOnce = Callable[[Any, sqlite3.Connection], None]

#: What must be there for it: the queue that the function reads, and what brings events there.
DECLARED = Topology(
    exchanges=(EVENTS,),
    queues=(Queue(name="events"),),
    bindings=(Binding(source=EVENTS.name, destination="events", key="order.*"),),
)

TABLES = """
CREATE TABLE IF NOT EXISTS inbox (message_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notifications (message_id TEXT, text TEXT);
"""


class Archive:
    """Calls `store_once` as long as the shop is open. `path` is the archive's file."""

    def __init__(self, path: Path, store_once: StoreOnce) -> None:
        self._path, self._store_once = path, store_once

    def work(self, connection: Connection, stop: Event) -> None:
        """Store until `stop` is set; raises `ConnectionLost` when the broker goes away."""
        while not stop.is_set():
            with translated(), closing(sqlite3.connect(self._path)) as db:
                db.executescript(TABLES)
                channel = connection.raw.channel()
                self._store_once(channel, db)
                if channel.is_open:
                    channel.close()
