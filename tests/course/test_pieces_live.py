"""The pieces at a real broker: the meter's numbers are the broker's, a race's numbers add up at every moment."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from traitlets import HasTraits

from labs.course import open_lesson
from labs.course.fill import fill
from labs.course.own_channel import own_channel
from labs.course.pieces.depths import GONE, look
from labs.course.pieces.meter import FOLLOWING, QueueMeter
from labs.course.race import CAPTION, RaceView
from labs.course.race_record import most_held, record, waiting
from labs.course.shift import Shift, race

PACE = {"slow": 30, "fast": 3}


@pytest.fixture
def lesson_name():
    """The pieces belong to the notebook on consumers."""
    return "04_consumers"


def shows(lesson, meter, ready, unacked):
    """Wait until the page would show these numbers."""
    lesson.wait_for(
        f"{ready} ready and {unacked} unacked",
        lambda: (meter.depth.get("ready"), meter.depth.get("unacked")) == (ready, unacked),
    )


def meters():
    """The threads of all meters."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("labs-meter")]


def test_a_meter_follows_its_queue_from_its_declaration_to_its_end(lesson):
    """Both numbers, exact, by itself; and a queue that is not there is no failure."""
    meter = QueueMeter(lesson, "desk")
    assert repr(meter) == "desk: there is no such queue"
    fill(lesson, "desk", 5)
    shows(lesson, meter, 5, 0)
    with own_channel(lesson.parameters) as channel:
        for _ in range(2):
            channel.basic_get("desk")
        shows(lesson, meter, 3, 2)
        assert repr(meter) == "desk: 3 ready, 2 unacknowledged"
        channel.queue_delete("desk")
        lesson.wait_for("the queue to be gone", lambda: meter.depth == {})
    assert meter.status == FOLLOWING


def test_the_words_of_a_meter_are_of_the_moment_in_which_a_cell_shows_it(lesson):
    """The thread may be half a second behind; what is stored is not."""
    fill(lesson, "desk", 1)
    meter = QueueMeter(lesson, "desk")
    for number in range(2, 6):
        fill(lesson, "desk", number)
        assert meter._repr_mimebundle_()["text/plain"] == f"desk: {number} ready, 0 unacknowledged"


def test_a_quorum_queues_numbers_are_called_approximate(lesson):
    """What is ready is asked exactly; what is unacknowledged the broker tells with a delay."""
    fill(lesson, "safe", 3, {"x-queue-type": "quorum"})
    depth = look(lesson, "safe")
    assert (depth.ready, depth.exact) == (3, False)
    assert "about 0 unacknowledged" in repr(QueueMeter(lesson, "safe"))


def test_a_meter_ends_with_its_lesson(lesson):
    """No thread is left behind, and the page says why nothing moves any more."""
    meter = QueueMeter(lesson, "desk")
    assert len(meters()) == 1
    lesson.close()
    assert meters() == []
    assert not meter.following
    assert "the lesson is closed" in meter.status
    assert "no such queue" in repr(meter)  # asked after the end: still words, no error


def test_running_the_setup_cell_again_ends_the_meters_of_before(lesson):
    """Otherwise every Run All would leave a thread."""
    meter = QueueMeter(lesson, "desk")
    open_lesson("04_consumers")
    assert meters() == []
    assert not meter.following


def test_a_meter_rests_while_no_page_shows_it(lesson):
    """The last page closes: it stops asking. One opens again: it goes on."""
    meter = QueueMeter(lesson, "desk")
    meter._hear(meter, {"do": "opened"}, [])
    meter._hear(meter, {"do": "opened"}, [])
    meter._hear(meter, {"do": "closed"}, [])
    assert meter.following
    meter._hear(meter, {"do": "closed"}, [])
    assert not meter.following
    assert meters() == []
    meter._hear(meter, {"do": "opened"}, [])
    fill(lesson, "desk", 2)
    shows(lesson, meter, 2, 0)
    meter.close()
    assert meters() == []
    meter._hear(meter, {"do": "opened"}, [])
    assert meters() == []  # closed is closed


