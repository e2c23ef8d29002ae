"""Time in the live view, without a drawing: the timeline and the player over it, driven by a made-up clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.view_page import serve

#: A timeline and a player whose handlers note what they are told; `run(ms)` lets the clock go on, frame by frame.
BENCH = """
const { createTimeline } = await import("/static/timeline.js");
const { createPlayer } = await import("/static/player.js");
const seen = { played: [], passed: [], sought: [], dropped: [] };
let [clock, flying] = [1000, 0];
const timeline = createTimeline({ most: 100, onDrop: (entry) => seen.dropped.push(entry.value.name) });
const name = (entry) => entry.value.name ?? entry.type;
const player = createPlayer(timeline, {
  play: (entry) => { seen.played.push(name(entry)); if (entry.type === "event") flying = clock + 600; },
  pass: (entry) => seen.passed.push(name(entry)),
  seek: (state) => seen.sought.push(state),
  busy: () => clock < flying, land: () => (flying = 0), changed: () => {},
});
const run = (ms, frame = 10) => {
  let passed = 0;
  for (const end = clock + ms; clock < end; ) { clock += frame; passed += player.advance(clock); }
  return passed;
};
const tell = (at, ...events) => player.feed({ type: "batch", at, events }, clock);
const say = (...names) => tell(clock, ...names.map((name) => ({ name, at: clock })));
const counts = (ready) => player.feed({ type: "counts", at: clock, queues: { "q:bills": [ready, 0] } }, clock);
"""

Play = Callable[[str], Any]


@pytest.fixture
def play(page: Page) -> Play:
    """Run a piece of JavaScript beside a timeline and a player; what it returns."""
    serve(page)
    return lambda script: page.evaluate(f"async () => {{ {BENCH} {script} }}")


def test_live_plays_everything_once_in_the_order_of_its_time(play: Play) -> None:
    """Also an event that was sent after a line that is younger than it."""
    found = play("""
        say("a"); run(60); counts(1);
        tell(clock, { name: "b", at: clock - 30 }, { name: "c", at: clock });
        run(1500); return seen;
    """)
    assert found["played"] == ["a", "b", "counts", "c"]
    assert found["passed"] == []


def test_pause_plays_nothing_and_keeps_all(play: Play) -> None:
    """Time that passes in a pause is no play time; afterwards everything comes, in its order."""
    found = play("""
        say("a"); run(300); player.pause();
        const asleep = run(500); say("b"); run(500); say("c");
        const [before, waiting] = [[...seen.played], timeline.waiting];
        player.resume(clock); run(3000);
        return { asleep, before, waiting, after: seen.played, mode: player.mode };
    """)
    assert found == {"asleep": 0, "before": ["a"], "waiting": 2, "after": ["a", "b", "c"], "mode": "live"}


@pytest.mark.parametrize(("rate", "part"), [(1, 1), (0.5, 0.5), (0.25, 0.25)])
def test_slow_motion_is_exactly_as_slow_as_it_says(play: Play, rate: float, part: float) -> None:
    """A quarter is a quarter: of the dots' way and of the time between two events."""
    found = play(f"""
        for (let i = 0; i < 40; i += 1) {{ say("e" + i); clock += 100; }}
        player.pause(); player.setRate({rate}, clock); player.resume(clock);
        player.replay(clock);
        const from = player.at; const passed = run(2000);
        return {{ passed, way: player.at - from, mode: player.mode }};
    """)
    assert found["passed"] == pytest.approx(2_000 * part)
    assert found["way"] == pytest.approx(2_000 * part)
    assert found["mode"] == "behind"


def test_a_step_plays_one_event_with_its_counts_and_pauses(play: Play) -> None:
    """The counts that follow belong to what was seen; the next event waits for the next step."""
    found = play("""
        say("a"); run(1500); player.pause();
        counts(1); clock += 20; say("b"); clock += 20; counts(2); clock += 20; say("c"); clock += 200;
        player.step(clock); run(300); const during = [...seen.played]; run(1000);
        const first = [[...seen.played], player.mode];
        player.step(clock); run(1500);
        return { during, first, second: [seen.played, player.mode] };
    """)
    assert found["during"] == ["a", "counts", "b"]
    assert found["first"] == [["a", "counts", "b", "counts"], "paused"]
    assert found["second"] == [["a", "counts", "b", "counts", "c"], "paused"]


