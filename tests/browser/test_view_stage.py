"""The stage draws what it is told: places, names, numbers; for the pointer, for the keyboard and for the ear."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from labs.drawing.graph import Badge, Edge, Graph, Node, edge
from tests.browser.stage_page import (
    BILLS,
    DEAD,
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

HOSTILE = '<img src=x onerror="window.hurt = 1">'


def test_everything_stands_where_the_drawing_says(stage: StagePage) -> None:
    """Boxes, paths, labels and headings are the drawing's own numbers."""
    placed = stage.set_graph(shop())
    for node in placed["nodes"]:
        assert stage.do("id => stage.box(id)", node["id"]) == {name: node[name] for name in "xywh"}
        expect(stage.part(node["id"])).to_contain_text(node["label"])
    for lane in placed["edges"]:
        path = stage.part(lane["id"]).locator(".labs-line").get_attribute("d") or ""
        assert _numbers(path) == _numbers(lane["d"])
        assert stage.do("id => part(id)[1].textContent", lane["id"]) == lane["label"]
    headings = stage.page.locator(".labs-head")
    assert headings.all_text_contents() == [column["label"] for column in placed["columns"]]
    assert [float(head.get_attribute("x") or 0) for head in headings.all()] == [
        column["x"] for column in placed["columns"]
    ]


def test_a_queue_shows_what_is_ready_and_what_is_with_consumers(stage: StagePage) -> None:
    """Figures with their words, cells of two kinds, and the limit; the label says the same."""
    stage.set_graph(shop())
    stage.set_counts(queues={BILLS: [3, 2]})
    bills = stage.part(BILLS)
    expect(bills.locator(".labs-figures")).to_have_text("3/10 ready")
    expect(bills.locator(".labs-unacked")).to_have_text("2 unacked")
    assert [bills.locator(f".labs-cell{kind}").count() for kind in ("", ".is-ready", ".is-unacked")] == [
        10,
        3,
        2,
    ]
    assert stage.said(BILLS).endswith("3 ready, 2 unacknowledged")
    stage.set_counts(queues={BILLS: [9, 0]})
    expect(bills.locator(".labs-fill")).to_have_class(re.compile("is-near"))
    assert "near its limit of 10" in stage.said(BILLS)
    expect(stage.page.get_by_text("near its limit", exact=True)).to_be_visible()
    stage.set_counts(queues={BILLS: [10, 0]})
    assert "at its limit of 10" in stage.said(BILLS)


def test_a_bar_fills_up_one_cell_for_a_message_and_darkens_above_sixteen(stage: StagePage) -> None:
    """More messages never look like fewer, and each sort that there is stays visible."""
    fills = stage.do(
        """async () => { const { fillOf } = await import("/meters.js");
        return Array.from({ length: 3000 }, (_, n) => fillOf(n, 0)); }"""
    )
    assert [fill["ready"] for fill in fills[:17]] == list(range(17))
    assert all(fill["ready"] == 16 for fill in fills[16:])
    dark = [fill["deep"] for fill in fills]
    assert dark == sorted(dark)
    assert (dark[16], dark[17], dark[2999]) == (0, 1, 14)
    for ready, unacked, limit in [
        (500, 1, None),
        (1, 500, None),
        (16, 1, None),
        (9, 9, 10),
        (1000, 3, 1000),
        (0, 40, 5),
    ]:
        fill = stage.do(
            "async (given) => (await import('/meters.js')).fillOf(...given)", [ready, unacked, limit]
        )
        assert fill["ready"] + fill["unacked"] == fill["cells"]
        assert bool(fill["ready"]) == bool(ready)
        assert fill["unacked"] > 0


