"""The playground on the screen: chips while you type, a real publish, and a dot that goes where the broker sent it."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pika
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from labs.alignment import align
from labs.authoring.isolation import isolated
from labs.authoring.normalise import KERNELSPEC
from labs.broker.address import Broker
from labs.course.playground.reading import Reading
from labs.course.playground.twin import mark, visible
from tests.browser.lab import NotebookPage, TestLab, address
from tests.browser.playground_page import PlaygroundPage

#: How long a busy machine may take to show what it has.
SHOWS_WITHIN_MS = 20_000

#: As one piece of JSON in both directions: thousands of arrays one by one would take half a minute.
_READ = """pairs => JSON.stringify(JSON.parse(pairs).map(([key, pattern]) => {
    const { readPair, markOf, visibleWord } = window.module;
    const { found, fits, sentence, notes } = readPair(key, pattern);
    const steps = found.steps.map(({ word, outcome, start, end }) => [word, outcome, start, end]);
    return [steps, found.steps.map(markOf), found.given.map(visibleWord), fits, sentence, notes];
}))"""


@pytest.fixture
def playground(page: Page) -> PlaygroundPage:
    """One in a bare page, with a kernel that says nothing by itself."""
    return PlaygroundPage(page)


# --------------------------------------------------------------------------- the same reading in two languages


def in_python(key: str, pattern: str) -> list[Any]:
    """What the page should say."""
    reading, found = Reading(key=key, pattern=pattern), align(pattern, key)
    return [
        [[step.word, step.outcome, step.start, step.end] for step in found.steps],
        [mark(step) for step in found.steps],
        [visible(word) for word in found.given],
        reading.fits,
        reading.sentence,
        reading.notes,
    ]


def short_pairs() -> list[tuple[str, str]]:
    """Every key of up to three words with every pattern of up to three, of a few words each."""

    def rows(words: str) -> list[str]:
        each = ["" if word == "_" else word for word in words.split()]
        return ["", *(".".join(row) for size in (1, 2, 3) for row in itertools.product(each, repeat=size))]

    return list(itertools.product(rows("_ a A *"), rows("_ a b * #")))


def odd_pairs() -> list[tuple[str, str]]:
    """Long ones, other alphabets, what cannot be printed, and what is too long for AMQP."""
    pairs: list[tuple[str, str]] = [
        ("é" * 127, "#"), ("é" * 128, "#"), ("a", "é" * 128), ("a" * 255, "*"), ("a" * 256, "*"),
        (".".join("a" * 128), ".".join("#" * 128)), ("." * 254, "#." * 100 + "x"), ("x\u2028y", "X\u2028Y"),
        ("ΟΔΟΣ", "οδος"), ("İ", "i̇"), ("ß", "SS"), ("𝒳.a", "𝒳.*"), ("الجزائر.جديد", "الجزائر.*"), ("é", "e\u0301"),
    ]  # fmt: skip
    words = st.text("aA.*#é€🐰 \t\n\x00\x1f\"'<&", max_size=12)
    rows = st.lists(st.sampled_from(["", "a", "b", "order", "*", "#", "a*"]), max_size=9).map(".".join)

    @settings(max_examples=400)
    @given(rows | words, rows | words)
    def collect(key: str, pattern: str) -> None:
        pairs.append((key, pattern))

    collect()
    return pairs


@pytest.mark.parametrize("pairs", [short_pairs(), odd_pairs()], ids=["short", "odd"])
def test_page_and_python_read_every_pair_alike(
    playground: PlaygroundPage, pairs: list[tuple[str, str]]
) -> None:
    """The same steps, marks and words: the matcher is written twice, and there is one truth."""
    assert len(pairs) > 400
    on_the_page = json.loads(playground.page.evaluate(_READ, json.dumps(pairs)))
    for (key, pattern), seen in zip(pairs, on_the_page, strict=True):
        wanted = in_python(key, pattern)
        if Reading(key=key, pattern=pattern).fault:
            seen[:3] = wanted[:3]  # the page then shows the text whole, which is not a reading
        assert seen == wanted, (key, pattern)


def test_half_a_character_is_refused_on_the_page(playground: PlaygroundPage) -> None:
    """No message to the kernel could carry it, so it is not sent."""
    half = "{ const box = document.querySelector('input'); box.value = 'a\\ud83d';"
    playground.page.evaluate(f"() => {half} box.dispatchEvent(new Event('input', {{ bubbles: true }})); }}")
    expect(playground.paper).to_contain_text("The key holds half a character, which has no UTF-8 form.")
    playground.publish.click()
    expect(playground.broker).to_contain_text("Nothing was sent.")
    assert playground.sent() == []
    assert playground.page.evaluate("state.key") == "order.created"


# --------------------------------------------------------------------------- chips while you type


def test_the_words_stand_above_each_other_as_they_took_each_other(playground: PlaygroundPage) -> None:
    """A word of the pattern is as wide as what it took, and stands below it; nothing asked the kernel."""
    playground.type("order.created.algiers.night.urgent", "order.*.algiers.#")
    assert playground.chips() == [
        *("order", "order", "created", "*", "algiers", "algiers", "night", "urgent", "#"),
    ]
    assert playground.marks() == ["=", "any word", "=", "2 words"]
    chips = playground.board.locator(".chip")
    night, urgent, hash_ = (chips.filter(has_text=name).bounding_box() for name in ("night", "urgent", "#"))
    assert hash_
    assert night
    assert urgent
    assert hash_["x"] == pytest.approx(night["x"], abs=1)
    assert hash_["x"] + hash_["width"] == pytest.approx(urgent["x"] + urgent["width"], abs=1)
    assert hash_["y"] > night["y"] + night["height"]
    expect(playground.paper).to_contain_text('✓ it fits: order = order, * took "created"')
    assert playground.sent() == []


def test_a_mismatch_is_red_crossed_and_said(playground: PlaygroundPage) -> None:
    """What comes after it was not asked any more."""
    playground.type("order.created.eu", "order.paid.*.#")
    assert playground.marks() == ["=", "✗", "·", "·"]
    assert playground.chips(".stopped") == ["created", "paid"]
    assert playground.chips(".unasked") == ["eu", "*", "#"]
    expect(playground.paper).to_have_text('On paper ✗ it does not fit: "created" is not paid')


def test_words_that_nothing_takes_hang_in_the_air(playground: PlaygroundPage) -> None:
    """The accident of section 1: a word more than the pattern has."""
    playground.type("order.created.algiers", "order.*")
    assert playground.chips(".left") == ["algiers"]
    assert playground.marks() == ["=", "any word", "✗"]
    expect(playground.paper).to_contain_text('nothing in the pattern takes "algiers"')


@pytest.mark.parametrize(
    ("example", "key", "mark_", "note"),
    [
        ("# takes no word", "order.created.urgent", "no word", "none included"),
        ("an empty word", "order..algiers", "any word", "an empty one"),
        ("a capital letter", "Order.created", "✗", "A capital is another letter"),
        ("256 bytes", "é" * 128, "✗", "The key has 256 bytes of UTF-8; AMQP carries 255."),
        ("start again", "order.created", "=", "it fits"),
    ],
)
def test_an_example_is_one_click(
    playground: PlaygroundPage, example: str, key: str, mark_: str, note: str
) -> None:
    """It fills both boxes, and the board shows what it is about; the kernel gets to know the texts."""
    playground.type("x", "y")
    playground.page.get_by_role("group", name="Examples").get_by_role("button", name=example).click()
    expect(playground.key).to_have_value(key)
    assert mark_ in playground.marks()
    expect(playground.paper).to_contain_text(note)
    assert playground.page.evaluate("state.key") == key


def test_bytes_are_counted_not_letters(playground: PlaygroundPage) -> None:
    """é is two; the 256th is marked, and not by colour alone."""
    playground.key.fill("é" * 127)
    label = playground.page.locator("label", has=playground.key)
    expect(label).to_contain_text("254 of 255 bytes")
    expect(playground.key).to_have_attribute("aria-invalid", "false")
    playground.key.fill("é" * 128)
    expect(label).to_contain_text("256 of 255 bytes")
    expect(playground.key).to_have_attribute("aria-invalid", "true")
    assert "✗" in label.locator(".bytes").evaluate("bytes => getComputedStyle(bytes, '::before').content")


def test_what_is_typed_is_never_markup(playground: PlaygroundPage) -> None:
    """Neither by typing nor in the broker's answer."""
    bad = "<img src=x onerror='bad()'>"
    playground.type(bad, f"{bad}.#")
    assert bad in playground.chips()
    playground.publish.click()
    playground.answer("dropped", 0, text=bad, hint=bad)
    expect(playground.broker).to_contain_text(bad)
    assert playground.page.locator("img").count() == 0


