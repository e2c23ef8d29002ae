"""The playground of notebook 05: what it says on paper, what stays without a kernel, and what the broker did."""

from __future__ import annotations

from typing import Any

import nbformat
import pika
import pytest

from labs.authoring.normalise import WIDGET_VIEW, normalise
from labs.broker.address import Broker
from labs.course.playground import Playground
from labs.course.playground.asking import EXCHANGE, QUEUE
from labs.course.playground.reading import Reading
from labs.course.playground.twin import as_html, as_text
from labs.course.playground.widget import EXAMPLES


class Nowhere:
    """A place without a broker."""

    parameters = pika.ConnectionParameters("127.0.0.1", 1, connection_attempts=1, socket_timeout=1)


class Somewhere:
    """A virtual host of the run's broker."""

    def __init__(self, broker: Broker, vhost: str) -> None:
        self._broker, self._vhost = broker, vhost

    @property
    def parameters(self) -> pika.ConnectionParameters:
        """Where to connect."""
        return self._broker.parameters(self._vhost)


@pytest.fixture
def place(broker: Broker, vhost: str) -> Somewhere:
    """A clean virtual host."""
    return Somewhere(broker, vhost)


def press(playground: Playground, key: str, pattern: str) -> list[dict[str, Any]]:
    """Press Publish as the page does; what the kernel says back."""
    said: list[dict[str, Any]] = []
    playground.send = lambda content, buffers=None: said.append(content)
    playground._handle_custom_msg({"do": "publish", "key": key, "pattern": pattern}, [])
    return said


# --------------------------------------------------------------------------- on paper


@pytest.mark.parametrize(
    ("key", "pattern", "says"),
    [
        ("order.created", "order.*", '✓ it fits: order = order, * took "created"'),
        ("order.created", "order.paid", '✗ it does not fit: "created" is not paid'),
        ("é" * 128, "#", "✗ it cannot be sent: The key has 256 bytes of UTF-8; AMQP carries 255."),
        ("a", "a" * 300, "✗ it cannot be sent: The pattern has 300 bytes of UTF-8; AMQP carries 255."),
        ("a\ud83d", "#", "✗ it cannot be sent: The key holds half a character, which has no UTF-8 form."),
    ],
)
def test_the_verdict_is_one_sentence(key: str, pattern: str, says: str) -> None:
    """Also when AMQP could not carry the text."""
    assert Reading(key=key, pattern=pattern).sentence == says


@pytest.mark.parametrize(
    ("key", "pattern", "note"),
    [
        ("Order.created", "order.*", "A capital is another letter"),
        ("order.created", "ord*.#", "ord* is a plain word"),
        ("order.*", "order.created", "In a key, * and # are plain letters"),
        ("", "#", "A key of no letters has no words"),
        ("order.", "order.*", "an empty one"),
        ("order", "order.#", "none included"),
    ],
)
def test_what_surprises_is_noted(key: str, pattern: str, note: str) -> None:
    """One sentence for each of the traps of this notebook."""
    assert [note in each for each in Reading(key=key, pattern=pattern).notes].count(True) == 1


def test_an_ordinary_pair_has_no_notes() -> None:
    """Else nobody would read them."""
    assert Reading(key="order.created.algiers.urgent", pattern="order.*.algiers.#").notes == []


@pytest.mark.parametrize(("label", "key", "pattern"), EXAMPLES)
def test_each_example_shows_something_to_notice(label: str, key: str, pattern: str) -> None:
    """A note, or a fault."""
    reading = Reading(key=key, pattern=pattern)
    assert reading.notes or reading.fault, label


# --------------------------------------------------------------------------- without a kernel


def test_the_text_shows_the_words_below_each_other() -> None:
    """For a terminal, a mail, and the strict comparison of stored outputs."""
    assert as_text(Reading(key="order.created.algiers.urgent", pattern="order.*.algiers.#")).splitlines() == [
        "key      order  created   algiers  urgent",
        "         =      any word  =        1 word",
        "pattern  order  *         algiers  #",
        'on paper ✓ it fits: order = order, * took "created", algiers = algiers, # took "urgent"',
    ]
    assert as_text(Reading(key="order.created.eu.x", pattern="order.paid.*")).splitlines() == [
        "key      order  created  eu  x",
        "         =      ✗        ·   ·",
        "pattern  order  paid     *",
        'on paper ✗ it does not fit: "created" is not paid',
    ]


@pytest.mark.parametrize("pattern", ["", "*", "#", "a.#", "x" * 300])
@pytest.mark.parametrize("key", ["", ".", "a", "a\nb", "\x00", "é" * 200, "\ud83d"])
def test_any_pair_can_be_stored(key: str, pattern: str) -> None:
    """Text and table exist, are UTF-8, and hold no control characters."""
    reading = Reading(key=key, pattern=pattern)
    for text in (as_text(reading), as_html(reading)):
        assert text.encode()
        assert [letter for letter in text if letter < " " and letter != "\n"] == []
    assert len(as_text(reading).splitlines()) <= 6


