"""The course map: where the learner stands, as a table, as a drawing, and without styles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labs.course.catalogue import COURSE, Notebook
from labs.course.course_map import CourseMap, course_map
from labs.course.exercise import exercises
from labs.course.map_page import map_page
from labs.course.progress import Progress
from labs.course.station import Station
from tests.course.test_pieces import text_of


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    """A learner who has done the first notebook, and in the second one exercise and three predictions."""
    record = Progress(tmp_path / "p.sqlite")
    for exercise in exercises(COURSE[0].name):
        record.attempt(COURSE[0].name, exercise.id, "done")
    first, second, *_ = exercises(COURSE[1].name)
    record.attempt(COURSE[1].name, first.id, "done")
    record.attempt(COURSE[1].name, second.id, "not yet")
    for number, guess in enumerate(("a", "a", "b")):
        record.ask(COURSE[1].name, str(number), "?")
        record.guess(COURSE[1].name, str(number), guess)
        record.measure(COURSE[1].name, str(number), "a")
    return record


def plain(html: str) -> str:
    """What is left where styles and drawings are taken away."""
    return text_of(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))


def test_the_map_says_the_same_as_a_table_and_as_a_page(progress):
    """Each notebook's time, exercises and predictions, and one place that is next."""
    shown = course_map(progress)
    words = plain(shown._repr_html_())
    assert shown.summary in repr(shown)
    assert shown.summary in words
    for number, title, part, minutes, done, _, here in shown.rows:
        assert f"{number} · " in words
        for fact in (title, part, minutes, f"{done} exercises", here):
            assert fact in words
    assert "predicted 2 right, 1 wrong" in words
    assert "Next: 01 · Producers" in words
    assert words.count("you are here") == 1
    assert [row[-1] for row in shown.rows].index("you are here") == 1


def test_every_station_is_a_link_and_the_place_is_marked_for_screen_readers(progress):
    """A list of links in a navigation landmark; the drawing itself is hidden from who cannot see it."""
    html = course_map(progress)._repr_html_()
    for notebook in COURSE:
        assert f'href="{notebook.name}.ipynb"' in html
    assert '<nav aria-label="Course map"' in html
    assert html.count('aria-current="step"') == 1
    assert html.count("<li") == len(COURSE) == html.count("<svg aria-hidden")


def test_each_exercise_has_its_block_and_its_state(progress):
    """Filled, or with its sign where there are no styles."""
    html = course_map(progress)._repr_html_()
    blocks = re.findall(r'title="([\d.]+) [^"]*: ([a-z ]+)"', html)
    assert len(blocks) == sum(len(exercises(notebook.name)) for notebook in COURSE)
    assert [state for _, state in blocks[:4]] == ["done", "done", "done", "not yet"]


def test_when_everything_is_done_nothing_is_next(progress):
    """No place is marked, and the sentence says so."""
    for notebook in COURSE:
        for exercise in exercises(notebook.name):
            progress.attempt(notebook.name, exercise.id, "done")
    shown = course_map(progress)
    assert "nothing is left" in shown.summary
    assert "you are here" not in repr(shown)
    assert "Next:" not in shown._repr_html_()


def test_a_fresh_learner_begins_at_the_beginning(tmp_path):
    """Nothing done, nothing predicted, the first notebook next."""
    shown = course_map(Progress(tmp_path / "p.sqlite"))
    assert shown.summary.startswith("0 of ")
    assert "no predictions yet" in shown.summary
    assert shown.rows[0][-1] == "you are here"


def test_hostile_titles_are_not_markup():
    """The catalogue is ours today; the rule is for tomorrow."""
    notebook = Notebook(name='00_"><script>', title="<b>bold</b>", part="<i>part</i>", minutes=5)
    station = Station(
        notebook=notebook, exercises=(("0.1", '"><script>', "not attempted"),), right=0, wrong=0, here=True
    )
    html = map_page((station,), CourseMap(stations=(station,)).summary)
    assert not any(tag in html for tag in ("<script>", "<b>", "<i>"))
