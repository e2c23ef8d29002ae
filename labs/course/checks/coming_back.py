"""Exercise 17.1: a line that was cut is opened again, and nothing is missed and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

from labs.course.checks.page_shop import PageShop, page_shop
from labs.course.probe import Probe, Stopped
from labs.course.verdict import Step

#: Orders before the cut, while the line is cut, and once somebody listens.
KNOWN, MISSED, LATE = 3, 2, 2
#: How long the attempt may take, and how long a closed line may still be counted, in seconds.
WITHIN_S, GONE_S = 12.0, 5.0
TOLD = "SELECT id FROM feed WHERE id > ? ORDER BY id"


def comes_back(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """What it returns is what the database holds after `last_id`, and its line is closed."""
    with page_shop(probe) as page:
        page.order(KNOWN)
        last_id = page.ask("SELECT max(id) FROM feed")[0][0]
        page.order(MISSED)
        over, placed = Event(), Event()
        late = Thread(target=_order_late, args=(page, over, placed), daemon=True)
        late.start()

        @wraps(attempt)
        def run(_: Any) -> Any:
            return attempt(page.client, last_id, MISSED + LATE)

        stuck = None
        try:
            said = probe.run(run, within_s=WITHIN_S)
        except Stopped as stopped:
            stuck = stopped.step
        finally:
            over.set()
            late.join(WITHIN_S)
        if stuck is not None:
            yield _in_words_of_streams(stuck, listened=placed.is_set())
            return
        yield from _compared(said, page, last_id, listened=placed.is_set())
        deadline = monotonic() + GONE_S
        while page.listeners() and monotonic() < deadline:
            sleep(0.05)
        yield Step(
            ok=page.listeners() == 0,
            text="its line is closed, and the shop has its mailbox back",
            hint="Leave the stream by the end of a `with` block: an open line costs the shop a mailbox.",
        )


def _compared(said: Any, page: PageShop, last_id: int, *, listened: bool) -> Iterator[Step]:
    yield Step(
        ok=listened,
        text="the shop saw it listen to the stream",
        hint='client.stream("GET", "/api/notifications/stream") stays open; a list is an answer of one moment.',
    )
    is_list = isinstance(said, list) and all(type(number) is int for number in said)
    yield Step(
        ok=is_list,
        text=f"it returns a list of whole numbers (it returned {type(said).__name__})"
        if not isinstance(said, list)
        else "it returns a list of whole numbers",
        hint='The line says "id: 17", and that is text: int(…) makes a number of it.',
    )
    known = [number for number in said if number <= last_id]
    yield Step(
        ok=not known,
        text=f"nothing that the page knew already (up to {last_id}) is told again (told again: {len(known)})",
        hint="Say how far the page had come: the header Last-Event-ID, with last_id as text.",
    )
    wanted = [row[0] for row in page.ask(TOLD, last_id)]
    missing = [number for number in wanted if number not in said]
    yield Step(
        ok=said == wanted,
        text=f"it returns {_row(wanted)}, as the database has them (it returned {_row(said)})",
        hint="What was missed is replayed first: without Last-Event-ID only what is new is told."
        if missing
        else "Each number once, in the order in which they came.",
    )


def _order_late(page: PageShop, over: Event, placed: Event) -> None:
    while not over.is_set():
        if page.listeners():
            placed.set()
            page.order(LATE)
            return
        sleep(0.05)


def _in_words_of_streams(step: Step, *, listened: bool) -> Step:
    if "still running" not in step.text:
        return step
    hint = (
        "The stream never ends by itself: return as soon as you have `wanted` numbers. "
        "Do you have fewer? Without Last-Event-ID the missed ones never come; and pulses have no number."
    )
    if not listened:
        hint = "Nobody has opened /api/notifications/stream, so what comes later cannot be heard."
    return Step(ok=False, text=step.text, hint=hint)


def _row(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "nothing"
