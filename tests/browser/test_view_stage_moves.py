"""The stage in motion: changes glide, nothing jumps, the canvas lies exactly on the drawing, and nothing is kept."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage_page import (
    BILLS,
    DONE_MS,
    ORDERS,
    SHOP,
    TO_BILLS,
    WORKER,
    StagePage,
    drawn,
    queue,
    shop,
)

#: The point of a lane, as the stage puts it on the overlay, and as the browser draws it: both in the window's pixels.
BOTH_POINTS = """([id, f]) => {
  const [x, y] = stage.lane(id).at(f), { k, dx, dy } = stage.toOverlay();
  const canvas = stage.overlay.getBoundingClientRect();
  const line = part(id)[0].querySelector(".labs-line");
  const there = line.getPointAtLength(f * line.getTotalLength()).matrixTransform(line.getScreenCTM());
  return [[x * k + dx + canvas.left, y * k + dy + canvas.top], [there.x, there.y]];
}"""
FRACTIONS = (0, 0.13, 0.5, 0.77, 1)
SIZES = """() => [".labs-sight", ".labs-svg", ".labs-overlay"].map((each) => {
  const { left, top, width, height } = document.querySelector(each).getBoundingClientRect();
  return [left, top, width, height];
})"""


def test_a_change_glides_and_ends_at_the_right_place(stage: StagePage) -> None:
    """Half-way what stays is between, what enters is faint, what leaves is fainter; then all is as drawn."""
    before = _places(stage.set_graph(shop(queue("going"))))
    placed = stage.set_graph(shop(queue("a"), queue("b"), queue("c")), animate=True)
    after = _places(placed)
    assert stage.place_of(WORKER) == before[WORKER]
    stage.wait(100)
    moved = [node for node in before if node in after and before[node] != after[node]]
    assert moved
    for node in moved:
        for was, now, will in zip(before[node], stage.place_of(node), after[node], strict=True):
            assert min(was, will) <= now <= max(was, will)
    assert 0 < _opacity(stage, "q:going") < 1
    assert stage.part("q:going").get_attribute("aria-hidden") == "true"
    assert _opacity(stage, "q:a") < 0.5
    stage.wait(DONE_MS)
    assert {node: stage.place_of(node) for node in after} == after
    assert _opacity(stage, "q:a") == 1
    expect(stage.part("q:going")).to_have_count(0)
    assert stage.do("() => [stage.box('q:going'), stage.lane('binding:x:orders>q:going')]") == [None, None]
    assert stage.page.locator("[data-id]").count() == len(placed["nodes"]) + 2 * len(placed["edges"])


def test_lanes_stay_fastened_to_their_nodes_on_the_way(stage: StagePage) -> None:
    """At every moment of a change a lane begins and ends on the edges of its two nodes."""
    stage.set_graph(shop())
    stage.set_graph(shop(queue("a"), queue("b"), queue("c")), animate=True)
    for _ in range(5):
        stage.wait(60)
        source, target = (stage.do("id => stage.box(id)", end) for end in (ORDERS, BILLS))
        begin, end = (stage.do("([id, f]) => stage.lane(id).at(f)", [TO_BILLS.id, f]) for f in (0, 1))
        assert begin[0] == pytest.approx(source["x"] + source["w"], abs=0.5)
        assert end[0] == pytest.approx(target["x"], abs=0.5)
        assert target["y"] <= end[1] <= target["y"] + target["h"]


def test_changes_in_quick_succession_never_jump(stage: StagePage) -> None:
    """Each change begins where things are at that moment, also for what is on its way in or out."""
    graphs = [drawn(shop(*(queue(f"q{i}") for i in range(n)))) for n in (0, 4, 1, 6, 0, 3)]
    stage.set_graph(graphs[0])
    state = """() => [...document.querySelectorAll("[role=button][data-id]")].map((part) =>
        [part.dataset.id, part.getAttribute("transform"), part.getAttribute("opacity"),
         part.querySelector(".labs-line")?.getAttribute("d"), stage.toOverlay()])"""
    for graph in graphs[1:]:
        was = {row[0]: row for row in stage.do(state)}
        stage.set_graph(graph, animate=True)
        now = {row[0]: row for row in stage.do(state)}
        assert {name: now[name] for name in was} == was
        assert all(row[2] in (None, "0") for name, row in now.items() if name not in was)
        stage.wait(70)
    stage.wait(DONE_MS)
    assert {node["id"]: stage.place_of(node["id"]) for node in graphs[-1]["nodes"]} == _places(graphs[-1])
    assert stage.page.locator(".labs-node").count() == len(graphs[-1]["nodes"])


def test_a_lane_of_another_shape_cross_fades(stage: StagePage) -> None:
    """Curves cannot grow out of a straight line: the old one fades while the new one comes; lane() has the new one."""
    placed = stage.set_graph(shop())
    lane = next(each for each in placed["edges"] if each["id"] == TO_BILLS.id)
    old = lane["d"]
    lane["d"] = "M10 10 L200 10"
    stage.set_graph(placed, animate=True)
    stage.wait(150)
    lines = stage.part(TO_BILLS.id).locator(".labs-line")
    assert lines.count() == 2
    assert 0 < float(lines.first.get_attribute("opacity") or 1) < 1
    assert stage.do("id => stage.lane(id).at(1)", TO_BILLS.id) == [200, 10]
    lane["d"] = old
    stage.set_graph(placed, animate=True)
    stage.wait(DONE_MS)
    assert lines.count() == 1


def test_reduced_motion_changes_at_once(page: Page) -> None:
    """No gliding, no fading, no transition of a style."""
    page.emulate_media(reduced_motion="reduce")
    stage = StagePage(page)
    stage.set_graph(shop())
    placed = stage.set_graph(shop(queue("a"), queue("b")), animate=True)
    assert {node["id"]: stage.place_of(node["id"]) for node in placed["nodes"]} == _places(placed)
    assert _opacity(stage, "q:a") == 1
    stage.page.get_by_role("button", name="Zoom in").click()
    assert stage.do("() => stage.toOverlay().k") > 1
    for part in (".labs-cell", ".labs-line"):
        expect(page.locator(part).first).to_have_css("transition-duration", "0s")


def test_the_canvas_lies_exactly_on_the_drawing(stage: StagePage) -> None:
    """Same box, one dot per dot of the screen, and points of lanes are where the browser draws them."""
    stage.set_graph(shop(*(queue(f"q{i}") for i in range(6))))
    looks = [
        "() => 0",
        "() => part('q:bills')[0].focus()",
        "() => document.querySelector('.labs-sight').focus()",
    ]
    keys = ["", "+", "+", "Shift+ArrowLeft", "ArrowDown", "-", "0"]
    for look, key in itertools.product(looks, keys):
        stage.do(look)
        if key:
            stage.page.keyboard.press(key)
        stage.wait(DONE_MS)
        sight, drawing, canvas = stage.do(SIZES)
        assert sight == drawing == canvas
        dots = stage.do("() => [stage.overlay.width, stage.overlay.height, devicePixelRatio]")
        assert dots[:2] == [round(canvas[2] * dots[2]), round(canvas[3] * dots[2])]
        for lane, fraction in itertools.product((TO_BILLS.id, "dead-letter:q:bills>x:dead"), FRACTIONS):
            ours, browsers = stage.do(BOTH_POINTS, [lane, fraction])
            assert math.dist(ours, browsers) < 0.5


def test_the_canvas_follows_while_things_move(stage: StagePage) -> None:
    """Half-way through a change and a zoom too; whoever listens is told."""
    stage.set_graph(shop())
    stage.do("() => { window.views = 0; window.mute = stage.onView(() => { views += 1; }); }")
    stage.set_graph(shop(*(queue(f"q{i}") for i in range(6))), animate=True)
    stage.page.get_by_role("button", name="Zoom in").click()
    for _ in range(4):
        stage.wait(50)
        ours, browsers = stage.do(BOTH_POINTS, [TO_BILLS.id, 0.6])
        assert math.dist(ours, browsers) < 0.5
    assert stage.do("() => views") >= 4
    stage.do(
        "() => { mute(); views = 0; stage.setGraph({ nodes: [], edges: [], columns: [], width: 9, height: 9 }); }"
    )
    stage.wait(DONE_MS)
    assert stage.do("() => views") == 0


def test_ctrl_and_wheel_zoom_to_the_pointer_and_the_plain_wheel_is_the_pages(stage: StagePage) -> None:
    """What is under the pointer stays there."""
    stage.set_graph(shop())
    start = stage.do("() => stage.toOverlay()")
    stage.page.mouse.move(400, 90)
    stage.page.mouse.wheel(0, -100)
    stage.wait(DONE_MS)
    assert stage.do("() => stage.toOverlay()") == start
    left, top = stage.do(SIZES)[0][:2]
    under = [(400 - left - start["dx"]) / start["k"], (90 - top - start["dy"]) / start["k"]]
    stage.page.keyboard.down("Control")
    for turned in (-100, -100, 40):
        stage.page.mouse.wheel(0, turned)
    stage.page.keyboard.up("Control")
    stage.page.wait_for_function("k => stage.toOverlay().k !== k", arg=start["k"])
    stage.wait(DONE_MS)
    now = stage.do("() => stage.toOverlay()")
    assert now["k"] > start["k"]
    still = [(400 - left - now["dx"]) / now["k"], (90 - top - now["dy"]) / now["k"]]
    assert math.dist(under, still) < 0.01


def test_dragging_pans_and_is_no_click_and_a_double_click_shows_the_whole(stage: StagePage) -> None:
    """Begun on a node or beside one; the drawing cannot be dragged out of sight."""
    stage.set_graph(shop())
    start = stage.do("() => stage.toOverlay()")
    box = stage.part(BILLS).bounding_box()
    assert box
    _drag(stage, (box["x"] + 20, box["y"] + 20), (-50, 25))
    now = stage.do("() => stage.toOverlay()")
    assert [now["dx"] - start["dx"], now["dy"] - start["dy"]] == [-50, 25]
    assert stage.told("select") == []
    _drag(stage, (300, 60), (5000, 0))
    shown = stage.part(SHOP).bounding_box()
    assert shown
    assert shown["x"] < 1280
    stage.page.mouse.dblclick(30, 60)
    stage.wait(DONE_MS)
    assert stage.do("() => stage.toOverlay()") == start


def test_it_stays_fitted_when_its_room_changes_until_one_zooms(stage: StagePage) -> None:
    """A narrower window shows the whole, smaller; after a zoom the scale is the reader's own."""
    stage.set_graph(shop())
    scale = stage.do("() => stage.toOverlay().k")
    stage.page.set_viewport_size({"width": 700, "height": 800})
    stage.page.wait_for_function("k => stage.toOverlay().k < k", arg=scale)
    placed = drawn(shop())
    at = stage.do("() => stage.toOverlay()")
    assert at["dx"] >= 0
    assert placed["width"] * at["k"] + at["dx"] <= stage.do(SIZES)[0][2] + 0.5
    stage.page.get_by_role("button", name="Zoom in").click()
    stage.wait(DONE_MS)
    zoomed = stage.do("() => stage.toOverlay()")
    stage.set_graph(shop(queue("a"), queue("b")), animate=True)
    stage.wait(DONE_MS)
    assert stage.do("() => stage.toOverlay()") == zoomed
    stage.page.get_by_role("button", name="Show the whole").click()
    stage.wait(DONE_MS)
    assert stage.do("() => stage.toOverlay().k") < zoomed["k"]