def test_a_consumer_shows_what_it_holds_against_its_prefetch(stage: StagePage) -> None:
    """Pips and figures; `≈` where the broker only knows it for the queue; automatic acknowledgement holds nothing."""
    eager = Node(id="c:bills:eager", kind="consumer", name="eager", auto_ack=True)
    graph = shop()
    stage.set_graph(Graph(name=graph.name, nodes=(*graph.nodes, eager), edges=graph.edges))
    stage.set_counts(holds={WORKER: [2, True]})
    worker = stage.part(WORKER)
    expect(worker.locator(".labs-pips")).to_contain_text("2/5")
    assert worker.locator(".labs-pip").count() == 5
    assert worker.locator(".labs-pip.is-held").count() == 2
    assert stage.said(WORKER).endswith("holds 2 of 5")
    stage.set_counts(holds={WORKER: [4, False]})
    expect(worker.locator(".labs-pips")).to_contain_text("≈ 4/5")
    assert stage.said(WORKER).endswith("holds about 4 of 5")
    assert "automatic acknowledgement" in stage.said(eager.id)
    many = """async (given) => { const { pips, held } = (await import("/meters.js")).pipsOf(...given);
    return [pips, held]; }"""
    wanted = {(0, 100, 10): [10, 0], (1, 100, 10): [10, 1], (99, 100, 10): [10, 9], (100, 100, 10): [10, 10]}
    for given, seen in (wanted | {(3, 5, 10): [5, 3], (5, 9, 0): [0, 0]}).items():
        assert stage.do(many, list(given)) == seen


def test_totals_stand_on_lanes_and_lost_messages_below_their_exchange(stage: StagePage) -> None:
    """How many came along, beside the pattern; a red cross with the number that no queue took."""
    stage.set_graph(shop())
    assert not stage.part(ORDERS).locator(".labs-lost").is_visible()
    stage.set_counts(lanes={TO_BILLS.id: 12, f"publish:{SHOP}>{ORDERS}": 12345}, unroutable={ORDERS: 3})
    assert stage.do("id => part(id)[1].querySelector('.labs-sum').textContent", TO_BILLS.id) == "×12"
    assert stage.said(TO_BILLS.id).endswith("12 messages")
    assert "×12.3k" in stage.page.locator(".labs-chips").text_content()
    expect(stage.part(ORDERS).locator(".labs-lost")).to_have_text("✕ 3")
    assert stage.said(ORDERS).endswith("3 unroutable")


def test_badges_are_drawn_and_the_tooltip_says_what_they_mean(stage: StagePage) -> None:
    """Short on the node, in words when one looks at it; the label has the words anyway."""
    badges = (Badge(mark="D", text="durable"), Badge(mark="TTL 5 s", text="a message waits 5 s at most"))
    stage.set_graph(shop(queue("waiting", badges=badges)))
    node = stage.part("q:waiting")
    assert node.locator(".labs-badge-text").all_text_contents() == ["TTL 5 s", "D"]
    tip = stage.page.locator(".labs-tip")
    expect(tip).to_be_hidden()
    node.hover()
    expect(tip).to_contain_text("TTL 5 s")
    expect(tip).to_contain_text("a message waits 5 s at most")
    stage.page.mouse.move(2, 2)
    expect(tip).to_be_hidden()


def test_each_type_of_exchange_has_its_own_icon(stage: StagePage) -> None:
    """Direct, topic, fanout, headers; one for whatever a plugin adds, even under an odd name."""
    types = ("direct", "topic", "fanout", "headers", "x-random", "constructor")
    nodes = tuple(Node(id=f"x:{kind}", kind="exchange", name=kind, type=kind) for kind in types)
    stage.set_graph(Graph(name="icons", nodes=nodes))
    icons = [stage.part(node.id).locator(".labs-icon").get_attribute("data-icon") for node in nodes]
    assert icons == ["direct", "topic", "fanout", "headers", "other", "other"]


def test_hostile_names_stay_text(stage: StagePage) -> None:
    """Markup in any name, pattern, badge or heading is shown as the letters that it is."""
    badge = Badge(mark=HOSTILE, text=HOSTILE)
    evil = Node(id=f"q:{HOSTILE}", kind="queue", name=HOSTILE, type=HOSTILE, badges=(badge,))
    source = Node(id=f"x:{HOSTILE}", kind="exchange", name=HOSTILE, type=HOSTILE)
    graph = Graph(
        name=HOSTILE, nodes=(evil, source), edges=(edge("binding", source.id, evil.id, (HOSTILE, "#")),)
    )
    placed = drawn(graph)
    for node in placed["nodes"]:
        node["label"] = HOSTILE
    placed["columns"][0]["label"] = HOSTILE
    stage.set_graph(placed)
    stage.set_counts(queues={evil.id: [1, 1]})
    stage.do("id => part(id)[0].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))", evil.id)
    expect(stage.page.locator(".labs-tip")).to_contain_text(HOSTILE)
    assert stage.told("hover") == [evil.id]
    assert stage.page.locator("img").count() == 0
    assert stage.do("() => window.hurt") is None
    assert HOSTILE in stage.do("id => part(id)[0].getAttribute('aria-label')", evil.id)


