"""A race as rows: where every order was, at each moment when one of them moved.

The moments are the workers' own (`labs.sync.worker.Move`) and the publisher's, all on one clock, so the numbers
are exact and an order is always in one place: sent and in nobody's hands yet, held by a worker, or acknowledged.
What is on the line to a worker counts as in the queue: neither side can tell.
"""

from __future__ import annotations

from typing import Any

from labs.course.shift import Shift


def record(shift: Shift, *, over: bool = False) -> dict[str, Any]:
    """The race until now, as JSON: `rows` are `[ms, sent, held, done, held, done, …]`, a pair for each worker."""
    return {
        "title": shift.title,
        "prefetch": shift.prefetch,
        "workers": [{"name": name, "ms": ms} for name, ms in shift.pace.items()],
        "rows": _rows(shift),
        "over": over,
    }


def _rows(shift: Shift) -> list[list[int]]:
    workers = [list(worker.moves) for worker in shift.workers.values()]
    sent = list(shift.sent)
    if not sent:
        return []
    events = [(at, -1, 0, 0) for at in sent]
    events += [(move.at_s, who, move.held, move.done) for who, moves in enumerate(workers) for move in moves]
    state = [0, 0] + [0, 0] * len(workers)
    rows: list[list[int]] = []
    for at, who, held, done in sorted(events):
        state[0] = max(0, round(1000 * (at - sent[0])))
        if who < 0:
            state[1] += 1
        else:
            state[2 + 2 * who : 4 + 2 * who] = held, done
        if rows and rows[-1][0] == state[0]:
            rows.pop()  # the page cannot show what lasts less than a millisecond
        rows.append(list(state))
    return rows


def waiting(row: list[int]) -> int:
    """How many orders are in nobody's hands at the moment of this row."""
    return row[1] - sum(row[2:])


def most_held(rows: list[list[int]], who: int) -> int:
    """The most that one worker held at once."""
    return max((row[2 + 2 * who] for row in rows), default=0)
