"""The course map: every notebook with what was done in it, and where to go next.

As text it is a table; in a notebook it is a line of stations for each part. Both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from labs.course.catalogue import COURSE
from labs.course.map_page import map_page
from labs.course.progress import Progress
from labs.course.station import Station, station
from labs.course.view import Table

COLUMNS = ("no.", "notebook", "part", "time", "exercises done", "predictions right", "next")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseMap:
    """The stations in order, one of them marked as the place where the learner is."""

    stations: tuple[Station, ...]

    @property
    def rows(self) -> list[list[object]]:
        """One row for each notebook."""
        return [
            [
                one.notebook.name[:2],
                one.notebook.title,
                one.notebook.part,
                f"{one.notebook.minutes} min",
                f"{one.done} of {len(one.exercises)}",
                f"{one.right} of {one.predicted}",
                "you are here" if one.here else "",
            ]
            for one in self.stations
        ]

    @property
    def summary(self) -> str:
        """All of it in one sentence."""
        done = sum(one.done for one in self.stations)
        all_ = sum(len(one.exercises) for one in self.stations)
        right, wrong = sum(one.right for one in self.stations), sum(one.wrong for one in self.stations)
        predicted = f"predicted {right} right and {wrong} wrong" if right + wrong else "no predictions yet"
        hours, minutes = divmod(sum(one.notebook.minutes for one in self.stations if one.open), 60)
        time = f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
        ahead = f"about {time} ahead of you" if hours + minutes else "nothing is left"
        return f"{done} of {all_} exercises done, {predicted}, {ahead}."

    def __repr__(self) -> str:
        return f"{Table(columns=COLUMNS, rows=self.rows, caption='The course')!r}\n{self.summary}"

    def _repr_html_(self) -> str:
        return map_page(self.stations, self.summary)


def course_map(progress: Progress) -> CourseMap:
    """Where the learner stands. The first notebook with open exercises is where to go next."""
    stations = [station(notebook, progress) for notebook in COURSE]
    here = next((place for place, one in enumerate(stations) if one.open), None)
    return CourseMap(stations=tuple(replace(one, here=place == here) for place, one in enumerate(stations)))
