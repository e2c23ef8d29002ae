"""The live view in a bare page: dots and totals, pause to replay, details, feed, journey, and that it ends cleanly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.view_page import (
    CONSUME,
    DEAD,
    PUBLISH,
    TO_AUDIT,
    TO_BILLS,
    TO_LOG,
    TO_STOCK,
    ViewPage,
    about,
    batch,
    counts,
    dead,
    deliver,
    gone,
    publish,
)

DOTS = (
    "() => view.labs.dots().map(({ x, y, shape, event }) => [Math.round(x), Math.round(y), shape, event.n])"
)


@pytest.fixture
def view(page: Page) -> ViewPage:
    """A page with an open view of a small shop."""
    return ViewPage(page)


def numbers(view: ViewPage, lanes: tuple[str, ...]) -> list[int]:
    """The messages of some lanes; every one of them had its dot."""
    totals = view.totals()
    assert all(totals[lane]["dots"] <= totals[lane]["n"] for lane in lanes)
    return [totals[lane]["n"] for lane in lanes]


# --- every dot is a message -----------------------------------------------------------------------------------


def test_totals_are_the_events_fed_lane_by_lane(view: ViewPage) -> None:
    """One dot for each copy; one for many where one event stands for many; two lanes for what passes two exchanges."""
    for number in range(20):
        view.feed(batch(publish(f"a{number}"), deliver(f"a{number}", ago=-1)))
    view.feed(
        batch(publish("lost", key="nobody", queues=()), publish("many", n=25), deliver("a3", again=True))
    )
    view.feed(batch(dead(), dead(n=2), gone()))
    view.until_at_rest()
    totals = view.totals()
    assert totals[PUBLISH] == {"n": 46, "dots": 22}
    for lane in (TO_BILLS, TO_STOCK, TO_AUDIT, TO_LOG):
        assert totals[lane] == {"n": 45, "dots": 21}
    assert totals[CONSUME] == {"n": 21, "dots": 21}
    assert all(totals[lane] == {"n": 3, "dots": 2} for lane in DEAD)
    stats = view.stats()
    assert (stats["lost"], stats["gone"], stats["redelivered"], stats["skipped"]) == (1, 1, 1, 0)
    expect(view.root).to_contain_text("27 in numbered dots")
    expect(view.root.locator(f'.labs-chip[data-id="{TO_BILLS}"]')).to_contain_text("×45")


def test_totals_stay_true_through_pause_slow_motion_step_replay_and_live(view: ViewPage) -> None:
    """Whatever is done to time: in the end each event has counted once."""
    view.feed(batch(*(publish() for _ in range(5))))
    view.until("() => view.labs.stats().published === 5")
    view.button("Pause").click()
    view.feed(batch(*(publish() for _ in range(5))))
    view.button("Step").click()
    view.until("() => view.labs.player.mode === 'paused'")
    assert view.totals()[PUBLISH]["n"] == 6
    view.button("¼×").click()
    view.button("Play").click()
    view.until("() => view.labs.stats().published === 10")
    view.button("Replay 30 s").click()
    view.feed(batch(*(publish() for _ in range(5))))
    view.button("½×").click()
    view.page.wait_for_timeout(400)
    view.button("Live").click()
    view.until_at_rest()
    view.button("Replay 30 s").click()
    view.until_at_rest()
    assert view.totals()[PUBLISH]["n"] == 15
    assert numbers(view, (TO_BILLS, TO_STOCK, TO_LOG)) == [15, 15, 15]
    assert view.stats()["published"] == 15


def test_the_kinds_differ_in_shape_word_and_picture(view: ViewPage) -> None:
    """Redelivered, dead-lettered and unroutable: never told by colour alone."""
    view.feed(
        batch(
            publish("a"),
            publish("lost", queues=()),
            deliver("b", again=True),
            dead(),
            gone(),
            publish("c", n=9),
        )
    )
    view.until("() => new Set(view.labs.dots().map(({ shape }) => shape)).size >= 4")
    legend = view.root.locator(".labs-kinds")
    for words in ("redelivered", "dead-lettered, inferred", "unroutable", "gone, inferred", "many in one"):
        expect(legend).to_contain_text(words)
    samples = view.page.evaluate(
        "() => [...document.querySelectorAll('.labs-sample')].map((each) => each.toDataURL())"
    )
    assert len(samples) == len(set(samples)) == 6
    rows = view.root.get_by_role("option")
    for word in ("↻ redelivered", "◆ dead-lettered", "✕ unroutable", "◌ gone", "→ published"):
        expect(rows.filter(has_text=word)).to_have_count(2 if word == "→ published" else 1)


def test_a_message_is_never_in_two_places(view: ViewPage) -> None:
    """It is delivered a millisecond after it was published; its dot leaves the queue when it has arrived there."""
    view.feed(counts(), batch(publish("a", queues=("q:bills",)), deliver("a", ago=-1)))
    seen = view.page.evaluate(
        """async () => {
          const lanes = [];
          const told = () => view.labs.dots().map(({ lane }) => lane.split(":")[0]).sort().join();
          for (let was = ""; lanes.length < 3 || told(); await new Promise(requestAnimationFrame)) {
            if (told() && told() !== was) lanes.push((was = told()));
          }
          return lanes;
        }"""
    )
    assert seen == ["publish", "binding", "consume"]


# --- numbers that are true at rest -----------------------------------------------------------------------------


def test_queues_fill_with_the_dots_and_are_exact_at_rest(view: ViewPage) -> None:
    """The broker's counts are ahead of the dots; when nothing flies they are what stands."""
    view.feed(counts())
    view.feed(batch(publish("a"), publish("b"), deliver("a", ago=-1)), counts(bills=(1, 1), stock=(2, 0)))
    view.until("() => view.labs.stats().dots > 0")
    view.until_at_rest()
    view.until("() => view.querySelector('[data-id=\"q:bills\"]').ariaLabel.includes('1 ready, 1 unack')")
    view.until("() => view.querySelector('[data-id=\"q:stock\"]').ariaLabel.includes('2 ready, 0 unack')")
    # Acknowledged at once: the exact number was there before the dot, and no other line will come.
    view.feed(batch(deliver("b")), counts(bills=(0, 0), stock=(2, 0)))
    view.until("() => view.querySelector('[data-id=\"q:bills\"]').ariaLabel.includes('0 ready, 0 unack')")
    view.until_at_rest()
    view.page.wait_for_timeout(1_200)
    assert "0 ready, 0 unack" in view.label("q:bills")


