"""A crash between two steps of a consumer, and what is left of it.

Six events wait; a clerk takes them one by one and is killed (`kill -9`) after its first step of event 3. Then a
second clerk does the rest. Counted is what happened to event 3, and that the others had their effect once.
The rule that comes out: what must agree after a crash belongs in one transaction.
"""

from __future__ import annotations

import signal
import sqlite3
from dataclasses import dataclass

import pika

from labs.course.child import Child
from labs.course.place import Place
from labs.course.programs import clerk
from labs.errors import WaitTimeout

QUEUE, DOOMED = "crash.events", "event-3"
EVENTS = tuple(f"event-{number}" for number in range(1, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """How often event 3 was delivered, had its effect in the database, and was written a letter about."""

    steps: str
    deliveries: int
    effects: int
    letters: int


def crash(lesson: Place, *steps: str) -> Crash:
    """Run the six events with these steps of `labs.course.programs.clerk`, with one crash.

    Raises WaitTimeout when a clerk does not die, or the second one does not finish.
    """
    database, letters = lesson.folder / "crash.sqlite", lesson.folder / "letters.txt"
    _new(lesson, database=str(database))
    letters.write_text("")
    words = (lesson.url, QUEUE, str(database), str(letters))
    with Child(clerk, *words, DOOMED, *steps) as first:
        if first.end() != -signal.SIGKILL:
            raise WaitTimeout(awaited="the clerk to be killed", seen="; ".join(first.lines[-2:]))
    with Child(clerk, *words, "nothing", *steps) as second:
        if second.end() != 0:
            raise WaitTimeout(awaited="the second clerk to finish", seen="; ".join(second.lines[-2:]))
    db = sqlite3.connect(database)
    effects = [event for (event,) in db.execute("SELECT event FROM effects")]
    db.close()
    others = [event for event in EVENTS if event != DOOMED]
    if sorted(event for event in effects if event != DOOMED) != others:
        raise WaitTimeout(awaited="each other event to have its effect once", seen=", ".join(effects))
    return Crash(
        steps=" → ".join(steps),
        deliveries=[*first.lines, *second.lines].count(DOOMED),
        effects=effects.count(DOOMED),
        letters=letters.read_text().split().count(DOOMED),
    )


def _new(lesson: Place, *, database: str) -> None:
    """Six events in the queue, two empty tables."""
    with pika.BlockingConnection(lesson.parameters) as connection:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True)
        channel.queue_purge(QUEUE)
        for event in EVENTS:
            properties = pika.BasicProperties(message_id=event, delivery_mode=2)
            channel.basic_publish("", QUEUE, event.encode(), properties)
    db = sqlite3.connect(database)
    db.executescript(
        "DROP TABLE IF EXISTS inbox; CREATE TABLE inbox (message_id TEXT PRIMARY KEY);"
        "DROP TABLE IF EXISTS effects; CREATE TABLE effects (event TEXT);"
    )
    db.close()
