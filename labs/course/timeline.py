"""A timeline: one line for each name, a dot for each moment at which something happened in the run.

The picture is drawn from the run and differs by milliseconds each time; the words are the author's, say what the
eye should see, and are what a reader without a picture gets. So the words are compared, and the picture is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image

#: Inches across, for the frame, and for each line; dots per inch; colours enough for a few lines on white.
WIDTH, FRAME, LINE, DPI, COLOURS = 7.0, 0.7, 0.28, 100, 32


class Timeline:
    """Seconds for each name, the first one on top. `says` is what there is to see, in a sentence or two."""

    def __init__(self, moments: Mapping[str, Sequence[float]], *, says: str, axis: str) -> None:
        self.moments = {name: list(seconds) for name, seconds in moments.items()}
        self.says, self.axis = says, axis

    def __repr__(self) -> str:
        return self.says

    def _repr_png_(self) -> bytes:
        figure = Figure(figsize=(WIDTH, FRAME + LINE * len(self.moments)), dpi=DPI, layout="constrained")
        axes = figure.subplots()
        for row, seconds in enumerate(self.moments.values()):
            axes.plot(seconds, [row] * len(seconds), "o-", linewidth=2)
        axes.set_yticks(range(len(self.moments)), list(self.moments))
        axes.set_ylim(len(self.moments) - 0.5, -0.5)
        axes.set_xlim(left=-0.02 * max((max(s, default=0.0) for s in self.moments.values()), default=1.0))
        axes.set_xlabel(self.axis)
        axes.grid(visible=True, axis="x", alpha=0.4)
        drawn, small = BytesIO(), BytesIO()
        figure.savefig(drawn, format="png", facecolor="white")
        Image.open(drawn).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
        return small.getvalue()