def test_a_replay_rewinds_the_queues_and_ends_with_the_true_numbers(view: ViewPage) -> None:
    """As they were; then the dots fill them again."""
    bills = "view.querySelector('[data-id=\"q:bills\"]').ariaLabel"
    view.feed(counts(bills=(3, 0)))
    view.page.wait_for_timeout(300)
    view.feed(batch(publish("a"), publish("b")), counts(bills=(5, 0)))
    view.until(f"() => {bills}.includes('5 ready')")
    view.until_at_rest()
    view.button("Replay 30 s").click()
    view.until(f"() => {bills}.includes('3 ready')")
    view.until(f"() => {bills}.includes('5 ready')")
    expect(view.button("Live")).to_have_attribute("aria-pressed", "true")
    assert view.totals()[TO_BILLS] == {"n": 2, "dots": 2}


# --- time ------------------------------------------------------------------------------------------------------


def test_pausing_really_freezes(view: ViewPage) -> None:
    """No dot moves, no frame is drawn, no number changes; what comes in is kept and counted as waiting."""
    view.feed(counts(), batch(*(publish() for _ in range(4))))
    view.until("() => view.labs.stats().dots > 3")
    view.button("Pause").click()
    before = view.page.evaluate(DOTS), view.totals(), view.stats()["frames"]
    view.feed(batch(publish("later")), counts(bills=(9, 0)))
    view.page.wait_for_timeout(600)
    assert (view.page.evaluate(DOTS), view.totals(), view.stats()["frames"]) == before
    assert view.stats()["pending"] == {"frame": False, "timer": False}
    expect(view.root).to_contain_text("Paused · 1 event waits")
    assert view.label("q:bills").endswith("0 ready, 0 unacknowledged")
    view.button("Play").click()
    view.until_at_rest()
    assert view.totals()[PUBLISH]["n"] == 5