def test_a_long_key_scrolls_and_the_rest_stays_in_place(playground: PlaygroundPage) -> None:
    """127 words are wider than any screen; the board scrolls by keyboard, the page does not grow."""
    playground.type(".".join("a" * 127), "#")
    wide = "element => element.scrollWidth > element.clientWidth"
    assert playground.board.evaluate(wide)
    assert not playground.page.evaluate(f"({wide})(document.documentElement)")
    playground.board.focus()
    playground.page.keyboard.press("ArrowRight")
    playground.page.wait_for_function("() => document.querySelector('.board').scrollLeft > 0")


@pytest.mark.parametrize("width", [420, 1280])
def test_it_fits_into_narrow_and_wide_pages(playground: PlaygroundPage, width: int) -> None:
    """Nothing sticks out of the card, and no box covers another."""
    playground.page.set_viewport_size({"width": width, "height": 900})
    playground.type("order.created.algiers.urgent", "order.*.algiers.#")
    assert playground.page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [playground.box(part).bounding_box() for part in ("you", "exchange", "queue")]
    for left, right in itertools.pairwise(boxes):
        assert left
        assert right
        assert left["x"] + left["width"] <= right["x"]


# --------------------------------------------------------------------------- publish


def test_enter_publishes_once_and_the_page_says_that_it_waits(playground: PlaygroundPage) -> None:
    """A kernel that runs a cell cannot hear; the board goes on all the same."""
    playground.key.press("Enter")
    playground.key.press("Enter")
    assert playground.sent() == [{"do": "publish", "key": "order.created", "pattern": "order.*"}]
    expect(playground.broker).to_contain_text("Waiting for the kernel")
    expect(playground.status).to_contain_text("Waiting for the kernel")
    expect(playground.publish).to_have_attribute("aria-disabled", "true")
    playground.key.fill("order.paid")
    assert "paid" in playground.chips()
    playground.hear()
    expect(playground.broker).to_contain_text("Asking the broker")
    playground.answer("arrived", 1, key="order.created")
    expect(playground.broker).to_contain_text("✓ (order.created with order.*) So it is.")
    expect(playground.publish).to_have_attribute("aria-disabled", "false")