def test_a_meter_whose_virtual_host_is_gone_says_so_once(lesson):
    """The broker's answer ends the thread; nothing is raised where nobody looks."""
    meter = QueueMeter(lesson, "desk")
    lesson.management.delete_vhost(lesson.vhost)
    lesson.wait_for("the meter to stop", lambda: not meter.following)
    assert "the lesson is closed" in meter.status
    assert GONE not in meter.status
    assert meters() == []


@contextmanager
def updates(view: HasTraits):
    """How often the page is told something, and on which threads."""
    told: list[str] = []
    view.observe(lambda change: told.append(threading.current_thread().name), names="races")
    yield told


def test_a_race_is_drawn_while_it_runs_and_every_order_is_always_in_one_place(lesson):
    """From the first row to the last: sent = waiting + held + acknowledged, and nobody holds more than allowed."""
    view = RaceView(orders=20)
    with updates(view) as told:
        greedy = race(lesson, "desk", 20, PACE, prefetch=20, title="greedy", show=view)
        fair = race(lesson, "desk", 20, PACE, prefetch=1, title="fair", show=view)
    assert told.count("labs-race") >= 2
    assert [one["title"] for one in view.races] == ["greedy", "fair"]
    for shift, one in zip((greedy, fair), view.races, strict=True):
        rows = one["rows"]
        assert one["over"]
        assert [row[0] for row in rows] == sorted({row[0] for row in rows})
        for row in rows:
            assert waiting(row) >= 0
            assert all(0 <= held <= shift.prefetch for held in row[2::2])
        assert rows[-1][1:] == [20, 0, shift.count("slow"), 0, shift.count("fast")]
        assert waiting(rows[-1]) == 0
    assert [most_held(view.races[1]["rows"], who) for who in (0, 1)] == [1, 1]
    assert most_held(view.races[0]["rows"], 0) > 5
    assert [greedy.count(name) for name in PACE] == [10, 10]


def test_what_a_race_shows_as_held_is_what_the_broker_calls_unacknowledged(lesson):
    """Two workers at their first order, prefetch 3: three are in the hands of each, although none is done."""
    view = RaceView(orders=10)
    with Shift(lesson, "desk", {"a": 800, "b": 800}, prefetch=3, title="still", show=view) as shift:
        fill(lesson, "desk", 10, times=shift.sent)
        lesson.wait_for("six in hand", lambda: record(shift)["rows"][-1][2:] == [3, 0, 3, 0])
        depth = look(lesson, "desk")
        row = record(shift)["rows"][-1]
    assert (depth.ready, depth.unacked) == (waiting(row), sum(row[2::2])) == (4, 6)
    assert view.races[-1]["rows"][-1][2::2] == [0, 0]  # given back or done when they left


def test_a_race_leaves_two_outputs_of_which_the_last_is_the_end(lesson, capsys):
    """While it runs a line stands in for it; afterwards a picture and the words."""
    with RaceView(orders=6) as view:
        race(lesson, "desk", 6, PACE, prefetch=1, title="fair", show=view)
        assert not view.replaced
    assert view.replaced
    said = capsys.readouterr().out
    assert CAPTION in said
    assert said.rstrip().endswith("6 orders sent, 6 acknowledged, 0 held, 0 in the queue.")
    assert set(view.twin()) == {"image/png"}


def test_a_shift_that_nobody_watches_is_as_before(lesson):
    """The same counts, and no thread besides its workers."""
    before = threading.active_count()
    with Shift(lesson, "desk", PACE, prefetch=1) as shift:
        assert sum(shift.send(12)) == 12
        assert threading.active_count() == before + len(PACE)
    assert threading.active_count() == before
    assert len(shift.sent) == 12