def test_the_keyboard_reaches_every_part_along_the_lanes(stage: StagePage) -> None:
    """Tab comes to the view, then to one part; the arrows walk from there, and Tab leaves again."""
    stage.set_graph(shop())
    press = stage.page.keyboard.press
    press("Tab")
    expect(stage.page.locator(".labs-sight")).to_be_focused()
    expect(stage.page.locator(".labs-help")).to_be_visible()
    press("Tab")
    assert stage.focused() == SHOP
    walk = {
        "ArrowRight": [
            f"publish:{SHOP}>{ORDERS}",
            ORDERS,
            TO_BILLS.id,
            BILLS,
            f"consume:{BILLS}>{WORKER}",
            WORKER,
        ]
    }
    for wanted in walk["ArrowRight"]:
        press("ArrowRight")
        assert stage.focused() == wanted
    for wanted in (f"consume:{BILLS}>{WORKER}", BILLS):
        press("ArrowLeft")
        assert stage.focused() == wanted
    press("Home")
    assert stage.focused() == SHOP
    press("Tab")
    assert stage.page.get_by_role("button", name="Zoom out").evaluate(
        "each => each === document.activeElement"
    )
    press("Shift+Tab")
    assert stage.focused() == SHOP
    seen = {SHOP}
    for _ in range(5):
        press("ArrowDown")
        seen.add(str(stage.focused()))
    assert seen == {node.id for node in shop().nodes}


def test_the_focus_is_visible_and_what_it_is_on_is_told(stage: StagePage) -> None:
    """A ring around a node, a strong line for a lane; the hook hears of both, once each."""
    stage.set_graph(shop())
    for _ in range(2):
        stage.page.keyboard.press("Tab")
    ring = stage.part(SHOP).locator(".labs-ring")
    expect(ring).to_have_css("opacity", "1")
    expect(stage.part(BILLS).locator(".labs-ring")).to_have_css("opacity", "0")
    stage.page.keyboard.press("ArrowRight")
    lane = f"publish:{SHOP}>{ORDERS}"
    expect(stage.part(lane).locator(".labs-line")).to_have_css("stroke-width", "4px")
    assert stage.told("hover") == [SHOP, lane]
    stage.page.keyboard.press("Escape")
    expect(stage.page.locator(".labs-sight")).to_be_focused()
    assert stage.told("hover") == [SHOP, lane, None]


def test_enter_space_and_a_click_choose_a_part(stage: StagePage) -> None:
    """A group is opened instead, and the focus goes on to its first member."""
    members = tuple(queue(f"eu.{number}") for number in range(3))
    group = Node(
        id="g:eu.*", kind="group", name="eu.*", type="queue", members=tuple(node.id for node in members)
    )
    stage.set_graph(shop(group))
    stage.part(BILLS).focus()
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press("Space")
    stage.part(ORDERS).click()
    assert stage.told("select") == [BILLS, BILLS, ORDERS]
    stage.part(group.id).focus()
    stage.page.keyboard.press("Enter")
    assert stage.told("expand") == [group.id]
    stage.set_counts(queues={"q:eu.0": [2, 0], "q:eu.2": [40, 1]})
    assert stage.said(group.id).endswith("3 queues, 42 ready, 1 unacknowledged in all; press Enter to open")
    stage.set_graph(shop(*members))
    assert stage.focused() == "q:eu.0"
    assert stage.said("q:eu.2").endswith("40 ready, 1 unacknowledged")
    close = stage.page.get_by_role("button", name="Close the group eu.*")
    close.press("Enter")
    assert stage.told("expand") == [group.id, group.id]
    stage.set_graph(shop(group), animate=True)
    assert stage.focused() == group.id
    expect(close).to_have_count(0)


