"""A picture of a topology that a notebook shows: as SVG, as PNG and in words, all three saying the same.

JupyterLab takes the SVG; GitHub and a notebook that is not trusted take the PNG; a terminal, a test and a screen
reader take the text. Nothing in it changes by itself, so a stored picture can be compared with a new one.
https://ipython.readthedocs.io/en/stable/config/integrating.html
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from labs.drawing.describe import describe
from labs.drawing.graph import Graph
from labs.drawing.grouping import gathered, group
from labs.drawing.layout import place
from labs.drawing.seen import Seen
from labs.drawing.still import size_of
from labs.drawing.svg import as_svg


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A graph, what was seen on it, and a sentence that says what to look at."""

    graph: Graph
    seen: Seen | None = None
    caption: str = ""

    def __repr__(self) -> str:
        drawn, seen = self._drawn()
        return "\n".join(filter(None, [self.caption, describe(drawn, seen)]))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        from labs.drawing.png import as_png  # noqa: PLC0415 - matplotlib takes a second to import

        drawn, seen = self._drawn()
        placed = place(drawn)
        width, height = size_of(placed)
        data = {
            "image/svg+xml": as_svg(placed, seen),
            "image/png": b64encode(as_png(placed, seen)).decode(),
            "text/plain": repr(self),
        }
        wanted = {
            kind: value
            for kind, value in data.items()
            if (include is None or kind in include) and kind not in (exclude or ())
        }
        # The PNG has more dots than points, and is shown at the size of the SVG.
        return wanted, {"image/png": {"width": round(width), "height": round(height)}}

    def _drawn(self) -> tuple[Graph, Seen | None]:
        drawn = group(self.graph)
        return drawn, gathered(self.seen, self.graph, drawn) if self.seen else None
