"""Predicted and measured as a live piece: the second bar grows when its number is known."""

from __future__ import annotations

from html import escape

import traitlets

from labs.course.pieces.bars import bars, distance
from labs.course.pieces.piece import Piece
from labs.course.view import BLUE, PANEL


class PredictedBar(Piece):
    """`bar = PredictedBar("orders the fast one did", predicted=20)`, and later `bar.measured = 36`."""

    main = "bar.js"
    label = traitlets.Unicode().tag(sync=True)
    predicted = traitlets.Float(None, allow_none=True).tag(sync=True)
    measured = traitlets.Float(None, allow_none=True).tag(sync=True)
    #: How far apart, in words; the page shows it.
    verdict = traitlets.Unicode("").tag(sync=True)

    def __init__(self, label: str, *, predicted: float | None = None, measured: float | None = None) -> None:
        super().__init__(label=label, predicted=predicted, measured=measured)

    @traitlets.observe("predicted", "measured")
    def _judge(self, _: object) -> None:
        self.verdict = distance(self.predicted, self.measured)

    def words(self) -> str:
        """Both numbers and the distance."""
        lines = [self.label, f"predicted: {_said(self.predicted)}", f"measured: {_said(self.measured)}"]
        return "\n".join([*lines, self.verdict] if self.verdict else lines)

    def twin(self) -> dict[str, str]:
        """The bars, or the words as long as one of the numbers is missing."""
        first, *rest = [escape(line) for line in self.words().splitlines()]
        drawn = bars(f"{self.predicted:g}", f"{self.measured:g}") if self.verdict else ""
        said = f"{drawn}{escape(self.verdict)}" if drawn else "<br>".join(rest)
        return {"text/html": f'<div style="{PANEL.format(**BLUE)}"><strong>{first}</strong><br>{said}</div>'}


def _said(value: float | None) -> str:
    return "nothing yet" if value is None else f"{value:g}"