def test_a_kernel_that_never_answers_does_not_lock_the_page(page: Page) -> None:
    """After a restart nobody listens on the other side."""
    page.clock.install()
    playground = PlaygroundPage(page)
    playground.publish.click()
    page.clock.run_for(15_100)
    expect(playground.broker).to_contain_text("run this cell again")
    playground.publish.click()
    assert len(playground.sent()) == 2


def test_the_dot_goes_into_the_queue_when_the_broker_says_so(playground: PlaygroundPage) -> None:
    """It waits at the producer, leaves with the answer, and the count changes when it arrives."""
    expect(playground.count).to_have_text("–")
    expect(playground.root).to_contain_text("not bound yet")
    playground.publish.click()
    dot = playground.page.locator(".dot")
    expect(dot).to_have_count(1)
    at = "dot => { const box = dot.getBoundingClientRect(); return box.left + box.width / 2; }"
    you = playground.box("you").bounding_box()
    assert you
    assert you["x"] < dot.evaluate(at) < you["x"] + you["width"]
    playground.answer("arrived", 4)
    passed = "() => { const dot = document.querySelector('.dot'), box = document.querySelector('.exchange'); return dot && dot.getBoundingClientRect().left > box.getBoundingClientRect().right; }"  # noqa: E501
    playground.page.wait_for_function(passed)
    expect(playground.count).to_have_text("4")
    expect(dot).to_have_count(0)
    expect(playground.broker).to_have_text("The broker: ✓ So it is.")
    expect(playground.root).not_to_contain_text("not bound yet")
    assert playground.page.locator(".cells .on").count() == 4


