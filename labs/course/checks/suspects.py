"""Exercise 20.2: the books and the queues are open, and the caller says which part it was, with which order."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any

from labs.course.checks.crime_scene import Scene
from labs.course.probe import Probe
from labs.course.verdict import Step
from labs.orders.store.database import Database
from labs.sync.connection import connect


def _all_well(scene: Scene) -> None:
    scene.carry()
    scene.read()


def _never_written(scene: Scene) -> None:
    scene.unwrite(43)
    scene.carry()
    scene.read(2)


def _marked_first(scene: Scene) -> None:
    scene.carry(44)
    scene.mark(44)
    scene.read(2)


def _acked_first(scene: Scene) -> None:
    scene.carry()
    scene.read(but=42)


def _noted_only(scene: Scene) -> None:
    _still_unread(scene)
    scene.read(1, but=44)
    scene.note(44)


def _published_twice(scene: Scene) -> None:
    scene.carry()
    scene.publish(scene.events[43])
    scene.read(4)


def _forgotten_inbox(scene: Scene) -> None:
    _published_twice(scene)
    scene.tell(43)


def _still_in_the_outbox(scene: Scene) -> None:
    scene.carry(44)
    scene.read(2)


def _not_yet_marked(scene: Scene) -> None:
    scene.carry(mark=False)
    scene.read()


def _still_unread(scene: Scene) -> None:
    scene.carry()
    scene.read(2)


def _written_twice(scene: Scene) -> None:
    scene.write_again(42)
    scene.carry()
    scene.read(4)


Answer = tuple[str, int] | None
#: What is done to the scene, who it was, and what shows it.
CASES: tuple[tuple[Callable[[Scene], None], Answer, str], ...] = (
    (_all_well, None, "Each order has one event; it is marked, published and in the feed. Nobody did anything."),
    (_never_written, ("intake", 43), "The order is in `orders`, and no row of `outbox` is about it."),
    (_marked_first, ("relay", 44), "Its row in `outbox` has a sent_at, and `tap` never had a copy of it."),
    (_acked_first, ("reader", 42), "`tap` has it, its queue has not, nor has `feed`: taken and dropped."),
    (_published_twice, None, "`tap` has two copies of one event and `feed` one row: a duplicate did no harm."),
    (_noted_only, ("reader", 44), "`inbox` says that feed has had it, and `feed` has no row: two transactions."),
    (_still_in_the_outbox, None, "It is in `outbox` with sent_at empty: it is on its way, and not lost."),
    (_forgotten_inbox, ("reader", 43), "One event, and two rows in `feed`: the reader had it twice."),
    (_not_yet_marked, None, "Published and not marked: it will be published again, and the inbox will know it."),
    (_written_twice, ("intake", 42), "Two rows in `outbox` about one new order: that is no reader's duplicate."),
    (_still_unread, None, "It is ready in `order_notifications`: the reader has not had it yet."),
)  # fmt: skip


def names_the_part(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """One scene after the other; the attempt says who it was."""
    with tempfile.TemporaryDirectory() as folder, connect(probe.url, name="scene") as connection:
        path = Path(folder) / "shop.sqlite"
        connection.channel().exchange_declare("orders", "topic", durable=True)
        with closing(Database(path)) as database:
            scene = Scene(database, connection)
            for number, (happens, answer, shows) in enumerate(CASES, start=1):
                scene.clear()
                scene.take_orders()
                happens(scene)
                said = probe.run(_with_books(attempt, path))
                said = tuple(said) if isinstance(said, list) else said
                text = f"scene {number}: {_words(answer)}"
                yield Step(
                    ok=said == answer,
                    text=text if said == answer else f"{text}; you say {said!r}",
                    hint=shows,
                )


def _words(answer: Answer) -> str:
    return "nobody" if answer is None else f"the {answer[0]}, order {answer[1]}"


def _with_books(attempt: Callable[..., Any], path: Path) -> Callable[[Any], Any]:
    """The attempt with the shop's database, which it can only read."""

    @wraps(attempt)
    def start(channel: Any) -> Any:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA query_only=ON")
            return attempt(channel, db)

    return start