def test_pointing_at_a_pattern_lights_its_lane_and_both_ends(stage: StagePage) -> None:
    """The lit ones, and the hook that lets others light the keys that matched."""
    stage.set_graph(shop())
    stage.page.locator(".labs-chip", has_text="order.created").hover()
    lit = stage.do(
        "() => [...document.querySelectorAll('[role=button].is-lit')].map((part) => part.dataset.id).sort()"
    )
    assert lit == sorted([TO_BILLS.id, ORDERS, BILLS])
    assert stage.told("hover")[-1] == TO_BILLS.id
    stage.page.mouse.move(2, 2)
    assert stage.told("hover")[-1] is None
    assert stage.page.locator(".is-lit").count() == 0


def test_light_is_counted(stage: StagePage) -> None:
    """Two who want a part lit: it goes dark when both have let go."""
    stage.set_graph(shop())
    dead = stage.part(DEAD)
    for on, lit in ((True, True), (True, True), (False, True), (False, False)):
        stage.do("([id, on]) => stage.light([id], on)", [DEAD, on])
        assert ("is-lit" in (dead.get_attribute("class") or "")) is lit


def test_labels_follow_the_counts_politely(stage: StagePage) -> None:
    """No live region, and at most one new label for a part in a second, with the last numbers in it."""
    stage.set_graph(shop())
    stage.set_counts(queues={BILLS: [0, 0]})
    stage.do(
        """id => { window.changes = 0; new MutationObserver((all) => { changes += all.length; })
        .observe(part(id)[0], { attributes: true, attributeFilter: ["aria-label"] }); }""",
        BILLS,
    )
    for number in range(1, 10):
        stage.do("([id, n]) => stage.setCounts({ queues: { [id]: [n, 0] } })", [BILLS, number])
        stage.wait(50)
    stage.wait(DONE_MS)
    assert stage.do("() => changes") == 1
    assert "9 ready" in stage.said(BILLS)
    assert stage.page.locator("[aria-live], [role=status], [role=alert]").count() == 0


def test_forty_queues_and_sixty_bindings_are_legible(stage: StagePage) -> None:
    """All in sight at 1280, nothing on top of anything else, no text smaller than nine pixels."""
    queues = tuple(queue(f"{name}.{kind}") for name in "abcdefghij" for kind in ("in", "out", "late", "lost"))
    exchanges = tuple(
        Node(id=f"x:{name}", kind="exchange", name=name, type="topic") for name in ("left", "right")
    )
    edges: tuple[Edge, ...] = tuple(
        edge("binding", exchanges[i % 2].id, node.id, (f"key.{i}",)) for i, node in enumerate(queues)
    )
    edges += tuple(edge("binding", exchanges[1].id, node.id, ("#",)) for node in queues[:40:2])
    assert len(edges) == 60
    stage.set_graph(Graph(name="many", nodes=(*exchanges, *queues), edges=edges))
    boxes = stage.do(
        """() => [...document.querySelectorAll(".labs-node .labs-box")]
        .map((box) => box.getBoundingClientRect().toJSON())"""
    )
    view = stage.do("() => document.querySelector('.labs-sight').getBoundingClientRect().toJSON()")
    assert len(boxes) == 42
    for index, box in enumerate(boxes):
        assert box["left"] >= view["left"]
        assert box["bottom"] <= view["bottom"]
        assert box["right"] <= view["right"]
        assert not any(_overlap(box, other) for other in boxes[index + 1 :])
    sizes = stage.do(
        """() => [...document.querySelectorAll(".labs-name, .labs-chip-text")]
        .map((text) => parseFloat(getComputedStyle(text).fontSize) * stage.toOverlay().k)"""
    )
    assert min(sizes) >= 9


def _numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", path)]


def _overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    across = one["left"] < other["right"] and other["left"] < one["right"]
    return across and one["top"] < other["bottom"] and other["top"] < one["bottom"]