def test_keys_do_what_the_buttons_do(view: ViewPage) -> None:
    """Space, →, r and l, while the focus is in the view; JupyterLab's own shortcuts do not hear them."""
    assert view.root.get_attribute("data-lm-suppress-shortcuts") == "true"
    view.feed(batch(publish()))
    view.until_at_rest()
    view.root.focus()
    mode = "() => view.labs.player.mode"
    for key, expected in (
        (" ", "paused"),
        ("ArrowRight", "step"),
        ("r", "behind"),
        ("l", "live"),
        (" ", "paused"),
    ):
        view.page.keyboard.press(key)
        assert view.page.evaluate(mode) == expected, key
    view.button("½×").focus()
    view.page.keyboard.press(" ")  # presses the button that has the focus, and nothing else
    assert view.page.evaluate("() => [view.labs.player.mode, view.labs.player.rate]") == ["paused", 0.5]


def test_back_to_live_is_no_avalanche(view: ViewPage) -> None:
    """What is skipped has no dot and says so, and counts."""
    view.feed(batch(publish()))
    view.until_at_rest()
    view.button("Pause").click()
    now = view.page.evaluate("() => performance.now()")
    for number in range(300):
        view.feed(batch(publish(), at=now + 40 * number))
    view.page.evaluate(
        "() => { const real = performance.now.bind(performance); performance.now = () => real() + 14_000 }"
    )
    view.button("Live").click()
    view.until_at_rest()
    stats = view.stats()
    assert view.totals()[PUBLISH]["n"] == 301
    assert stats["skipped"] > 200
    assert stats["mostDots"] < 150
    expect(view.root).to_contain_text("not drawn: skipped")


def test_what_a_long_pause_cannot_keep_is_said_and_counted(view: ViewPage) -> None:
    """16 000 lines are kept; the oldest go, and the totals know them."""
    view.button("Pause").click()
    view.page.evaluate(
        """event => { for (let i = 0; i < 170; i += 1)
             feed([{ type: "batch", seen: 100, events: Array.from({ length: 100 }, () => ({ ...event })) }]); }""",
        publish(),
    )
    stats = view.stats()
    assert stats["kept"] == 16_000
    assert stats["dropped"] == 1_000
    expect(view.root).to_contain_text("1000 not kept while it stood")
    assert view.totals()[PUBLISH]["n"] == 1_000


def test_light_speed_shows_a_mark_instead_of_a_journey(view: ViewPage) -> None:
    """Everything at once, as in truth; the totals are the same, and the legend no longer speaks of slowness."""
    view.button("Light speed").click()
    expect(view.root.locator(".labs-note")).to_be_hidden()
    view.feed(batch(publish(), publish()))
    view.until("() => view.labs.stats().dots > 0")
    first = view.page.evaluate(DOTS)
    view.until("() => view.labs.stats().dots === 0")
    assert len(first) == 10
    assert view.totals()[TO_LOG] == {"n": 2, "dots": 2}


def test_readers_who_want_no_motion_see_none(browser: Browser) -> None:
    """Marks rest in the middle of their lanes; numbers are the same."""
    context = browser.new_context(reduced_motion="reduce")
    view = ViewPage(context.new_page())
    view.feed(counts(), batch(publish("a"), publish("b")))
    view.until("() => view.labs.stats().dots > 0")
    places = view.page.evaluate(
        f"""async () => {{
          const all = new Set();
          while (view.labs.stats().dots) {{
            for (const dot of ({DOTS})()) all.add(JSON.stringify(dot.slice(0, 2)));
            await new Promise(requestAnimationFrame);
          }}
          return [...all];
        }}"""
    )
    view.until_at_rest()
    assert len(places) == 5  # one for each lane
    assert numbers(view, (PUBLISH, TO_BILLS, TO_STOCK, TO_AUDIT, TO_LOG)) == [2, 2, 2, 2, 2]
    context.close()


# --- what a message is -------------------------------------------------------------------------------------------