@pytest.mark.parametrize(
    ("outcome", "count", "where", "says"),
    [
        ("dropped", 0, "exchange", "✕ dropped"),
        ("refused", None, "you", "✕ refused"),
        ("failed", None, "you", "✕ no answer"),
    ],
)
def test_a_message_that_gets_nowhere_falls_where_it_was_lost(
    playground: PlaygroundPage, outcome: Any, count: int | None, where: str, says: str
) -> None:
    """Out of the exchange when the broker dropped it; at the producer when it never left."""
    playground.type("order", "order.*")
    playground.publish.click()
    playground.answer(outcome, count)
    expect(playground.box(where)).to_contain_text(says)
    expect(playground.count).to_have_text("–" if count is None else "0")
    expect(playground.broker).to_contain_text("The broker: ✗ So it is.")
    playground.key.press("Escape")
    expect(playground.broker).to_have_text("")
    expect(playground.fate).to_have_count(0)


@pytest.mark.parametrize(("key", "outcome"), [("order.created", "dropped"), ("order", "arrived")])
def test_a_broker_that_disagrees_with_paper_is_believed(
    playground: PlaygroundPage, key: str, outcome: Any
) -> None:
    """The dot goes where the broker sent it, and the disagreement is said aloud."""
    playground.type(key, "order.*")
    playground.publish.click()
    playground.answer(outcome, 1)
    expect(playground.broker).to_contain_text("Paper and broker disagree. The broker is right")
    expect(playground.fate).to_have_count(1 if outcome == "dropped" else 0)


def test_another_pattern_is_not_bound_yet(playground: PlaygroundPage) -> None:
    """The drawing never says that the broker has what it has not; the old answer goes with the old text."""
    playground.publish.click()
    playground.answer("arrived", 1)
    expect(playground.broker).to_contain_text("So it is.")
    playground.pattern.fill("order.#")
    expect(playground.root).to_contain_text("not bound yet")
    expect(playground.broker).to_have_text("")
    playground.pattern.fill("order.*")
    expect(playground.root).not_to_contain_text("not bound yet")


def test_a_page_that_is_opened_later_shows_the_last_answer(page: Page) -> None:
    """As after a reload, or in a second view of the same cell."""
    last = {
        "key": "order.created",
        "pattern": "order.*",
        "outcome": "arrived",
        "text": "It is there.",
        "hint": "",
    }
    playground = PlaygroundPage(page, answer={**last, "count": 2})
    expect(playground.count).to_have_text("2")
    expect(playground.broker).to_contain_text("✓ It is there.")
    expect(playground.root).not_to_contain_text("not bound yet")


def test_a_view_that_is_closed_listens_no_more(playground: PlaygroundPage) -> None:
    """No listener and no timer is left behind."""
    playground.publish.click()
    playground.page.evaluate("closing.abort()")
    playground.answer("arrived", 9)
    expect(playground.count).to_have_text("–")


# --------------------------------------------------------------------------- for everybody


def test_everything_is_reached_by_tab_and_has_a_name(playground: PlaygroundPage) -> None:
    """In the order in which it stands there."""
    playground.key.focus()
    names = []
    for _ in range(9):
        names.append(
            playground.page.evaluate("""() => {
            const { activeElement: it } = document;
            return it.getAttribute('aria-label') ?? it.labels?.[0]?.firstChild.textContent ?? it.textContent;
        }""")
        )
        playground.page.keyboard.press("Tab")
    assert names[:3] == ["Routing key", "Pattern", "Publish"]
    assert names[3:8] == ["# takes no word", "an empty word", "a capital letter", "256 bytes", "start again"]
    assert names[8].startswith("Word by word: ✓ it fits: order = order")


def test_a_screen_reader_hears_the_verdict_once_the_typing_rests(playground: PlaygroundPage) -> None:
    """Politely, and the whole sentence."""
    playground.key.press("End")
    playground.key.press_sequentially(".eu")
    expect(playground.status).to_have_text('✗ it does not fit: nothing in the pattern takes "eu"')
    assert playground.status.get_attribute("aria-live") in (None, "polite")


