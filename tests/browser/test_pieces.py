"""The pieces in a bare page, with a stub of the model that anywidget would give them: no Jupyter, no broker."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from labs.course.course_map import course_map
from labs.course.pieces.piece import STATIC, page_side, page_style
from labs.course.progress import Progress

MODEL = """
class Model {
  constructor(state) { this.state = state; this.heard = new Map(); this.sent = []; }
  get(name) { return this.state[name]; }
  on(event, act) { this.heard.set(event, [...(this.heard.get(event) ?? []), act]); }
  off(event, act) { this.heard.set(event, (this.heard.get(event) ?? []).filter((each) => each !== act)); }
  send(message) { this.sent.push(message); }
  change(state) {
    Object.assign(this.state, state);
    for (const name of Object.keys(state)) for (const act of this.heard.get(`change:${name}`) ?? []) act();
  }
  get listeners() { return [...this.heard.values()].flat().length; }
}
window.show = async ([text, state]) => {
  const piece = (await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))).default;
  window.model = new Model(state);
  window.end = piece.render({ model, el: document.querySelector("#here") });
};
"""
ROWS = [
    [0, 4, 0, 0, 0, 0],
    [5, 4, 2, 0, 2, 0],
    [10, 4, 2, 0, 1, 1],
    [15, 4, 2, 0, 0, 2],
    [400, 4, 1, 1, 0, 2],
    [800, 4, 0, 2, 0, 2],
]
RACE = {
    "title": "greedy",
    "prefetch": 4,
    "workers": [{"name": "slow", "ms": 400}, {"name": "fast", "ms": 5}],
    "rows": ROWS,
    "over": True,
}
FAIR = RACE | {
    "title": "fair",
    "prefetch": 1,
    "rows": [*ROWS[:1], [5, 4, 1, 0, 1, 0], [410, 4, 0, 1, 0, 3]],
}


def shown(page: Page, main: str, state: dict[str, Any]) -> Locator:
    """The piece, drawn."""
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{page_style()}</style><div id=here></div>")
    page.add_script_tag(content=MODEL)
    page.evaluate("args => show(args)", [page_side(main), state])
    return page.locator(".labs-piece")


def change(page: Page, **state: Any) -> None:
    """What the kernel would do."""
    page.evaluate("state => model.change(state)", state)


def meter(page: Page, **state: Any) -> Locator:
    depth = {"ready": 3, "unacked": 1, "exact": True}
    state = {"queue": "<b>desk</b>", "depth": depth, "following": True, "status": "following"} | state
    return shown(page, "meter.js", state)


def test_a_meter_shows_both_numbers_and_fills_its_cells(page: Page) -> None:
    """Ready solid, unacknowledged hatched, and both as words for a screen reader."""
    piece = meter(page)
    expect(piece).to_contain_text("<b>desk</b>")
    expect(piece).to_contain_text("3 ready")
    expect(piece).to_contain_text("1 unacknowledged")
    expect(piece.get_by_role("img", name="3 ready, 1 unacknowledged")).to_be_visible()
    expect(piece.locator(".labs-cells .labs-is-ready")).to_have_count(3)
    expect(piece.locator(".labs-cells .labs-is-held")).to_have_count(1)
    change(page, depth={"ready": 5000, "unacked": 0, "exact": True})
    expect(piece.locator(".labs-cells .labs-is-ready")).to_have_count(10)  # a logarithmic scale above 16
    expect(piece.locator(".labs-cells .labs-is-held")).to_have_count(0)


def test_a_meter_says_when_it_guesses_waits_or_has_stopped(page: Page) -> None:
    """In words, not only by the colour of a dot."""
    piece = meter(page)
    change(page, depth={"ready": 3, "unacked": 2, "exact": False})
    expect(piece).to_contain_text("≈2 unacknowledged")
    change(page, depth={})
    expect(piece.get_by_role("status")).to_have_text("waiting for the queue to be declared")
    change(page, following=False, status="the lesson is closed: these are its last numbers")
    expect(piece.get_by_role("status")).to_contain_text("the lesson is closed")
    expect(piece).to_have_class(re.compile("labs-is-over"))


def test_the_kernel_hears_when_a_page_shows_a_meter_and_when_it_does_so_no_more(page: Page) -> None:
    """So that nobody counts for nobody; and nothing stays behind in the page."""
    meter(page)
    assert page.evaluate("model.sent") == [{"do": "opened"}]
    page.evaluate("end()")
    assert page.evaluate("model.sent") == [{"do": "opened"}, {"do": "closed"}]
    assert page.evaluate("model.listeners") == 0


def lines(first: int, last: int) -> list[list[str]]:
    return [["acked", "✓", f"order {number} <i>"] for number in range(first, last + 1)]


def test_a_feed_keeps_the_newest_line_in_view_unless_one_reads_an_older_one(page: Page) -> None:
    """Reading is not disturbed, and one key or click leads back to the end."""
    piece = shown(page, "feed.js", {"title": "Events", "lines": lines(1, 40), "dropped": 0})
    log, newest = piece.get_by_role("log", name="Events"), piece.get_by_role("button", name="Newest")
    expect(log.locator("li")).to_have_count(40)
    expect(log.get_by_text("order 40 <i>")).to_be_in_viewport()
    expect(newest).to_be_hidden()
    change(page, lines=lines(1, 41))
    expect(log.get_by_text("order 41 <i>")).to_be_in_viewport()
    log.focus()
    page.keyboard.press("Home")
    expect(newest).to_be_visible()
    change(page, lines=lines(1, 42))
    expect(log.get_by_text("order 1 <i>")).to_be_in_viewport()
    newest.focus()
    page.keyboard.press("Enter")
    expect(log.get_by_text("order 42 <i>")).to_be_in_viewport()
    expect(log).to_be_focused()


def test_a_feed_adds_only_what_is_new_and_drops_what_the_kernel_dropped(page: Page) -> None:
    """A screen reader announces added lines: the others must stay the same elements."""
    piece = shown(page, "feed.js", {"title": "Events", "lines": lines(1, 5), "dropped": 0})
    page.evaluate("document.querySelectorAll('li')[3].dataset.kept = 'yes'")
    change(page, lines=lines(4, 8), dropped=3)
    assert piece.locator("li span").all_inner_texts() == [f"order {n} <i>" for n in range(4, 9)]
    expect(piece.locator("li").first).to_have_attribute("data-kept", "yes")
    change(page, lines=lines(104, 108), dropped=103)
    assert piece.locator("li span").all_inner_texts() == [f"order {n} <i>" for n in range(104, 109)]
    expect(piece).to_contain_text("108 events, the last 5 kept")


def test_a_bar_shows_both_numbers_on_one_scale(page: Page) -> None:
    """Half as much is half as long; what is missing is said."""
    state = {"label": "orders", "predicted": 20, "measured": None, "verdict": ""}
    piece = shown(page, "bar.js", state)
    expect(piece.get_by_role("row", name="measured")).to_contain_text("nothing yet")
    change(page, measured=40, verdict="20 more than predicted")
    expect(piece.get_by_role("status")).to_have_text("20 more than predicted")
    page.wait_for_function(
        """() => { const width = (kind) => document.querySelector(`.labs-is-${kind}`).getBoundingClientRect().width;
        return Math.abs(width("predicted") * 2 - width("measured")) < 2; }"""
    )


def race(page: Page, **state: Any) -> Locator:
    return shown(page, "race.js", {"orders": 4, "races": [RACE, FAIR], "replaced": False} | state)


#: How much of each lane is filled, in orders: queue, then done and held of each worker; of the first race.
FILLS = (
    "[...document.querySelector('.labs-panel').querySelectorAll('.labs-lane div')]"
    ".map((fill) => parseFloat(fill.style.width) / 25)"
)


def widths(page: Page) -> list[float]:
    found: list[float] = page.evaluate(FILLS)
    return found


def test_a_race_at_its_end_stands_still_and_says_who_did_what(page: Page) -> None:
    """A page that opens later shows the end at once."""
    piece = race(page)
    greedy = piece.get_by_role("table", name="greedy")
    expect(greedy.get_by_role("row", name="slow")).to_contain_text("2 acknowledged · held 2 at most")
    expect(greedy.get_by_role("row", name="time")).to_contain_text("0.80 s · over")
    expect(piece.get_by_role("table", name="fair").get_by_role("row", name="fast")).to_contain_text(
        "3 acknowledged"
    )
    assert widths(page) == [0, 2, 0, 2, 0]
    assert page.evaluate("document.querySelector('.labs-race').dataset.state") == "over"


def test_a_running_race_draws_every_order_in_one_place(page: Page) -> None:
    """The lanes of the queue and of both workers are always all the orders that were sent."""
    piece = race(page, races=[RACE | {"rows": [], "over": False}])
    for count in range(1, 6):
        change(page, races=[RACE | {"rows": ROWS[:count], "over": False}])
        _, sent, slow_held, slow_done, fast_held, fast_done = ROWS[count - 1]
        waiting = sent - slow_held - slow_done - fast_held - fast_done
        expected = [waiting, slow_done, slow_held, fast_done, fast_held]
        page.wait_for_function(f"expected => String({FILLS}) === String(expected)", arg=expected)
    expect(piece.get_by_role("row", name="fast")).to_contain_text("idle")
    change(page, races=[RACE])
    expect(piece.get_by_role("row", name="time")).to_contain_text("0.80 s · over")
    expect(piece.get_by_role("status")).to_have_text(
        "greedy is over after 0.80 seconds: slow acknowledged 2, fast acknowledged 2."
    )


def test_a_replay_starts_all_races_at_once_and_can_be_slow_and_stopped(page: Page) -> None:
    """By keyboard alone: choose the speed, start, stop."""
    piece = race(page)
    piece.get_by_label("¼×").focus()
    page.keyboard.press("ArrowRight")
    expect(piece.get_by_label("1/10×")).to_be_checked()
    button = piece.get_by_role("button", name="Replay side by side")
    button.focus()
    page.keyboard.press("Enter")
    expect(piece).to_have_attribute("data-state", "replay")
    expect(piece.get_by_role("table", name="greedy")).to_contain_text("idle")
    times = piece.get_by_role("row", name="time").all_inner_texts()
    assert times[0] == times[1]
    page.keyboard.press("Enter")
    expect(piece).to_have_attribute("data-state", "over")
    assert widths(page) == [0, 2, 0, 2, 0]
    piece.get_by_label("1×", exact=True).check()
    button.click()
    expect(piece).to_have_attribute("data-state", "replay")
    expect(piece).to_have_attribute("data-state", "over")


def test_a_view_that_was_replaced_hides_and_leaves_nothing_behind(page: Page) -> None:
    """The picture of the end stands below it."""
    piece = race(page)
    change(page, replaced=True)
    expect(piece).to_be_hidden()
    page.evaluate("end()")
    assert page.evaluate("model.listeners") == 0


def test_whoever_asked_for_less_motion_gets_numbers_in_steps(page: Page) -> None:
    """Two pictures a second instead of sixty, and the same end."""
    page.emulate_media(reduced_motion="reduce")
    piece = race(page)
    page.evaluate("""() => { window.draws = 0;
        new MutationObserver(() => { window.draws += 1; })
            .observe(document.querySelector(".labs-is-time"), { attributes: true }); }""")
    piece.get_by_label("1×", exact=True).check()
    piece.get_by_role("button", name="Replay").click()
    expect(piece).to_have_attribute("data-state", "over")
    assert page.evaluate("draws") <= 5
    assert widths(page) == [0, 2, 0, 2, 0]


CONTRAST = """([ink, ground]) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_shapes_can_be_told_from_the_ground(page: Page, scheme: Any) -> None:
    """WCAG AA: 4.5 to 1 for text, 3 to 1 for shapes."""
    page.emulate_media(color_scheme=scheme)
    meter(page)
    style = "getComputedStyle(document.querySelector('.labs-piece'))"
    colour = {
        name: page.evaluate(f"{style}.getPropertyValue('--{name}')")
        for name in ("ink", "soft", "ground", "ready", "held", "done", "bad", "edge")
    }
    colour["ground"] = page.evaluate(f"{style}.backgroundColor")
    colour["ink"] = page.evaluate(f"{style}.color")
    for name in ("ink", "soft", "ready", "held", "done", "bad", "edge"):
        least = 4.5 if name in ("ink", "soft", "held", "bad") else 3.0
        assert page.evaluate(CONTRAST, [colour[name], colour["ground"]]) >= least, name


def test_the_course_map_is_a_landmark_with_a_list_of_links(page: Page, tmp_path: Any) -> None:
    """Also where the drawing cannot be seen: each station says its number, its title and what is done."""
    html = course_map(Progress(tmp_path / "p.sqlite"))._repr_html_()
    page.set_content(f"<!doctype html><meta charset=utf-8><body>{html}")
    course = page.get_by_role("navigation", name="Course map")
    stations = course.get_by_role("listitem")
    expect(stations.first.get_by_role("link", name="00 · Start here")).to_be_visible()
    expect(stations.first).to_contain_text("0 of 2 exercises")
    expect(course.locator("[aria-current=step]")).to_contain_text("you are here")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(stations.first.get_by_role("link")).to_be_focused()


def test_every_module_of_the_pieces_is_used() -> None:
    """What no piece imports would be shipped to nobody."""
    joined = "".join(page_side(f"{name}.js") for name in ("meter", "feed", "bar", "race", "framed"))
    for file in STATIC.glob("*.js"):
        assert f"// --- {file.name} ---" in joined
