"""The parts of the course engine that need no broker."""

from __future__ import annotations

from pathlib import Path

import pika.exceptions
import pytest

from labs.course.broker_words import WAY_BACK, broker_is_gone, in_words
from labs.course.catalogue import COURSE, by_name
from labs.course.course_map import course_map
from labs.course.exercise import Exercise, judge
from labs.course.expect import expect
from labs.course.kernel import readable
from labs.course.prediction import PredictionCard, compared
from labs.course.progress import Progress
from labs.course.untouched import is_untouched
from labs.course.verdict import Step, Verdict
from labs.course.view import Note, Table

# --------------------------------------------------------------------------- untouched starters


def docstring_only(channel):
    """Nothing yet."""


def dots(channel):
    """Nothing yet."""


def passes(channel):
    pass


async def waits_for_you(url):
    """Nothing yet."""


async def awaits(url):
    await url


def returns_a_pattern():
    return "order.*"


def calls(channel):
    channel.queue_declare("a")


@pytest.mark.parametrize("starter", [docstring_only, dots, passes, waits_for_you])
def test_a_starter_nobody_touched_is_recognised(starter):
    """A docstring, dots or pass are no attempt."""
    assert is_untouched(starter)


@pytest.mark.parametrize("answer", [returns_a_pattern, calls, awaits, lambda: 0, print])
def test_anything_that_does_something_is_an_attempt(answer):
    """Returning a value is an attempt as well."""
    assert not is_untouched(answer)


# --------------------------------------------------------------------------- views


def test_a_table_says_the_same_in_text_and_html():
    """Both forms carry every cell, escaped in HTML."""
    table = Table(columns=("queue", "ready"), rows=[["<b>", 3], ["x", None]], caption="queues")
    assert repr(table) == "queues\nqueue  ready\n-----  -----\n<b>        3\nx      –"
    assert "&lt;b&gt;" in table._repr_html_()
    assert "<b>" not in table._repr_html_()


def test_an_empty_table_says_none():
    """Nobody has to guess whether the table or the broker is empty."""
    assert "(none)" in repr(Table(columns=("a",), rows=[]))
    assert "(none)" in Table(columns=("a",), rows=[])._repr_html_()


def test_a_note_escapes_what_it_is_given():
    """A note may hold what a learner typed."""
    assert "<script>" not in Note(lines=["<script>", "  <i>"])._repr_html_()


# --------------------------------------------------------------------------- expect


def refused(code, text):
    return pika.exceptions.ChannelClosedByBroker(code, text)


def test_expect_shows_the_code_and_its_name_only(capsys):
    """The rest of the broker's words differs between versions."""
    with expect(pika.exceptions.ChannelClosedByBroker, code=406) as seen:
        raise refused(406, "PRECONDITION_FAILED - inequivalent arg 'durable'")
    assert capsys.readouterr().out == "as expected, ChannelClosedByBroker 406: PRECONDITION_FAILED\n"
    assert seen.code == 406
    assert "inequivalent" in seen.reason


def test_expect_fails_when_nothing_failed():
    """A failure that does not come is the surprise."""
    with pytest.raises(AssertionError, match="expected ValueError, but nothing failed"), expect(ValueError):
        pass


def test_expect_lets_other_errors_and_other_codes_pass():
    """Only what was announced is caught."""
    with pytest.raises(KeyError), expect(ValueError):
        raise KeyError
    with (
        pytest.raises(pika.exceptions.ChannelClosedByBroker),
        expect(pika.exceptions.ChannelClosedByBroker, code=406),
    ):
        raise refused(404, "NOT_FOUND")


# --------------------------------------------------------------------------- errors in words


def test_a_lost_connection_gets_one_sentence_and_the_way_back():
    """No traceback, and what to run again."""
    lines = readable(pika.exceptions.StreamLostError("x"), None)
    assert lines[0] == "StreamLostError: The connection to the broker is lost."
    assert WAY_BACK in lines[1]


def test_a_cell_after_the_teardown_is_told_that_the_lesson_is_closed():
    """The broker is well; it is the virtual host that is gone."""
    lines = readable(pika.exceptions.ProbableAccessDeniedError("530 NOT_ALLOWED"), None)
    assert "the lesson was closed" in lines[0]
    assert WAY_BACK in lines[1]


def test_a_closed_channel_is_not_a_lost_broker():
    """A refusal closes the channel only, and its advice is about the refusal."""
    error = refused(404, "NOT_FOUND - no queue 'x'")
    assert not broker_is_gone(error)
    sentence, advice = in_words(error)
    assert "404 NOT_FOUND" in sentence
    assert "spelling" in advice