def test_who_wants_less_motion_sees_the_end_at_once(browser: Browser) -> None:
    """Nothing moves: no animation ever runs."""
    context = browser.new_context(reduced_motion="reduce")
    playground = PlaygroundPage(context.new_page())
    playground.page.evaluate("() => { Element.prototype.animate = () => { throw new Error('it moves'); }; }")
    playground.publish.click()
    playground.answer("arrived", 1)
    expect(playground.count).to_have_text("1")
    assert playground.page.evaluate("document.getAnimations().length") == 0
    context.close()


_CONTRAST = """() => {
    const rgba = text => {
        const [red, green, blue, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
        const scale = text.startsWith('color(') ? 1 : 255;
        return [red / scale, green / scale, blue / scale, alpha];
    };
    const light = ([red, green, blue]) => {
        const [r, g, b] = [red, green, blue].map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = element => {
        for (let at = element; at; at = at.parentElement) {
            const color = rgba(getComputedStyle(at).backgroundColor);
            if (color[3] === 1) return color;
        }
        return [1, 1, 1, 1];
    };
    const poor = [];
    for (const element of document.querySelectorAll('.labs-playground, .labs-playground *')) {
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!own && element.tagName !== 'INPUT') continue;
        const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) poor.push(`${element.className} ${element.textContent}: ${ratio.toFixed(2)}`);
    }
    return [poor, ground(document.querySelector('.labs-playground'))[0] < 0.5];
}"""


@pytest.mark.parametrize(
    ("system", "host", "dark"),
    [
        ("light", {}, False),
        ("dark", {}, True),
        ("dark", {"data-jp-theme-light": "true"}, False),
        ("light", {"data-jp-theme-light": "false"}, True),
        ("light", {"class": "vscode-dark"}, True),
        ("dark", {"class": "vscode-light"}, False),
    ],
)
def test_text_is_readable_in_light_and_dark(
    page: Page, system: Any, host: dict[str, str], *, dark: bool
) -> None:
    """The host's theme decides, then the system's; every text has a contrast of 4.5 on its ground (AA)."""
    page.emulate_media(color_scheme=system, reduced_motion="reduce")
    playground = PlaygroundPage(page)
    page.evaluate("host => Object.entries(host).forEach(e => document.body.setAttribute(...e))", host)
    for key, pattern, outcome in (
        ("order.created.eu.x", "order.*.#", "arrived"),
        ("Order.created", "order.*", "dropped"),
        ("order.x", "order", "failed"),
        ("é" * 128, "#", "refused"),
    ):
        playground.type(key, pattern)
        playground.publish.click()
        assert page.evaluate(_CONTRAST) == [[], dark]
        playground.answer(outcome, 1)
        expect(playground.broker).to_contain_text("So it is.")
        assert page.evaluate(_CONTRAST) == [[], dark]


# --------------------------------------------------------------------------- in JupyterLab, with the broker


@pytest.fixture(scope="module")
def vhost_of_the_lesson(broker: Broker) -> Iterator[str]:
    """Where the lesson of this file's kernels takes place; also puts the kernels' environment in place."""
    prefix = f"playground-{uuid.uuid4().hex[:8]}"
    with isolated(broker, prefix=prefix) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield f"{prefix}.05_routing_keys"


