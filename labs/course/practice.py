"""Exercises of a lesson: check, hint, solution, score."""

from __future__ import annotations

from IPython.display import display

from labs.course.exercise import Exercise, exercises, judge
from labs.course.place import Place
from labs.course.probe import Probe
from labs.course.verdict import STATES, CheckFailed, Verdict
from labs.course.view import Note, Source, Table


class Practice(Place):
    """The broker is the teacher: a check runs your function and asks what came of it."""

    #: Whether a check that is not passed raises CheckFailed: for papermill and continuous integration.
    strict = False
    _hints_given: dict[str, int]

    def check(self, id_: str, attempt: object = None) -> None:
        """Run your function in a clean virtual host, ask the broker what came of it, and show the verdict."""
        verdict = self.verdict(id_, attempt)
        self.progress.attempt(self.name, id_, verdict.state)
        display(verdict)
        if self.strict and verdict.state != "done":
            raise CheckFailed(verdict)

    def verdict(self, id_: str, attempt: object = None) -> Verdict:
        """The same without showing or storing it."""
        return judge(self._exercise(id_), attempt, self._probe)

    def hint(self, id_: str) -> None:
        """The next hint of an exercise; they go from gentle to plain."""
        hints = self._exercise(id_).hints
        given = min(self._hints_given.get(id_, 0) + 1, len(hints))
        self._hints_given[id_] = given
        display(Note(lines=(f"Hint {given} of {len(hints)} for {id_}", hints[given - 1]), tone="blue"))

    def solution(self, id_: str) -> None:
        """One good answer, from the file that the tests prove right."""
        display(Source(text=self._exercise(id_).solution.read_text(encoding="utf-8").rstrip()))

    def score(self) -> None:
        """One line per exercise, and how many predictions came true."""
        states = self.progress.exercises(self.name)
        rows = []
        for exercise in exercises(self.name):
            state = states.get(exercise.id, "not attempted")
            rows.append([exercise.id, exercise.title, f"{STATES[state][0]} {state}"])
        display(Table(columns=("exercise", "title", "state"), rows=rows, caption="Your exercises"))
        asked = self.progress.predictions(self.name).values()
        made = [prediction.right for prediction in asked if prediction.right is not None]
        print(f"Predictions: {len(asked)} asked, {len(made)} made, {sum(made)} right.")

    def _exercise(self, id_: str) -> Exercise:
        found = {exercise.id: exercise for exercise in exercises(self.name)}
        if id_ not in found:
            message = f"There is no exercise {id_!r} in {self.name}; there are {', '.join(found) or 'none'}."
            raise KeyError(message)
        return found[id_]

    def _probe(self) -> Probe:
        return Probe(self.broker, self.management, f"{self.vhost}.try", spare=self.spare_broker)
