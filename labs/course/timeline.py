"""Who did what, and when: one bar for each order, one line for each worker."""

from __future__ import annotations

from typing import Any

from labs.course.shift import Shift


def timeline(*shifts: Shift) -> Any:
    """Draw the shifts below each other on one scale of milliseconds; returns matplotlib's figure."""
    import matplotlib.pyplot as plt  # it takes a second to load

    figure, axes = plt.subplots(
        len(shifts),
        1,
        sharex=True,
        squeeze=False,
        figsize=(7, 1.5 * len(shifts)),
        dpi=90,
        layout="constrained",
    )
    for axis, shift in zip(axes[:, 0], shifts, strict=True):
        zero = min(one.started_s for one in shift.handled)
        for line, worker in enumerate(shift.workers.values()):
            bars = [
                (1000 * (one.started_s - zero), 900 * (one.finished_s - one.started_s))
                for one in worker.handled
            ]
            axis.broken_barh(bars, (line, 0.8), color=f"C{line}")
        axis.set_title(shift.title, loc="left")
        axis.set_yticks(
            [line + 0.4 for line in range(len(shift.workers))],
            [f"{name}: {shift.count(name)}" for name in shift.workers],
        )
    axes[-1, 0].set_xlabel("milliseconds since the first order")
    return figure