def test_a_step_with_nothing_left_waits_for_the_next_message(play: Play) -> None:
    """Press Step, run the cell that publishes: its first message plays, its second one waits."""
    found = play("""
        say("a"); run(1500); player.step(clock); run(1000);
        const armed = [player.mode, player.armed, [...seen.played]];
        say("b", "c"); run(1500);
        return { armed, then: [player.mode, seen.played, timeline.waiting] };
    """)
    assert found["armed"] == ["step", True, ["a"]]
    assert found["then"] == ["paused", ["a", "b"], 1]


def test_replay_goes_back_thirty_seconds_and_knows_the_counts_of_then(play: Play) -> None:
    """What is older has been folded away; the events since the last counts are told, for their effect."""
    found = play("""
        for (let i = 0; i < 50; i += 1) { say("e" + i); if (i % 5 === 0) counts(i); run(1000); }
        const before = seen.played.length;
        player.replay(clock);
        const { counts: then, since } = seen.sought[0];
        return { back: Math.round((timeline.latest - player.at) / 1000), ready: then.queues["q:bills"][0],
                 since: since.map(({ name }) => name), waiting: timeline.waiting, before };
    """)
    assert found["back"] in (29, 30)
    assert found["ready"] == 15
    assert found["since"] == [f"e{number}" for number in range(16, 50 - found["waiting"])]
    assert found["waiting"] in (30, 31)


def test_back_to_live_leaps_instead_of_running(play: Play) -> None:
    """After a long pause nothing comes down in an avalanche: what is skipped is counted, the last second is shown."""
    found = play("""
        say("a"); run(1500); player.pause();
        for (let i = 0; i < 60; i += 1) { say("e" + i); clock += 200; }
        player.live(clock); run(3000);
        return { played: seen.played.length - 1, passed: seen.passed.length, behind: player.behind(clock),
                 mode: player.mode };
    """)
    assert found["played"] + found["passed"] == 60
    assert found["passed"] > 50
    assert found["mode"] == "live"
    assert found["behind"] < 250


def test_the_timeline_is_bounded_and_says_what_nobody_saw(play: Play) -> None:
    """100 entries here: of those that wait the oldest go, and each is told once."""
    found = play("""
        say("a"); run(1500); player.pause();
        for (let i = 0; i < 150; i += 1) { say("e" + i); clock += 10; }
        const kept = timeline.length; player.resume(clock); player.setRate(0.5, clock); run(9000);
        return { kept, dropped: seen.dropped.length, played: seen.played.length - 1, first: seen.dropped[0] };
    """)
    assert found == {"kept": 100, "dropped": 50, "played": 100, "first": "e0"}


def test_old_entries_leave_while_it_plays(play: Play) -> None:
    """A day of live time keeps thirty seconds."""
    found = play(
        "for (let i = 0; i < 90; i += 1) { say('e' + i); run(1000); } return [timeline.length, seen.dropped]"
    )
    assert found[0] <= 32
    assert found[1] == []


def test_a_page_that_stood_still_leaps_and_a_late_kernel_does_not_make_it(play: Play) -> None:
    """Two ways to be late: the page was blocked, or the lines come late but in their rhythm."""
    found = play("""
        say("a"); run(1500);
        for (let i = 0; i < 20; i += 1) { say("blocked" + i); clock += 400; }
        run(2000); const leapt = seen.passed.length;
        const late = (name) => tell(clock - 9000, { name, at: clock - 9000 });
        for (let i = 0; i < 10; i += 1) { late("late" + i); run(400); }
        run(1500);
        return { leapt, late: seen.played.filter((name) => name.startsWith("late")).length };
    """)
    assert found["leapt"] > 10
    assert found["late"] == 10


def test_a_tap_that_starts_again_counts_from_zero_again(play: Play) -> None:
    """Its clock begins anew; the view's does not."""
    found = play("""
        run(50_000); say("a"); run(1500);
        tell(5, { name: "b", at: 5 }); run(1500);
        return seen.played;
    """)
    assert found == ["a", "b"]


def test_a_hidden_page_counts_and_draws_nothing(play: Play) -> None:
    """Nobody sees it: live goes on without dots, and what comes after is drawn again."""
    found = play("""
        say("a"); run(1500); player.hide(true, clock);
        for (let i = 0; i < 30; i += 1) { say("h" + i); clock += 1000; }
        const [running, passed] = [player.running, seen.passed.length];
        player.hide(false, clock); run(100); say("b"); run(1500);
        return { running, passed, all: seen.passed.length, played: seen.played };
    """)
    assert found["running"] is False
    assert found["passed"] >= 29
    assert found["all"] == 30
    assert found["played"] == ["a", "b"]
