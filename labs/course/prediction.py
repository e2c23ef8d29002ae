"""Predict first: a question with buttons, and later your answer beside the broker's.

A click is stored by the kernel between two cells. No cell ever waits for one: a cell that waits would keep the
kernel busy, and a busy kernel cannot hear the click.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets

from labs.course.pieces.bars import bars
from labs.course.progress import Prediction
from labs.course.view import BLUE, PANEL, Note

ASK = "Choose before you run the next cell."
#: A question with these words asks for a name made of digits, such as 404: nothing to draw as a length.
NUMBER_AS_NAME = "which number"


class PredictionCard(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A question and its choices as buttons; `on_choice(choice)` is called with each click."""

    def __init__(
        self,
        *,
        id_: str,
        question: str,
        choices: Sequence[str],
        chosen: str | None,
        on_choice: Callable[[str], None],
    ) -> None:
        self._id, self._question, self._choices, self._chosen = id_, question, tuple(choices), chosen
        self._on_choice = on_choice
        words = f"<strong>Predict {escape(id_)}</strong> · {escape(question)}"
        heading = f'<div style="{PANEL.format(**BLUE)}">{words}</div>'
        self._buttons = ipywidgets.ToggleButtons(
            options=list(self._choices),
            value=chosen if chosen in self._choices else None,
            style={"button_width": "auto"},
        )
        self._noted = ipywidgets.Label(self._word())
        self._buttons.observe(self._choose, names="value")
        super().__init__([ipywidgets.HTML(heading), self._buttons, self._noted])

    def _choose(self, change: dict[str, Any]) -> None:
        if change["new"] is None:
            return
        self._chosen = str(change["new"])
        self._on_choice(self._chosen)
        self._noted.value = self._word()

    def _word(self) -> str:
        return ASK if self._chosen is None else f"Noted: {self._chosen}. Now run the next cell."

    def _text(self) -> str:
        marks = "   ".join(f"{'●' if c == self._chosen else '○'} {c}" for c in self._choices)
        return f"Predict {self._id} · {self._question}\n{marks}"

    def __repr__(self) -> str:
        return self._text()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live buttons, and for a page without a kernel the same question as text and HTML."""
        bundle: dict[str, Any] = dict(super()._repr_mimebundle_(**kwargs))
        bundle["text/plain"] = self._text()
        bundle["text/html"] = Note(lines=self._text().splitlines(), tone="blue")._repr_html_()
        return bundle


def asked(id_: str, question: str, guess: str | None) -> Note:
    """A prediction that was written into the cell instead of clicked."""
    said = "you have not said anything yet" if guess is None else f"you say {guess}"
    return Note(lines=(f"Predict {id_} · {question}", said), tone="blue")


def compared(prediction: Prediction) -> Note:
    """What was predicted beside what was measured."""
    said = "nothing yet"
    lines = [
        f"{prediction.id} · {prediction.question}",
        f"you predicted: {said if prediction.guess is None else prediction.guess}",
        f"measured: {prediction.measured}",
    ]
    if prediction.right is None:
        return Note(lines=lines, tone="grey")
    if prediction.right:
        return Note(lines=[*lines, "✓ You saw it coming."], tone="green")
    is_name = NUMBER_AS_NAME in prediction.question.casefold()
    drawing = "" if is_name else bars(prediction.guess, prediction.measured)
    wrong = "✗ The broker disagrees. Read on: this is where the learning is."
    return Note(
        lines=[*lines, wrong],
        tone="red",
        drawing=f'<div aria-hidden="true">{drawing}</div>' if drawing else "",
    )
