"""Exercise 15.2: rows of an outbox are claimed for a while, by one relay at a time; the clock is the check's own."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from labs.course.probe import Probe
from labs.course.verdict import Step

LEASE_S = 15
TABLE = """
PRAGMA journal_mode=WAL;
DROP TABLE IF EXISTS outbox;
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY, event_id TEXT UNIQUE, claimed_by TEXT, claimed_until REAL, sent_at REAL
);
INSERT INTO outbox (event_id) VALUES ('e1'), ('e2'), ('e3'), ('e4'), ('e5'), ('e6'), ('e7'), ('e8');
UPDATE outbox SET sent_at = 0 WHERE event_id = 'e3';
"""


class Ask(NamedTuple):
    """Who claims, when, how many at most, what must come, and what is wrong if something else does."""

    relay: str
    now: float
    limit: int
    wanted: list[str]
    hint: str


OLDEST = "The oldest unsent rows, `limit` of them at most. e3 has been sent."
HELD = (
    "What relay 1 claimed is its own until second 15. Is your claim committed, and does it ask claimed_until?"
)
OLD = "What this relay claimed before is on its way already: return only what was free, and none of its old rows."
NOTHING = "Everything is held or sent, so there is nothing to claim: an empty list."
OVER = "Relay 1 has not been heard of since: its first lease is over and its rows are free; the others are held still."
STORY = (
    Ask("relay 1", 0, 3, ["e1", "e2", "e4"], OLDEST),
    Ask("relay 2", 1, 3, ["e5", "e6", "e7"], HELD),
    Ask("relay 1", 2, 3, ["e8"], OLD),
    Ask("relay 2", 3, 3, [], NOTHING),
    Ask("relay 2", 15.5, 9, ["e1", "e2", "e4"], OVER),
)


def leases(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Tell a story of two relays, each on a connection of its own; then let the second come between."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(_open(folder)) as first,
        closing(_open(folder)) as second,
    ):
        first.executescript(TABLE)
        for ask in STORY:
            got, error = _claimed(probe, attempt, first if ask.relay == "relay 1" else second, ask)
            if error:
                yield _refused(error)
            ids = isinstance(got, list | tuple) and all(isinstance(id_, str) for id_ in got)
            found = got if ids else None
            if found is None:
                yield Step(
                    ok=False,
                    text=f"claim_rows must return a list of event ids, such as ['e1'] (it returned {got!r:.60})",
                    hint="Return the ids of the rows that are yours now: [row[0] for row in …].",
                )
            yield Step(
                ok=list(found or ()) == ask.wanted,
                text=f"second {ask.now:g}, {ask.relay}: {_list(ask.wanted)} (it got {_list(found or ())})",
                hint=ask.hint,
            )
        yield from _at_once(probe, attempt, first, second)


def _at_once(
    probe: Probe, attempt: Callable[..., Any], first: sqlite3.Connection, second: sqlite3.Connection
) -> Iterator[Step]:
    """Relay 2 claims just before the first UPDATE of relay 1 begins: the moment between looking and taking."""
    first.executescript(TABLE)
    came: list[list[str]] = []

    def between(statement: str) -> None:
        if not came and statement.lstrip().upper().startswith("UPDATE"):
            with suppress(sqlite3.OperationalError):  # relay 1 has locked the table: relay 2 comes later
                came.append(_rival(second))

    first.set_trace_callback(between)
    got, error = _claimed(probe, attempt, first, Ask("relay 1", 100, 3, [], ""))
    first.set_trace_callback(None)
    first.rollback()
    if error:
        yield _refused(error)
    theirs = came[0] if came else _rival(second)
    both = sorted(set(got or ()) & set(theirs))
    yield Step(
        ok=bool(got) and not both,
        text=f"both at the same moment: relay 1 {_list(got or ())}; relay 2 {_list(theirs)}; both: {_list(both)}",
        hint="Between your SELECT and your UPDATE somebody else took the rows. One UPDATE with the SELECT inside "
        "leaves no between; so does BEGIN IMMEDIATE before the SELECT.",
    )


def _claimed(
    probe: Probe, attempt: Callable[..., Any], db: sqlite3.Connection, ask: Ask
) -> tuple[Any, sqlite3.Error | None]:
    @functools.wraps(attempt)
    def on_database(_: Any) -> tuple[Any, sqlite3.Error | None]:
        try:
            return attempt(db, ask.relay, ask.now, LEASE_S, ask.limit), None
        except sqlite3.Error as error:
            return None, error

    answer: tuple[Any, sqlite3.Error | None] = probe.run(on_database)
    return answer


def _refused(error: sqlite3.Error) -> Step:
    return Step(
        ok=False,
        text=f"the database refused: {error}",
        hint="The columns are seq, event_id, claimed_by, claimed_until, sent_at. `database is locked`: a transaction "
        "was left open, or one that has read wants to write; then say BEGIN IMMEDIATE, or do both in one UPDATE.",
    )


def _rival(db: sqlite3.Connection) -> list[str]:
    """Relay 2, as it should be."""
    with db:
        db.execute(
            "UPDATE outbox SET claimed_by = 'rival', claimed_until = 200 WHERE seq IN (SELECT seq FROM outbox "
            "WHERE sent_at IS NULL AND (claimed_until IS NULL OR claimed_until <= 100) ORDER BY seq LIMIT 3)"
        )
    return [
        row[0] for row in db.execute("SELECT event_id FROM outbox WHERE claimed_by = 'rival' ORDER BY seq")
    ]


def _open(folder: str) -> sqlite3.Connection:
    return sqlite3.connect(Path(folder) / "shop.sqlite", check_same_thread=False, timeout=0.5)


def _list(ids: Any) -> str:
    return ", ".join(map(str, ids)) or "nothing"