def test_the_details_are_text_and_never_html(view: ViewPage) -> None:
    """Keys, headers and bodies come from customers."""
    evil = "<img src=x onerror='window.hacked = true'><b>bold</b>"
    told = about(
        evil, evil, body=evil, bytes=999, headers={evil: evil}, properties={"app_id": evil}, why=[evil]
    )
    view.feed(batch(publish("evil", key=evil, about=told)))
    view.until_at_rest()
    view.root.get_by_role("option").first.click()
    details = view.root.get_by_role("region", name="Details")
    expect(details.locator("pre")).to_have_text(evil)
    expect(details).to_contain_text("Body, the beginning of 999 bytes")
    assert view.root.locator("img, b:not(.labs-tip-mark)").count() == 0
    assert view.page.evaluate("() => window.hacked") is None


def test_a_dot_under_the_pointer_tells_what_it_is_and_a_click_follows_it(view: ViewPage) -> None:
    """Also while time stands still, which is when one can point at it."""
    view.feed(
        batch(
            publish("order-7", queues=("q:stock",), about=about("order.created", "order-7", why=["because"]))
        )
    )
    view.until("() => view.labs.dots().some(({ lane, x }) => lane.startsWith('binding') && x > 300)")
    view.button("Pause").click()
    x, y = view.page.evaluate(
        """() => { const { left, top } = view.querySelector(".labs-overlay").getBoundingClientRect();
                   const [{ x, y }] = view.labs.dots(); return [left + x, top + y]; }"""
    )
    view.page.mouse.move(x, y)
    details = view.root.get_by_role("region", name="Details")
    for words in ("order.created", "order-7", "because", '{"order": 42}', "→ published"):
        expect(details).to_contain_text(words)
    view.page.mouse.click(x, y)
    expect(view.root.get_by_role("region", name="Journey")).to_contain_text("by shop to orders")


def test_a_lane_tells_the_keys_it_matched_and_lights_them(view: ViewPage) -> None:
    """Pointing at a binding answers which of my keys went this way."""
    for key in ("order.created", "order.paid"):
        view.feed(batch(publish(key=key, queues=("q:bills", "q:stock"))))
    view.feed(batch(publish(key="order.cancelled", queues=("q:stock",))))
    view.until_at_rest()
    view.root.locator(f'[role="button"][data-id="{TO_BILLS}"]').focus()
    details = view.root.get_by_role("region", name="Details")
    expect(details).to_contain_text("2 messages went along it.")
    expect(details.locator(".labs-seen")).to_have_text("Aorder.createdBorder.paid")
    lit = view.root.locator(".labs-keys li.is-lit")
    expect(lit).to_have_text(["Aorder.created", "Border.paid"])


def test_keys_have_a_letter_each_and_the_ninth_is_other(view: ViewPage) -> None:
    """In the order of their first sight, for good; all later ones share a face."""
    for number in range(12):
        view.feed(batch(publish(key=f"key.{number}")))
    view.feed(batch(publish(key="key.3")))
    view.until("() => view.labs.stats().published === 13")
    chips = view.root.locator(".labs-keys li")
    expect(chips).to_have_count(9)
    expect(chips.nth(3)).to_have_text("Dkey.3")
    expect(chips.nth(8)).to_have_text("…other keys (4)")
    expect(view.root.get_by_role("option").first).to_contain_text("D")
    colours = chips.locator(".labs-face-chip").evaluate_all(
        "all => all.map((each) => getComputedStyle(each).backgroundColor)"
    )
    assert len(set(colours)) == 9


# --- feed and journey --------------------------------------------------------------------------------------------


