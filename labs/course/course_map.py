"""The course map: every notebook with what was done in it, and where to go next."""

from __future__ import annotations

from labs.course.catalogue import COURSE
from labs.course.exercise import exercises
from labs.course.progress import Progress
from labs.course.view import Table


def course_map(progress: Progress) -> Table:
    """A table of the notebooks in order, with exercises done and predictions right, and the next one marked."""
    rows: list[list[object]] = []
    pointed = False
    for notebook in COURSE:
        all_ids = [exercise.id for exercise in exercises(notebook.name)]
        states = progress.exercises(notebook.name)
        done = sum(states.get(id_) == "done" for id_ in all_ids)
        made = [p.right for p in progress.predictions(notebook.name).values() if p.right is not None]
        open_ = done < len(all_ids)
        where = "you are here" if open_ and not pointed else ""
        pointed = pointed or open_
        rows.append(
            [
                notebook.name[:2],
                notebook.title,
                notebook.part,
                f"{notebook.minutes} min",
                f"{done} of {len(all_ids)}",
                f"{sum(made)} of {len(made)}",
                where,
            ]
        )
    columns = ("no.", "notebook", "part", "time", "exercises done", "predictions right", "next")
    return Table(columns=columns, rows=rows, caption="The course")
