"""Two pictures of a run, as PNG: when each office heard, and what each way costs in milliseconds.

They differ a little each time. `repr` says what there is to see each time, and is what a reader without a picture
gets; so the words are compared, and the pictures are not. Shapes differ as well as colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from labs.course.ways.outage import Outage

#: Inches across, dots per inch, colours enough for a few marks on white.
WIDTH, DPI, COLOURS = 7.0, 100, 32
BLUE, ORANGE, GREY = "#0369a1", "#c2410c", "#d1d5db"


class Heard:
    """When customers ordered, and for each way when its office heard; the time without an office is grey."""

    def __init__(self, outage: Outage) -> None:
        self.outage = outage

    def __repr__(self) -> str:
        never = " and ".join(way for way, missed in self.outage.missed.items() if missed)
        later = " and ".join(way for way, missed in self.outage.missed.items() if not missed)
        words = f"Of what comes while it is away it hears later by {later}, and never by {never}."
        return f"No office hears anything while it is away. {words}"

    def _repr_png_(self) -> bytes:
        rows = {way: self.outage.moments(way) for way in self.outage.trials}
        back = self.outage.back_s - self.outage.began_s
        figure = Figure(figsize=(WIDTH, 1.1 + 0.33 * len(rows)), dpi=DPI, layout="constrained")
        axes = figure.subplots()
        axes.axvspan(0, back, color=GREY, alpha=0.6, linewidth=0)
        axes.text(back / 2, -0.75, "no office", ha="center", va="bottom", size=9)
        placed = self.outage.placed
        axes.plot(placed, [0] * len(placed), "|", ms=11, mew=1.5, color=ORANGE)
        for row, (way, seconds) in enumerate(rows.items(), 1):
            beside = [
                row + (place % 5 - 2) * 0.09 for place in range(len(seconds))
            ]  # so that ten at once are seen
            axes.plot(seconds, beside, "o", ms=4, alpha=0.7, color=BLUE)
            words, place = f"{self.outage.missed[way]} missed", ("axes fraction", "data")
            axes.annotate(words, (1.01, row), xycoords=place, va="center", size=9)
        axes.set_yticks(range(len(rows) + 1), ["customers order", *rows])
        axes.set_ylim(len(rows) + 0.5, -0.75)
        axes.set_xlabel("seconds since the offices were killed; a dot: the office heard of an order")
        axes.grid(visible=True, axis="x", alpha=0.4)
        return _png(figure)


class Cost:
    """For each way a bar for each thing that was measured, in milliseconds; the scale is logarithmic."""

    def __init__(self, measured: Mapping[str, Mapping[str, float]]) -> None:
        self.measured = measured

    def __repr__(self) -> str:
        things = next(iter(self.measured.values()))
        longest = {thing: max(self.measured, key=lambda way: self.measured[way][thing]) for thing in things}
        return "The longest bars. " + " ".join(f"{thing}: {way}." for thing, way in longest.items())

    def _repr_png_(self) -> bytes:
        ways, things = list(self.measured), list(next(iter(self.measured.values())))
        figure = Figure(figsize=(WIDTH, 0.9 + 0.28 * len(ways) * len(things)), dpi=DPI, layout="constrained")
        axes: Any = figure.subplots()
        thick = 0.8 / len(things)
        for place, thing in enumerate(things):
            values = [self.measured[way][thing] for way in ways]
            rows = [row + (place - (len(things) - 1) / 2) * thick for row in range(len(ways))]
            look = {
                "color": (BLUE, ORANGE)[place % 2],
                "hatch": ("", "////")[place % 2],
                "edgecolor": "white",
            }
            drawn = axes.barh(rows, values, height=thick * 0.9, label=thing, **look)
            axes.bar_label(drawn, [f"{float(f'{value:.2g}'):g} ms" for value in values], padding=3, size=9)
        axes.set_xscale("log")
        axes.set_xlim(left=0.5, right=2.5 * max(max(self.measured[way].values()) for way in ways))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_yticks(range(len(ways)), ways)
        axes.invert_yaxis()
        axes.set_xlabel("milliseconds; each line is ten times the one before it")
        axes.grid(visible=True, axis="x", alpha=0.4)
        axes.set_axisbelow(True)
        figure.legend(loc="outside upper center", ncols=len(things), frameon=False, fontsize=9)
        return _png(figure)


def _png(figure: Figure) -> bytes:
    drawn, small = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", facecolor="white")
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()