def test_hostile_text_is_not_markup() -> None:
    """What a learner typed is shown, never run."""
    html = as_html(Reading(key="<img src=x onerror=alert(1)>.<b>", pattern="<script>.#"))
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_committed_output_is_the_table_and_the_text() -> None:
    """The widget gives way to its twin, which says the same on every run."""
    playground = Playground(Nowhere(), key="order.created", pattern="order.#")
    data, _ = playground._repr_mimebundle_()
    assert WIDGET_VIEW in data
    output = nbformat.v4.new_output("execute_result", data=dict(data), execution_count=7)
    cell = nbformat.v4.new_code_cell("playground", outputs=[output], execution_count=7, id="s6-playground")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    normalise(notebook)
    kept = notebook.cells[0].outputs[0].data
    assert set(kept) == {"text/plain", "text/html"}
    assert (
        kept["text/plain"]
        == repr(playground)
        == repr(Playground(Nowhere(), key="order.created", pattern="order.#"))
    )
    assert kept["text/html"].startswith("<table>")
    assert "created" in kept["text/html"]


def test_the_page_is_one_module_that_needs_nothing_from_elsewhere() -> None:
    """Offline, no build, no second request."""
    page = Playground(Nowhere(), key="a", pattern="a")
    assert "export default { render }" in page._esm
    assert "import " not in page._esm.replace("important", "")
    for text in (page._esm, page._css):
        assert "innerHTML" not in text
        assert "url(" not in text
        assert "@import" not in text


# --------------------------------------------------------------------------- the broker's word


def test_a_key_that_fits_is_in_the_queue_afterwards(place: Somewhere) -> None:
    """Counted by the broker, and one more each time."""
    playground = Playground(place, key="order.created", pattern="order.*")
    assert [playground.publish().count for _ in range(3)] == [1, 2, 3]
    with pika.BlockingConnection(place.parameters) as connection:
        channel = connection.channel()
        assert channel.queue_declare(QUEUE, passive=True).method.message_count == 3
        assert channel.basic_get(QUEUE, auto_ack=True)[0].routing_key == "order.created"


def test_a_key_that_does_not_fit_is_confirmed_and_dropped(place: Somewhere) -> None:
    """A confirm is no proof that somebody got it."""
    answer = Playground(place, key="order", pattern="order.*").publish()
    assert (answer.outcome, answer.count) == ("dropped", 0)
    assert str(answer) == "✗ Confirmed and dropped: no queue wanted it. caught still holds 0."


def test_a_new_pattern_replaces_the_old_one(place: Somewhere) -> None:
    """What fitted the old pattern only is dropped now."""
    playground = Playground(place, key="a", pattern="a")
    assert playground.publish().outcome == "arrived"
    playground.pattern = "b"
    assert playground.publish().outcome == "dropped"
    playground.key = "b"
    assert playground.publish().count == 2


def test_a_second_playground_begins_with_an_empty_queue(place: Somewhere) -> None:
    """Running the cell again is a fresh start, with no binding of before."""
    assert Playground(place, key="a", pattern="a").publish().count == 1
    assert Playground(place, key="a", pattern="b").publish().count == 0


def test_the_exchange_may_vanish_between_two_presses(place: Somewhere) -> None:
    """The setup cell was run again, and the virtual host is clean: declared and bound anew."""
    playground = Playground(place, key="a", pattern="a")
    playground.publish()
    with pika.BlockingConnection(place.parameters) as connection:
        connection.channel().exchange_delete(EXCHANGE)
        connection.channel().queue_delete(QUEUE)
    assert playground.publish().count == 1


@pytest.mark.parametrize(
    ("key", "pattern", "says"),
    [
        ("é" * 128, "#", "The key has 256 bytes of UTF-8; AMQP carries 255."),
        ("a", "#" * 256, "The pattern has 256 bytes of UTF-8; AMQP carries 255."),
        ("a\ud83d", "#", "The key holds half a character, which has no UTF-8 form."),
    ],
)
def test_what_amqp_cannot_carry_is_refused_by_the_client(
    place: Somewhere, key: str, pattern: str, says: str
) -> None:
    """The client library was really asked; nothing reached the broker."""
    answer = Playground(place, key=key, pattern=pattern).publish()
    assert answer.outcome == "refused"
    assert answer.text == f"{says} pika refused it, so nothing was sent."


def test_a_broker_that_is_gone_is_one_sentence() -> None:
    """A button has no cell to fail in, so nothing is raised."""
    answer = Playground(Nowhere(), key="a", pattern="a").publish()
    assert answer.outcome == "failed"
    assert answer.text == "The connection to the broker is lost."
    assert "setup cell" in answer.hint


def test_the_page_hears_at_once_that_it_was_heard_and_then_the_answer(place: Somewhere) -> None:
    """Between the two the page can say that the broker is being asked."""
    playground = Playground(place, key="a", pattern="#")
    heard, answered = press(playground, "order.created", "order.*")
    assert heard == {"type": "heard"}
    assert answered["answer"]["outcome"] == "arrived"
    assert answered["answer"]["key"] == "order.created"
    assert playground.answer == answered["answer"], "a page that is opened later sees it too"


def test_a_message_that_is_not_understood_is_let_be() -> None:
    """No answer, no failure."""
    playground = Playground(Nowhere(), key="a", pattern="a")
    playground.send = lambda content, buffers=None: pytest.fail("nothing to say")
    playground._handle_custom_msg({"do": "dance"}, [])


def test_the_brokers_word_is_told_only_about_what_it_was_asked(place: Somewhere) -> None:
    """The text shows it beside the paper's word, until the key or the pattern is another one."""
    playground = Playground(place, key="a.b", pattern="a.*")
    playground.publish()
    told = "broker   ✓ It is in the queue caught, which held 0 and holds 1."
    assert repr(playground).splitlines()[-1] == told
    assert told in playground._repr_mimebundle_()[0]["text/html"]
    playground.key = "c"
    assert "broker" not in repr(playground)