def test_a_part_out_of_sight_comes_into_sight_with_the_focus(stage: StagePage) -> None:
    """Zoomed in, and walked along a lane to the other end of the drawing."""
    stage.set_graph(shop())
    stage.page.keyboard.press("Tab")
    for _ in range(6):
        stage.page.keyboard.press("+")
    stage.page.keyboard.press("Tab")
    for _ in range(6):
        stage.page.keyboard.press("ArrowRight")
        stage.wait(DONE_MS)
    assert stage.focused() == WORKER
    box, view = stage.part(WORKER).locator(".labs-box").bounding_box(), stage.do(SIZES)[0]
    assert box
    assert box["x"] >= view[0]
    assert box["x"] + box["width"] <= view[0] + view[2]
    assert stage.do("() => document.querySelector('.labs-sight').scrollLeft") == 0


def test_a_lane_thickens_with_its_flow(stage: StagePage) -> None:
    """From about a hundred messages a second, and back."""
    stage.set_graph(shop())
    line = stage.part(TO_BILLS.id).locator(".labs-line")
    widths = []
    for flow in (0, 90, 300, 1000, 5000, 0):
        stage.do(
            "([id, flow]) => { stage.flow(id, flow); stage.bump(id); stage.bump('q:bills'); }",
            [TO_BILLS.id, flow],
        )
        line.evaluate(
            "line => Promise.allSettled(line.getAnimations().map((each) => (each.finish(), each.finished)))"
        )
        widths.append(float(line.evaluate("line => parseFloat(getComputedStyle(line).strokeWidth)")))
    assert widths[0] == widths[1] == widths[5]
    assert widths[1] < widths[2] < widths[3] < widths[4] < 10
    stage.do("() => { stage.flow('nobody', 9); stage.bump('nobody'); stage.light(['nobody'], true); }")


