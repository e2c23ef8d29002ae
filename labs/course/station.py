"""A station of the course map: one notebook, and what the learner has done in it."""

from __future__ import annotations

from dataclasses import dataclass

from labs.course.catalogue import Notebook
from labs.course.exercise import exercises
from labs.course.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """`exercises`: each with its id, its title and its state; `right` and `wrong` count the predictions."""

    notebook: Notebook
    exercises: tuple[tuple[str, str, str], ...]
    right: int
    wrong: int
    #: Whether the learner is here: the first notebook with open exercises.
    here: bool = False

    @property
    def done(self) -> int:
        """How many exercises are done."""
        return sum(state == "done" for _, _, state in self.exercises)

    @property
    def open(self) -> bool:
        """Whether an exercise is left to do."""
        return self.done < len(self.exercises)

    @property
    def title(self) -> str:
        """The number and the title, as the notebook's own heading has them."""
        return f"{self.notebook.name[:2]} · {self.notebook.title}"

    @property
    def predicted(self) -> int:
        """How many predictions can be told right or wrong."""
        return self.right + self.wrong

    @property
    def predictions(self) -> str:
        """How they went, in words."""
        return f"predicted {self.right} right, {self.wrong} wrong" if self.predicted else "no predictions yet"


def station(notebook: Notebook, progress: Progress) -> Station:
    """The notebook with what was done in it."""
    states = progress.exercises(notebook.name)
    made = [p.right for p in progress.predictions(notebook.name).values() if p.right is not None]
    return Station(
        notebook=notebook,
        exercises=tuple((e.id, e.title, states.get(e.id, "not attempted")) for e in exercises(notebook.name)),
        right=sum(made),
        wrong=len(made) - sum(made),
    )