# --------------------------------------------------------------------------- progress and predictions


def test_progress_survives_and_can_be_reset(tmp_path: Path):
    """Guesses, measurements and exercises are found again by the next notebook."""
    progress = Progress(tmp_path / "p.sqlite")
    progress.ask("03_queues", "1.1", "How many?")
    progress.guess("03_queues", "1.1", "5")
    progress.measure("03_queues", "1.1", "4")
    progress.attempt("03_queues", "3.1", "done")
    again = Progress(tmp_path / "p.sqlite")
    assert again.predictions("03_queues")["1.1"].right is False
    again.attempt("03_queues", "3.1", "not yet")
    assert again.exercises("03_queues") == {"3.1": "done"}, "what was once done stays done"
    again.ask("03_queues", "1.1", "How many?")
    assert again.predictions("03_queues")["1.1"].guess == "5", "asking again keeps the guess"
    again.reset("03_queues")
    assert again.predictions("03_queues") == {}
    assert again.exercises("03_queues") == {}


def test_a_click_is_stored_and_shown(tmp_path: Path):
    """The card calls back with the choice, and says so in words."""
    heard: list[str] = []
    card = PredictionCard(
        id_="1.1", question="a < b?", choices=["2", "5"], chosen=None, on_choice=heard.append
    )
    assert "○ 2   ○ 5" in card._repr_mimebundle_()["text/plain"]
    card._buttons.value = "5"
    assert heard == ["5"]
    assert "Noted: 5" in card._noted.value
    bundle = card._repr_mimebundle_()
    assert "● 5" in bundle["text/plain"]
    assert "a &lt; b?" in bundle["text/html"]


def test_measured_beside_predicted_says_right_wrong_or_neither(tmp_path: Path):
    """Nobody is told off for not guessing."""
    progress = Progress(tmp_path / "p.sqlite")
    progress.ask("l", "1.1", "q")
    progress.measure("l", "1.1", "4")
    assert "✗" not in repr(compared(progress.predictions("l")["1.1"]))
    progress.guess("l", "1.1", "4")
    assert "✓" in repr(compared(progress.predictions("l")["1.1"]))
    progress.guess("l", "1.1", "5")
    assert "✗" in repr(compared(progress.predictions("l")["1.1"]))


def test_the_map_points_at_the_first_notebook_with_open_exercises(tmp_path: Path):
    """A learner sees where to go next."""
    rows = course_map(Progress(tmp_path / "p.sqlite")).rows
    assert [row[0] for row in rows] == [notebook.name[:2] for notebook in COURSE]
    assert sum(row[-1] == "you are here" for row in rows) <= 1


def test_an_unknown_lesson_is_answered_with_the_known_ones():
    """One sentence, with what would be right."""
    with pytest.raises(KeyError, match="03_queues"):
        by_name("3_queues")


# --------------------------------------------------------------------------- verdicts


def exercise(check):
    return Exercise(id="9.1", title="Try", check=check, hints=("look",))


def test_the_check_stops_at_the_first_step_that_fails():
    """One thing to mend at a time; what comes after is not even asked."""

    def check(probe, attempt):
        yield Step(ok=True, text="first")
        yield Step(ok=False, text="second", hint="mend it")
        raise AssertionError("asked on")

    verdict = judge(exercise(check), calls, lambda: None)
    assert verdict.state == "not yet"
    assert verdict.text == "✗ not yet · 9.1 Try\n  ✓ first\n  ✗ second\n    hint: mend it"


def test_a_check_that_asks_nothing_is_a_defect():
    """It would pass whatever the learner does."""
    with pytest.raises(AssertionError, match="asked nothing"):
        judge(exercise(lambda probe, attempt: iter(())), calls, lambda: None)


def test_calling_the_function_by_mistake_is_explained():
    """`check("9.1", f())` hands over a result, not a function."""
    verdict = judge(exercise(lambda probe, attempt: iter(())), "result", lambda: None)
    assert verdict.state == "not yet"
    assert "without brackets" in verdict.text


def test_hostile_text_in_a_verdict_is_not_markup():
    """A learner's message body may reach a verdict."""
    verdict = Verdict(
        id="1.1", title="t", state="not yet", steps=(Step(ok=False, text="<script>", hint="<b>"),)
    )
    assert "<script>" not in verdict._repr_html_()