def test_nothing_is_left_behind(stage: StagePage) -> None:
    """Five hundred stages opened, drawn on, changed and closed: as many elements and listeners as before."""
    graphs = [drawn(shop()), drawn(shop(queue("a"), queue("b")))]
    rounds = """([graphs, times]) => {
      for (let i = 0; i < times; i += 1) {
        const stage = open_stage();
        const mute = stage.onView(() => 0);
        stage.setGraph(graphs[0], { animate: true });
        stage.setCounts({ queues: { "q:bills": [i % 30, 2] }, holds: { "c:bills:worker-1": [1, true] } });
        stage.light(["q:bills"], true);
        stage.bump("q:bills");
        if (i % 5 === 0) stage.setGraph(graphs[1], { animate: i % 2 === 0 });
        if (i % 2) mute();
        stage.destroy();
      }
      for (let i = 0; i < times / 5; i += 1) {
        stage.setGraph(graphs[i % 2], { animate: i % 3 === 0 });
        stage.setCounts({ queues: { "q:bills": [i, 0], "q:a": [i, i] } });
      }
      stage.setGraph(graphs[0], { animate: false });
    }"""
    stage.do(rounds, [graphs, 10])
    stage.wait(DONE_MS)
    before = _kept(stage)
    stage.do(rounds, [graphs, 500])
    stage.wait(DONE_MS)
    after = _kept(stage)
    assert stage.page.locator(".labs-stage").count() == 1
    assert after["Nodes"] <= before["Nodes"] + 20
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 2
    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + 2_000_000


def _kept(stage: StagePage) -> dict[str, float]:
    """What the browser still holds, after it has thrown away what nobody needs."""
    session = stage.page.context.new_cdp_session(stage.page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return {each["name"]: each["value"] for each in metrics}


def _places(placed: dict[str, Any]) -> dict[str, list[float]]:
    return {node["id"]: [node["x"], node["y"]] for node in placed["nodes"]}


def _opacity(stage: StagePage, node: str) -> float:
    return float(stage.part(node).get_attribute("opacity") or 1)


def _drag(stage: StagePage, at: tuple[float, float], by: tuple[float, float]) -> None:
    mouse = stage.page.mouse
    mouse.move(*at)
    mouse.down()
    mouse.move(at[0] + by[0] / 2, at[1] + by[1] / 2)
    mouse.move(at[0] + by[0], at[1] + by[1])
    mouse.up()
    stage.wait(DONE_MS)
