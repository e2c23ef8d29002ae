"""Exercise 20.1: a relay that may be killed after any of its calls, and loses nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from labs.course.checks.four_rows import KEY, QUEUE, UNWANTED, WANTED, Desk
from labs.course.checks.fuse import Fuse, fused
from labs.course.probe import Probe
from labs.course.verdict import Step
from labs.orders.store.database import Database

#: More calls than this for four events is a loop without an end.
MOST_CALLS = 60


def survives_every_cut(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Once undisturbed; then once for each call, killed after it and started again."""
    with probe.channel() as channel:
        channel.exchange_declare("orders", "topic", durable=True)
        channel.queue_declare(QUEUE, durable=True)
        channel.queue_bind(QUEUE, "orders", KEY)
    with tempfile.TemporaryDirectory() as folder, closing(Database(Path(folder) / "shop.sqlite")) as database:
        desk, quiet = Desk(database), Fuse()
        probe.run(fused(attempt, quiet, desk.outbox))
        yield from _undisturbed(probe, desk)
        yield Step(
            ok=len(quiet.names) <= MOST_CALLS,
            text=f"it needed {len(quiet.names)} calls for four events",
            hint="Claim once, then one publish for each event. What is left over is the next call's business.",
        )
        copies = 0
        for last, name in enumerate(quiet.names, start=1):
            _purge(probe)
            desk.fresh()
            probe.run(fused(attempt, Fuse(last), desk.outbox))
            desk.later()
            probe.run(fused(attempt, Fuse(), desk.outbox))
            desk.later()
            yield from _after_a_cut(probe, desk, f"killed after call {last} ({name}) and started again")
            copies += len(_ids(probe)) - len(WANTED)
    yield Step(ok=True, text=f"killed {len(quiet.names)} times: nothing lost, {copies} copies too many")


def _undisturbed(probe: Probe, desk: Desk) -> Iterator[Step]:
    found = _ids(probe)
    yield Step(
        ok=set(found) >= set(WANTED),
        text=f"undisturbed: the three events are in {QUEUE} (found {', '.join(map(str, found)) or 'none'})",
        hint="Publish each to the exchange orders, event.name as the key, event.id as message_id. "
        "The second of the four cannot be routed: with mandatory and confirms that raises UnroutableError; go on.",
    )
    yield Step(
        ok=sorted(found) == sorted(WANTED), text="each of them once", hint="One publish for each event."
    )
    modes = {properties.delivery_mode for _, properties, _ in probe.messages(QUEUE)}
    yield Step(
        ok=modes == {2}, text="each of them persistent", hint="delivery_mode=2, or a restart forgets it."
    )
    whole = all(_order_id(body) for _, _, body in probe.messages(QUEUE))
    yield Step(
        ok=whole,
        text="each body is the event",
        hint="to_message(event).body is the envelope that readers know.",
    )
    marked = desk.marked()
    yield Step(
        ok=UNWANTED not in marked,
        text=f"the event that no queue wants is not marked as sent (marked: {', '.join(sorted(marked)) or 'none'})",
        hint="Without confirm_delivery() and mandatory=True the broker drops it, and you do not hear of it.",
    )
    yield Step(
        ok=marked == set(WANTED),
        text=f"the other three are (marked: {', '.join(sorted(marked)) or 'none'})",
        hint="outbox.mark_sent(claim.token, [event.id]), with the token of this claim.",
    )


def _after_a_cut(probe: Probe, desk: Desk, when: str) -> Iterator[Step]:
    found, marked = _ids(probe), desk.marked()
    lost = sorted(set(WANTED) - set(found))
    if lost:
        hint = "It was marked, and not in a queue yet. First the confirm, then the mark: a copy is better than a loss."
        yield Step(ok=False, text=f"{when}: {', '.join(lost)} in no queue", hint=hint)
    if UNWANTED in marked or set(WANTED) - marked:
        wrong = ", ".join(sorted({UNWANTED} & marked | set(WANTED) - marked))
        hint = "What one life leaves open, the next finds when the lease is over, and has to finish."
        yield Step(ok=False, text=f"{when}: the marks are wrong for {wrong}", hint=hint)


def _ids(probe: Probe) -> list[Any]:
    return [properties.message_id for _, properties, _ in probe.messages(QUEUE)]


def _order_id(body: str) -> object:
    try:
        return json.loads(body)["data"]["orderId"]
    except (ValueError, TypeError, KeyError):
        return None


def _purge(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.queue_purge(QUEUE)
