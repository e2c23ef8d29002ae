"""Predictions of a lesson: asked before the run, shown beside the measurement after it."""

from __future__ import annotations

from collections.abc import Sequence

from IPython.display import display

from labs.course.place import Place
from labs.course.prediction import PredictionCard, asked, compared
from labs.course.view import Note


class Predicting(Place):
    """Guess first: what you expected is half of what you learn."""

    def predict(
        self, id_: str, question: str, *, choices: Sequence[object] = (), guess: object = None
    ) -> None:
        """Put a question before the run: with `choices` as buttons, or take the literal `guess` from the cell."""
        self.progress.ask(self.name, id_, question)
        if guess is not None:
            self.progress.guess(self.name, id_, str(guess))
        known = self.progress.predictions(self.name)[id_].guess
        if not choices:
            display(asked(id_, question, known))
            return

        def note(choice: str) -> None:
            self.progress.guess(self.name, id_, choice)

        words = [str(choice) for choice in choices]
        display(PredictionCard(id_=id_, question=question, choices=words, chosen=known, on_choice=note))

    def measured(self, id_: str, value: object) -> None:
        """Show what was measured beside what was predicted, and store both."""
        self.progress.measure(self.name, id_, str(value))
        known = self.progress.predictions(self.name).get(id_)
        if known is None:
            display(Note(lines=(f"{id_} · measured: {value}", "Run the cell with the question first.")))
        else:
            display(compared(known))