def test_the_feed_is_a_listbox_for_the_keyboard_and_following_shows_the_journey(view: ViewPage) -> None:
    """Arrows walk, Enter follows; offsets are milliseconds of the broker, not of the dots."""
    deaths = [{"queue": "bills", "reason": "rejected", "count": 1}]
    late = deliver(
        "order-1", queue="q:dead", to="c:dead:keeper", lane="consume:q:dead>c:dead:keeper", ago=-90
    )
    late["about"]["headers"] = {"x-death": deaths}
    view.feed(batch(publish("order-0", ago=5)))
    view.feed(
        batch(publish("order-1"), deliver("order-1", ago=-2.5), deliver("order-1", again=True, ago=-40), late)
    )
    view.until_at_rest()
    feed = view.root.get_by_role("listbox", name="Last messages")
    feed.focus()
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("ArrowUp")
    active = str(feed.get_attribute("aria-activedescendant"))
    expect(view.page.locator(f"#{active}")).to_contain_text("order-1")
    view.page.keyboard.press("Enter")
    expect(view.page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    steps = view.root.locator(".labs-steps li")
    expect(steps.locator(".labs-offset")).to_have_text(
        ["0 ms", "0 ms", "+2.5 ms", "+40 ms", "≤ +90 ms", "+90 ms"]
    )
    expect(steps.nth(1)).to_have_text("0 ms⇉ routed to bills, stock, log")
    expect(steps.nth(3)).to_contain_text("redelivered")
    expect(steps.nth(4)).to_contain_text("inferred from bills to dead: rejected")
    view.button("Stop following").click()
    expect(steps).to_have_count(0)


def test_the_kernel_can_ask_to_follow_a_message_before_it_is_there(view: ViewPage) -> None:
    """`lesson.follow("order-42")`: it waits, then its journey grows and its dots get a ring."""
    view.feed({"type": "follow", "message": "m:order-42"})
    journey = view.root.get_by_role("region", name="Journey")
    expect(journey).to_contain_text("Waits for order-42")
    view.feed(batch(publish("order-42")))
    expect(journey).to_contain_text("by shop to orders")
    view.until_at_rest()
    view.feed(batch(deliver("order-42")))
    expect(journey).to_contain_text("from bills to worker-1")


def test_the_list_stands_still_while_somebody_is_in_it(view: ViewPage) -> None:
    """Nobody can choose from a list that runs away; the newer ones are counted."""
    view.feed(batch(publish("first")))
    view.until_at_rest()
    view.root.get_by_role("listbox").focus()
    view.feed(batch(publish("second"), publish("third")))
    expect(view.root.locator(".labs-newer")).to_have_text("2 newer")
    expect(view.root.get_by_role("option").first).to_contain_text("first")
    view.root.focus()
    view.feed(batch(publish("fourth")))
    expect(view.root.get_by_role("option").first).to_contain_text("fourth")


# --- honesty -----------------------------------------------------------------------------------------------------


def test_polling_and_losses_are_said_all_the_time(view: ViewPage) -> None:
    """Counts only; a tap that could not keep up; what was not told."""
    view.feed({"type": "status", "state": "polling", "text": "Counts only: this user may not trace."})
    expect(view.root.get_by_role("banner").or_(view.root.locator(".labs-heading"))).to_contain_text(
        "Counts only: this user"
    )
    view.feed(batch(publish(), seen=41, behind=True))
    expect(view.root).to_contain_text("40 sampled away")
    expect(view.root).to_contain_text("the tap could not keep up")


def test_rates_are_those_of_the_last_two_seconds_and_fall_to_nothing(view: ViewPage) -> None:
    """They need no message to become 0 again, and then no timer is left."""
    view.feed(batch(*(publish() for _ in range(20))))
    expect(view.root.locator(".labs-rates")).to_have_text("10 published/s · 0 delivered/s")
    expect(view.root.locator(".labs-rates")).to_have_text("0 published/s · 0 delivered/s", timeout=15_000)
    view.until("() => !view.labs.stats().pending.timer && !view.labs.stats().pending.frame")


# --- beginning and end -------------------------------------------------------------------------------------------


def test_lines_from_before_the_view_are_played_when_it_opens(page: Page) -> None:
    """A busy cell sends lines before its output is drawn; a second view has them as past."""
    view = ViewPage(page, opened=False, counts={"queues": {"q:bills": [3, 0]}, "holds": {}})
    view.feed(counts(), batch(publish("early"), publish("bird")), counts(bills=(2, 0), stock=(2, 0)))
    view.page.wait_for_timeout(300)
    view.page.evaluate("openView()")
    view.until_at_rest()
    assert view.totals()[PUBLISH] == {"n": 2, "dots": 2}
    view.until("() => view.querySelector('[data-id=\"q:bills\"]').ariaLabel.includes('2 ready')")
    view.page.evaluate("openView()")
    assert view.totals()[PUBLISH] == {"n": 2, "dots": 0}
    assert view.page.evaluate("() => model.sent") == [{"do": "opened"}, {"do": "opened"}]


@pytest.mark.parametrize("ending", ["endView()", "abort.abort()"])
def test_nothing_is_left_when_the_view_ends(view: ViewPage, ending: str) -> None:
    """No listener of the model but the memory's, no element, no frame, no timer; said once."""
    view.feed(batch(*(publish() for _ in range(9))))
    view.until("() => view.labs.stats().dots > 0")
    found = view.page.evaluate(
        f"""async () => {{
          {ending};
          endView();
          await new Promise((done) => setTimeout(done, 50));
          const {{ frames }} = view.labs.stats();
          feed([{{ type: "counts", queues: {{}} }}]);
          await new Promise((done) => setTimeout(done, 400));
          return [document.querySelectorAll(".labs-view").length, model.listeners, view.labs.stats().pending,
                  view.labs.stats().frames - frames, model.sent];
        }}"""
    )
    assert found == [0, 1, {"frame": False, "timer": False}, 0, [{"do": "opened"}, {"do": "closed"}]]
    view.page.evaluate("() => destroyed.abort()")
    assert view.page.evaluate("() => model.listeners") == 0


def test_a_hidden_tab_does_nothing_and_counts_on(view: ViewPage) -> None:
    """No frame, no timer, no growth; when it is seen again it is live."""
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    view.feed(batch(publish()))
    view.until("() => view.labs.stats().dots > 0")
    view.page.evaluate(hide, arg=True)
    for _ in range(50):
        view.feed(batch(*(publish() for _ in range(20))))
    view.page.wait_for_timeout(400)
    frames = view.stats()["frames"]
    view.feed(batch(publish()))
    stats = view.stats()
    assert stats["pending"] == {"frame": False, "timer": False}
    assert stats["frames"] == frames
    view.page.evaluate(hide, arg=False)
    view.until_at_rest()
    assert view.totals()[PUBLISH]["n"] == 1_002


def test_ten_thousand_messages_leave_no_leak(view: ViewPage) -> None:
    """Nodes, listeners and kept objects are bounded, and the heap is after 10 000 what it was after 2 000."""
    session = view.page.context.new_cdp_session(view.page)
    session.send("Performance.enable")

    def state() -> dict[str, float]:
        session.send("HeapProfiler.collectGarbage")
        return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}

    def run(messages: int) -> None:
        view.page.evaluate(
            """async ({ messages, event }) => {
              const { about } = event;
              for (let i = 0; i < messages; i += 25) {
                const events = Array.from({ length: 25 }, (_, k) => (
                  { ...event, message: `m:${i + k}-${messages}`, about: { ...about, key: `key.${k % 12}` } }));
                feed([{ type: "batch", seen: 25, events }]);
                await new Promise((done) => setTimeout(done, 2));
              }
            }""",
            {"messages": messages, "event": json.loads(json.dumps(publish()))},
        )
        view.until_at_rest()

    # 16 000 entries and 8 000 lines for a second view are kept on purpose: they are full before it counts.
    run(20_000)
    before = state()
    run(10_000)
    after = state()
    assert view.stats()["published"] == 30_000
    assert view.stats()["messages"] <= 200
    assert after["Nodes"] - before["Nodes"] < 50
    assert after["JSEventListeners"] - before["JSEventListeners"] < 10
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 2_000_000


def test_a_graph_that_changes_keeps_the_dots_and_the_numbers(view: ViewPage) -> None:
    """The line comes at its time; dots stay on their lanes while these move."""
    view.feed(counts(bills=(4, 0)), batch(publish(), publish()))
    view.until("() => view.labs.stats().dots > 0")
    graph: dict[str, Any] = view.page.evaluate("() => model.get('graph')")
    moved = json.loads(json.dumps(graph))
    moved["nodes"] = [node for node in moved["nodes"] if node["id"] != "p:app"]
    moved["edges"] = [edge for edge in moved["edges"] if edge["source"] != "p:app"]
    view.feed({"type": "graph", "graph": moved})
    view.until("() => !view.querySelector('[data-id=\"p:app\"]')")
    view.until_at_rest()
    assert view.totals()[TO_LOG] == {"n": 2, "dots": 2}
