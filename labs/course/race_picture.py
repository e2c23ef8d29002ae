"""The races as a PNG, for whoever reads the page without a kernel: where the orders waited, over time.

All lanes have one scale, in time and in orders, so areas can be compared. The picture has a white ground of its
own, so that it can be read on a dark page; each lane has its numbers beside it, and hatching besides its colour.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from labs.course.race_record import most_held, waiting

INK, SOFT, LINE = "#111827", "#4b5563", "#94a3b8"
#: How the area of a lane is drawn: waiting orders, and orders that a worker holds.
WAITS: dict[str, Any] = {"facecolor": "#0284c7", "edgecolor": "#0284c7"}
HELD: dict[str, Any] = {"facecolor": "#fdba74", "edgecolor": "#c2410c", "hatch": "////"}
#: Dots for an inch, inches for a lane, and the height of a full lane in lanes.
DPI, LANE, FULL = 110, 0.44, 1.5


def race_picture(races: list[dict[str, Any]], orders: int) -> bytes:
    """For each race a lane of what waits in the queue, and for each worker a lane of what it holds."""
    from matplotlib.figure import Figure

    lanes = sum(len(one["workers"]) + 2.5 for one in races) + 0.5
    longest = max((_took(one) for one in races), default=0) or 1
    figure = Figure(figsize=(8.4, LANE * lanes), dpi=DPI, facecolor="white")
    axis = figure.add_axes((0.01, 0, 0.98, 1))
    axis.set_axis_off()
    axis.set_xlim(-0.27, 1.57)
    axis.set_ylim(lanes, 0)
    ground = 0.0
    for one in races:
        rows = one["rows"] or [[0, 0] + [0, 0] * len(one["workers"])]
        times = [row[0] / longest for row in rows]
        ground += 1
        axis.text(-0.27, ground - 0.4, one["title"], weight="bold", size=10, color=INK)
        axis.text(0, ground - 0.4, _head(one), size=9, color=SOFT)
        ground += 0.5  # a full queue is higher than its lane
        for name, words, values, look in _lanes(one, rows):
            ground += 1
            heights = [ground - FULL * value / orders for value in values]
            axis.fill_between(times, heights, ground, step="post", linewidth=0.8, **look)
            axis.plot([0, 1], [ground, ground], color=LINE, linewidth=0.8)
            axis.text(-0.02, ground - 0.08, name, size=9, ha="right", color=INK)
            axis.text(1.03, ground - 0.08, words, size=9, color=INK)
    for place in (0, 1):
        axis.text(place, lanes - 0.2, f"{place * longest / 1000:.1f} s", size=8, ha="center", color=SOFT)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _lanes(
    one: dict[str, Any], rows: list[list[int]]
) -> Iterator[tuple[str, str, list[int], dict[str, Any]]]:
    """Name, words, the number of orders at each moment, and how it looks."""
    yield "in the queue", "", [waiting(row) for row in rows], WAITS
    for who, worker in enumerate(one["workers"]):
        held = [row[2 + 2 * who] for row in rows]
        words = f"{rows[-1][3 + 2 * who]} acknowledged, held {most_held(rows, who)} at most"
        yield worker["name"], words, held, HELD


def _took(one: dict[str, Any]) -> int:
    """The race's milliseconds."""
    return int(one["rows"][-1][0]) if one["rows"] else 0


def _head(one: dict[str, Any]) -> str:
    return f"prefetch {one['prefetch']}, over after {_took(one) / 1000:.2f} s"
