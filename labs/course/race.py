"""Races drawn while they run: who holds how many orders, who has acknowledged how many, what is still in the queue.

    with RaceView(orders=40) as view:
        greedy = race(lesson, "desk", 40, pace, prefetch=40, title="greedy", show=view)
        fair = race(lesson, "desk", 40, pace, prefetch=1, title="fair", show=view)

A thread passes on what the workers note about themselves, at most ten times a second; the page plays it on its own
clock. At the end of the block a view of the end takes its place, which can replay the races side by side.
https://www.rabbitmq.com/docs/consumer-prefetch
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import traitlets
from IPython.display import display

from labs.course.pieces.paced import PAUSE_S
from labs.course.pieces.piece import Piece
from labs.course.race_picture import race_picture
from labs.course.race_record import record, waiting
from labs.course.shift import Shift

CAPTION = "While the kernel runs, the race is drawn here; the picture below shows how it went."


class RaceView(Piece):
    """A panel for each race, all on one scale. `orders`: how many each race has."""

    main = "race.js"
    orders = traitlets.Int().tag(sync=True)
    #: The races in order, each as `labs.course.race_record.record` gives it.
    races: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    #: Whether another view has taken the place of this one.
    replaced = traitlets.Bool().tag(sync=True)

    def __init__(self, *, orders: int, races: list[dict[str, Any]] | None = None) -> None:
        super().__init__(orders=orders, races=races or [])

    @contextmanager
    def following(self, shift: Shift) -> Iterator[None]:
        """Draw this shift while the block lasts, and its end."""
        earlier, over = list(self.races), threading.Event()

        def send() -> None:
            self.races = [*earlier, record(shift, over=over.is_set())]

        def keep_sending() -> None:
            while not over.wait(PAUSE_S):
                send()

        sender = threading.Thread(target=keep_sending, name="labs-race", daemon=True)
        sender.start()
        try:
            yield
        finally:
            over.set()
            sender.join()
            send()

    def words(self) -> str:
        """What is the same in every run: how many came, and that all were acknowledged."""
        return "\n".join(_sentence(one) for one in self.races) or "No race has run yet."

    def twin(self) -> dict[str, str]:
        """How the races went, as a picture; its numbers and times are of this run."""
        png = race_picture(self.races, self.orders)
        return {"image/png": base64.b64encode(png).decode()}

    def __enter__(self) -> Self:
        display(self.bundle(CAPTION, {"text/html": f"<p><em>{CAPTION}</em></p>"}), raw=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            display(RaceView(orders=self.orders, races=self.races))
            self.replaced = True  # now, not before: drawing the picture takes a moment


def _sentence(one: dict[str, Any]) -> str:
    names = " and ".join(worker["name"] for worker in one["workers"])
    start = f"Race {one['title']}, prefetch {one['prefetch']}, {names}"
    if not one["rows"]:
        return f"{start}: no order has come yet."
    last = one["rows"][-1]
    held, done = sum(last[2::2]), sum(last[3::2])
    return f"{start}: {last[1]} orders sent, {done} acknowledged, {held} held, {waiting(last)} in the queue."
