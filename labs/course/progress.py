"""What a learner has predicted, measured and solved, kept from one notebook to the next.

One SQLite file in `.labs/`. Each call opens it, works and closes it: two notebooks may be open
at once, a kernel may die at any moment, and nothing is lost but the line being written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: How long a notebook waits, in seconds, while another one writes.
BUSY_S = 5.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS prediction (
    lesson TEXT, id TEXT, question TEXT, guess TEXT, measured TEXT, PRIMARY KEY (lesson, id));
CREATE TABLE IF NOT EXISTS exercise (
    lesson TEXT, id TEXT, state TEXT, attempts INTEGER, PRIMARY KEY (lesson, id));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A question, what the learner said, and what the broker said; `None` where nobody said anything yet."""

    id: str
    question: str
    guess: str | None
    measured: str | None

    @property
    def right(self) -> bool | None:
        """Whether guess and measurement agree; `None` until both are known."""
        if self.guess is None or self.measured is None:
            return None
        return self.guess == self.measured


class Progress:
    """The learner's record in the file `path`, made when it is first written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_S)
        try:
            connection.executescript(SCHEMA)
            with connection:
                yield connection
        finally:
            connection.close()

    def ask(self, lesson: str, id_: str, question: str) -> None:
        """Note that the question was put. An earlier guess is kept."""
        with self._open() as db:
            db.execute(
                "INSERT INTO prediction (lesson, id, question) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET question = excluded.question",
                (lesson, id_, question),
            )

    def guess(self, lesson: str, id_: str, guess: str) -> None:
        """Store what the learner predicts; the last word counts."""
        with self._open() as db:
            db.execute("UPDATE prediction SET guess = ? WHERE lesson = ? AND id = ?", (guess, lesson, id_))

    def measure(self, lesson: str, id_: str, measured: str) -> None:
        """Store what was measured for a prediction."""
        with self._open() as db:
            db.execute(
                "UPDATE prediction SET measured = ? WHERE lesson = ? AND id = ?", (measured, lesson, id_)
            )

    def predictions(self, lesson: str) -> dict[str, Prediction]:
        """Every prediction of a lesson by its id."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id, question, guess, measured FROM prediction WHERE lesson = ? ORDER BY id", (lesson,)
            ).fetchall()
        return {row[0]: Prediction(id=row[0], question=row[1], guess=row[2], measured=row[3]) for row in rows}

    def attempt(self, lesson: str, id_: str, state: str) -> None:
        """Store the state of an exercise after a check, and count the attempt. What was once done stays done."""
        tried = 0 if state == "not attempted" else 1
        with self._open() as db:
            db.execute(
                "INSERT INTO exercise VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "state = CASE WHEN state = 'done' THEN state ELSE excluded.state END, "
                "attempts = attempts + excluded.attempts",
                (lesson, id_, state, tried),
            )

    def exercises(self, lesson: str) -> dict[str, str]:
        """The state of every exercise that was ever checked, by its id."""
        with self._open() as db:
            return dict(
                db.execute(
                    "SELECT id, state FROM exercise WHERE lesson = ? ORDER BY id", (lesson,)
                ).fetchall()
            )

    def reset(self, lesson: str | None = None) -> None:
        """Forget one lesson, or everything."""
        with self._open() as db:
            for table in ("prediction", "exercise"):
                if lesson is None:
                    db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are the two above
                else:
                    db.execute(f"DELETE FROM {table} WHERE lesson = ?", (lesson,))  # noqa: S608
