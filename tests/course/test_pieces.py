"""The pieces without a broker: their twins say the same as the widgets, escaped, and survive being stored."""

from __future__ import annotations

import threading
import time
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from labs.authoring.normalise import WIDGET_VIEW, normalise
from labs.course.framed import framed
from labs.course.pieces.bar import PredictedBar
from labs.course.pieces.bars import amount, bars, distance
from labs.course.pieces.feed import KEPT, EventFeed
from labs.course.pieces.paced import Paced
from labs.course.pieces.piece import Piece
from labs.course.prediction import compared
from labs.course.progress import Prediction
from labs.course.race import RaceView

SOON_S = 5.0
RACE = {
    "title": "greedy <b>",
    "prefetch": 4,
    "workers": [{"name": "slow", "ms": 40}, {"name": "fast", "ms": 5}],
    "rows": [[0, 4, 0, 0, 0, 0], [5, 4, 2, 0, 2, 0], [90, 4, 0, 2, 0, 2]],
    "over": True,
}


class Words(HTMLParser):
    """The text of a page, as a browser without styles shows it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        """Called by the parser for each piece of text."""
        self.found.append(data)


def text_of(html: str) -> str:
    return " ".join(" ".join(Words(html).found).split())


def pieces() -> list[Piece]:
    feed = EventFeed("What <i>happened</i>")
    feed.add("acked", "order <script>")
    return [
        feed,
        PredictedBar("orders <b>", predicted=20, measured=36),
        RaceView(orders=4, races=[RACE]),
        framed("http://127.0.0.1:4242/admin", words="Order <here>, and look there."),
    ]


@pytest.mark.parametrize("piece", pieces(), ids=lambda piece: type(piece).__name__)
def test_a_piece_shows_widget_words_and_a_picture_and_is_stored_without_the_widget(piece):
    """A notebook keeps the twin and loses the widget; what it compares are the words."""
    bundle = piece._repr_mimebundle_()
    assert bundle["text/plain"] == repr(piece) == piece.words()
    assert WIDGET_VIEW in bundle
    cell = nbformat.v4.new_code_cell("piece", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("display_data", data=bundle)]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    normalise(notebook)
    kept = notebook.cells[0].outputs[0].data
    assert WIDGET_VIEW not in kept
    assert set(kept) == {"text/plain", *piece.twin()}


@pytest.mark.parametrize("piece", [*pieces()[:2], pieces()[-1]], ids=lambda piece: type(piece).__name__)
def test_what_a_twin_shows_is_text_and_never_markup(piece):
    """Names and bodies come from learners and from messages."""
    html = piece.twin()["text/html"]
    assert not any(tag in html for tag in ("<script>", "<i>", "<b>"))
    words = text_of(html)
    for line in piece.words().splitlines():
        for word in line.replace(":", " ").split():
            assert word in words


def test_a_feed_keeps_the_last_lines_and_counts_the_older_ones():
    """It is for reading, so it does not grow without end."""
    feed = EventFeed()
    for number in range(KEPT + 3):
        feed.add("note", f"number {number}")
    assert feed.words().splitlines()[:3] == ["Events", "(3 older)", "· note  number 3"]
    assert len(feed.words().splitlines()) == KEPT + 2
    feed._paced.flush()
    assert (len(feed.lines), feed.dropped) == (KEPT, 3)


def test_lines_from_many_threads_all_arrive_and_in_each_threads_order():
    """Callbacks of several connections feed one list."""
    feed = EventFeed()

    def write(name: str) -> None:
        for number in range(20):
            feed.add(name, str(number))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    feed._paced.flush()
    for name in "abc":
        assert [words for kind, _, words in feed.lines if kind == name] == [str(n) for n in range(20)]


def test_updates_are_gathered_and_the_last_state_is_never_lost():
    """A hundred requests at once become two updates: one now, one after the pause."""
    seen: list[int] = []
    state = [0]
    last = threading.Event()

    def update() -> None:
        seen.append(state[0])
        if state[0] == 100:
            last.set()

    paced = Paced(update, pause_s=0.2)
    for number in range(1, 101):
        state[0] = number
        paced.ask()
    assert last.wait(SOON_S)
    assert seen[0] == 1
    assert seen[-1] == 100
    assert len(seen) <= 4  # a slow machine may need more than one pause for the loop above


def test_two_updates_keep_their_distance():
    """Ten a second at most, whoever asks."""
    times: list[float] = []
    done = threading.Event()
    paced = Paced(lambda: times.append(time.monotonic()) or (len(times) >= 3 and done.set()), pause_s=0.1)
    while not done.is_set():
        paced.ask()
        time.sleep(0.005)
    assert all(b - a >= 0.09 for a, b in pairwise(times))


@pytest.mark.parametrize(
    ("predicted", "measured", "said"),
    [
        (20, 20, "exactly as predicted"),
        (20, 36, "16 more than predicted"),
        (36, 12, "24 fewer than predicted, 3 times apart"),
        (0, 15, "15 more than predicted"),
        (None, 15, ""),
    ],
)
def test_the_distance_is_said_in_words(predicted, measured, said):
    """More, fewer, and how many times, where that means something."""
    assert distance(predicted, measured) == said


@pytest.mark.parametrize("text", ["8 / 7", "push", "-3", "nan", "inf", "None", ""])
def test_what_is_no_amount_has_no_bar(text):
    """A length needs a number from zero up."""
    assert amount(text) is None
    assert bars(text, "4") == bars("4", text) == ""


def prediction(guess, measured, question="How many?"):
    return Prediction(id="1.1", question=question, guess=guess, measured=measured)


def test_a_wrong_number_is_drawn_beside_the_prediction_and_the_words_stay():
    """The gap is seen; the text, by which notebooks are compared, has not changed."""
    note = compared(prediction("20", "36"))
    assert "width:" in note._repr_html_()
    assert repr(note).splitlines()[1:3] == ["you predicted: 20", "measured: 36"]
    assert "aria-hidden" in note.drawing  # the numbers are in the words already


@pytest.mark.parametrize(
    "made",
    [
        prediction("36", "36"),
        prediction(None, "36"),
        prediction("push", "pull"),
        prediction("200", "404", "Which number comes back?"),
    ],
    ids=["right", "nothing said", "words", "a number that is a name"],
)
def test_nothing_is_drawn_where_a_length_would_say_nothing(made):
    """Two equal bars, a reply code as a length: noise."""
    assert compared(made).drawing == ""


def test_the_words_of_a_race_are_the_same_in_every_run():
    """Who was how fast is in the picture; the words hold what the broker promises."""
    view = RaceView(orders=4, races=[RACE])
    assert view.words() == (
        "Race greedy <b>, prefetch 4, slow and fast: 4 orders sent, 4 acknowledged, 0 held, 0 in the queue."
    )
    assert RaceView(orders=4).words() == "No race has run yet."


def test_the_pages_side_needs_nothing_from_elsewhere():
    """No network, no build step: whatever a page runs lies in the package."""
    static = Path(__file__).parents[2] / "labs" / "course" / "pieces" / "static"
    for file in static.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text
        assert "innerHTML" not in text
        assert len(text.splitlines()) <= 200


def test_frames_are_stored_without_the_address_that_ends_with_the_kernel():
    """What is left names the pages by their paths."""
    frames = framed("http://127.0.0.1:4242/shop/1/checkout", "http://127.0.0.1:4242/admin")
    assert frames.words() == "While the kernel runs, /shop/1/checkout and /admin can be used here."
    assert "4242" not in frames.words() + frames.twin()["text/html"]