@pytest.fixture(scope="module")
def lab(vhost_of_the_lesson: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab with a notebook that has nothing but the playground, and a cell that keeps the kernel busy."""
    root = tmp_path_factory.mktemp("project")
    (root / "notebooks").mkdir()
    cells = {
        "setup": "from labs.course import open_lesson\nlesson = open_lesson('05_routing_keys')",
        "play": "from labs.course.playground import Playground\n"
        "Playground(lesson, key='order.created', pattern='order.*')",
        "busy": "import pathlib, time\nwhile not pathlib.Path('free').exists(): time.sleep(0.05)",
    }
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()],
        metadata={"kernelspec": KERNELSPEC},  # without it JupyterLab would ask which kernel
    )
    nbformat.write(notebook, root / "notebooks" / "play.ipynb")
    page = "notebooks/play.ipynb"
    server = TestLab(root=root, home=root / "jupyter", ip="127.0.0.1", port=8950, page=page)
    with closing(server):
        server.start()
        yield server.address()


@pytest.fixture
def notebook(page: Page, lab: str) -> Iterator[NotebookPage]:
    """The notebook with the playground on the screen."""
    page.set_default_timeout(SHOWS_WITHIN_MS)
    notebook = NotebookPage(page, address(lab, Path("play.ipynb")))
    assert "is open" in notebook.run("setup", within_s=60)
    notebook.run("play")
    expect(page.locator(".labs-playground")).to_be_visible(timeout=SHOWS_WITHIN_MS)
    yield notebook
    notebook.shut_down()


def caught(broker: Broker, vhost: str) -> int:
    """How many messages the broker itself counts in the playground's queue."""
    with pika.BlockingConnection(broker.parameters(vhost)) as connection:
        count: int = connection.channel().queue_declare("caught", passive=True).method.message_count
    return count


@pytest.mark.slow
def test_in_jupyterlab_a_key_is_typed_published_and_counted_by_the_broker(
    notebook: NotebookPage, broker: Broker, vhost_of_the_lesson: str
) -> None:
    """By keyboard alone; JupyterLab's own shortcuts stay out of it."""
    page, before = notebook.page, notebook.cells()
    key = page.get_by_role("textbox", name="Routing key")
    answer, count = page.locator(".line.broker"), page.locator(".labs-playground .count")
    key.fill("order.paid")
    expect(page.locator(".board")).to_contain_text("paid")
    for expected in (1, 2):
        key.press("Enter")
        expect(count).to_have_text(str(expected), timeout=SHOWS_WITHIN_MS)
        expect(answer).to_contain_text("✓ It is in the queue caught", timeout=SHOWS_WITHIN_MS)
        assert caught(broker, vhost_of_the_lesson) == expected
    key.fill("order.paid.eu")
    key.press("Shift+Enter")
    expect(page.locator(".exchange .fate")).to_have_text("✕ dropped", timeout=SHOWS_WITHIN_MS)
    expect(answer).to_contain_text("✗ Confirmed and dropped", timeout=SHOWS_WITHIN_MS)
    assert caught(broker, vhost_of_the_lesson) == 2
    key.press("Escape")
    expect(answer).to_have_text("")
    capital = page.get_by_role("button", name="a capital letter")
    capital.focus()
    capital.press("Enter")
    expect(key).to_have_value("Order.created")
    page.get_by_role("button", name="256 bytes").press("Space")
    page.get_by_role("button", name="Publish").press("Enter")
    expect(answer).to_contain_text("pika refused it", timeout=SHOWS_WITHIN_MS)
    assert caught(broker, vhost_of_the_lesson) == 2
    assert notebook.cells() == before, "no cell was run, added or deleted by a key press"


@pytest.mark.slow
def test_in_jupyterlab_a_busy_kernel_is_named_and_its_answer_comes_later(
    notebook: NotebookPage, broker: Broker, vhost_of_the_lesson: str, lab: str, tmp_path: Path
) -> None:
    """The board follows the typing all the time; the message goes out when the cell is done."""
    page = notebook.page
    place = list(notebook.cells()).index("busy")
    page.evaluate(
        "place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place;"
        " jupyterapp.commands.execute('notebook:run-cell'); }",
        place,
    )
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
    )
    page.get_by_role("textbox", name="Pattern").fill("order.#")
    expect(page.locator(".board")).to_contain_text("1 word")
    page.get_by_role("button", name="Publish").click()
    answer = page.locator(".line.broker")
    expect(answer).to_contain_text("Waiting for the kernel", timeout=SHOWS_WITHIN_MS)
    page.evaluate(
        "jupyterapp.serviceManager.contents.save('notebooks/free', { type: 'file', format: 'text', content: '' })"
    )
    expect(answer).to_contain_text("✓ It is in the queue caught", timeout=SHOWS_WITHIN_MS)
    assert caught(broker, vhost_of_the_lesson) == 1
