"""The stage can be read: contrast by WCAG 2.2 AA, computed from what the browser shows, in each theme.

Text needs 4.5 to 1 against what lies behind it (1.4.3), lines and marks that carry a meaning need 3 to 1 (1.4.11).
https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from labs.drawing.graph import Badge, Graph, Node, edge
from tests.browser.stage_page import BILLS, DURABLE, ORDERS, TO_BILLS, WORKER, StagePage, queue, shop

#: What JupyterLab 4 and VS Code set: an attribute or a class of the body, and custom properties.
THEMES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "a plain light page": ("light", {}, {}),
    "a plain dark page": ("dark", {}, {}),
    "JupyterLab Light on a dark system": (
        "dark",
        {"data-jp-theme-light": "true"},
        {"--jp-layout-color0": "white", "--jp-ui-font-color0": "rgba(0,0,0,1)"},
    ),
    "JupyterLab Dark on a light system": (
        "light",
        {"data-jp-theme-light": "false"},
        {"--jp-layout-color0": "#111111", "--jp-ui-font-color0": "rgba(255,255,255,1)"},
    ),
    "VS Code Light": ("dark", {"class": "vscode-light"}, {"--vscode-editor-background": "#ffffff"}),
    "VS Code Dark": ("light", {"class": "vscode-dark"}, {"--vscode-editor-background": "#1f1f1f"}),
}
#: Every pair of colours that touch: (what, its property, what lies behind it, its property).
#: `.` means: inside the same node. The rest is looked up in the whole view.
PAIRS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = "#000";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const of = (part, property) => rgb(getComputedStyle(part)[property]);
  const shown = (part) => part.textContent && part.getClientRects().length && !part.closest("[hidden]");
  const stage = document.querySelector(".labs-stage");
  const ground = of(stage, "backgroundColor");
  const pairs = [];
  const name = (part) => `${part.getAttribute("class")} in ${part.closest("[data-id]")?.dataset.id}`;
  for (const text of document.querySelectorAll(".labs-svg text, .labs-svg tspan")) {
    if (!shown(text) || (text.tagName === "text" && text.querySelector("tspan"))) continue;
    const node = text.closest(".labs-node"), chip = text.closest(".labs-chip");
    let behind = ground;
    if (chip) behind = of(chip.querySelector(".labs-chip-box"), "fill");
    else if (text.classList.contains("labs-badge-text")) behind = of(text.previousSibling, "fill");
    else if (text.classList.contains("labs-lost-text")) behind = of(text.parentNode.firstChild, "fill");
    else if (node) behind = of(node.querySelector(":scope > .labs-box"), "fill");
    pairs.push([name(text), of(text, "fill"), behind, 4.5]);
  }
  for (const text of document.querySelectorAll(".labs-foot li, .labs-foot button")) {
    if (shown(text)) pairs.push([text.textContent, of(text, "color"), ground, 4.5]);
  }
  for (const node of document.querySelectorAll(".labs-node")) {
    const box = of(node.querySelector(":scope > .labs-box"), "fill");
    const mark = (part, property, behind, least = 3) => pairs.push([name(part), of(part, property), behind, least]);
    mark(node.querySelector(":scope > .labs-box"), "stroke", ground);
    mark(node.querySelector(".labs-ring"), "stroke", ground);
    for (const badge of node.querySelectorAll(".labs-badge, .labs-lost-box")) mark(badge, "stroke", box);
    for (const pip of node.querySelectorAll(".labs-pip")) mark(pip, "stroke", box);
    for (const pip of node.querySelectorAll(".labs-pip.is-held")) mark(pip, "fill", box);
    for (const stop of node.querySelectorAll(".labs-stop")) mark(stop, "stroke", box);
    const tile = node.querySelector(".labs-tile");
    for (const icon of node.querySelectorAll(".labs-icon")) mark(icon, "stroke", tile ? of(tile, "fill") : box);
    if (tile) mark(tile, "fill", box);
    const near = node.querySelector(".labs-fill.is-near");
    const empty = node.querySelector(".labs-cell:not(.is-ready, .is-unacked)");
    for (const cell of node.querySelectorAll(".labs-cell.is-ready:not(.is-deep)")) {
      mark(cell, near ? "stroke" : "fill", box);
      if (empty && !near) mark(cell, "fill", of(empty, "fill"));
    }
    for (const cell of node.querySelectorAll(".labs-cell.is-deep")) mark(cell, "fill", box);
  }
  const deep = document.querySelector(".is-queue:not(.is-dead) .labs-cell.is-deep");
  const plain = deep.parentNode.querySelector(".labs-cell.is-ready:not(.is-deep)");
  pairs.push(["dark cells among others", of(deep, "fill"), of(plain, "fill"), 3]);
  const stripe = document.querySelector(".labs-hatch-stripe");
  pairs.push(["stripes", of(stripe, "fill"), of(document.querySelector(".labs-hatch-ground"), "fill"), 3]);
  for (const line of document.querySelectorAll(".labs-line")) pairs.push([name(line), of(line, "stroke"), ground, 3]);
  for (const button of document.querySelectorAll(".labs-zoom button"))
    pairs.push(["a button's edge", of(button, "borderTopColor"), ground, 3]);
  return pairs;
}"""


@pytest.mark.parametrize("theme", THEMES)
def test_everything_that_means_something_can_be_told_from_what_is_behind_it(page: Page, theme: str) -> None:
    """Text, lines, marks, icons, cells, pips, the focus; at rest and lit."""
    scheme, attributes, properties = THEMES[theme]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    stage = StagePage(page)
    stage.do(
        """([attributes, properties]) => {
          for (const [name, value] of Object.entries(attributes)) document.body.setAttribute(name, value);
          for (const [name, value] of Object.entries(properties)) document.body.style.setProperty(name, value);
        }""",
        [attributes, properties],
    )
    stage.set_graph(_everything())
    stage.set_counts(
        queues={BILLS: [9, 1], "q:deep": [900, 3], "q:dead": [4, 1], "q:few": [3, 2]},
        holds={WORKER: [2, True]},
        lanes={TO_BILLS.id: 7, "dead-letter:q:bills>x:dead": 2},
        unroutable={ORDERS: 3},
    )
    pairs = stage.do(PAIRS)
    stage.do("ids => stage.light(ids, true)", [BILLS, TO_BILLS.id, "dead-letter:q:bills>x:dead"])
    pairs += stage.do(PAIRS)
    assert len(pairs) > 150
    assert all(front[3] == behind[3] == 255 for _, front, behind, _ in pairs)
    faint = {
        f"{what}: {front[:3]} on {behind[:3]} is {_contrast(front, behind):.2f}, not {least}"
        for what, front, behind, least in pairs
        if _contrast(front, behind) < least
    }
    assert not faint
    dark = "dark" in theme.lower().split(" on ")[0]
    assert (_luminance(stage.do("() => " + GROUND)) < 0.1) is dark


def test_a_theme_that_changes_changes_the_stage(page: Page) -> None:
    """JupyterLab's theme can be switched while the view stands: no reload, and a script can read the colours."""
    stage = StagePage(page)
    stage.set_graph(shop())
    seen = []
    for light in ("true", "false", "true"):
        stage.do("light => document.body.setAttribute('data-jp-theme-light', light)", light)
        seen.append(stage.do("() => " + GROUND))
        ink = stage.do("() => getComputedStyle(stage.root).getPropertyValue('--labs-ink')")
        assert ink.startswith("rgb(")
    assert seen[0] == seen[2] != seen[1]


GROUND = "getComputedStyle(stage.root).backgroundColor.match(/[\\d.]+/g).map(Number)"


def _everything() -> Graph:
    """Each kind of node, lane, badge and cell that there is."""
    more = (queue("deep", badges=(DURABLE, Badge(mark="quorum", text="quorum"))), queue("few"))
    graph = shop(*more)
    nodes = (
        Node(
            id="x:other", kind="exchange", name="other", type="headers", badges=(Badge(mark="T", text="T"),)
        ),
        Node(id="g:eu.*", kind="group", name="eu.*", type="queue", members=("q:a", "q:b")),
        Node(id="c:few:auto", kind="consumer", name="auto", auto_ack=True),
    )
    edges = (edge("alternate", ORDERS, "x:other"), edge("binding", "x:other", "g:eu.*", ("tier='gold'",)))
    edges += (edge("consume", "q:few", "c:few:auto"),)
    return Graph(name=graph.name, nodes=(*graph.nodes, *nodes), edges=(*graph.edges, *edges))


def _luminance(colour: list[Any]) -> float:
    """As https://www.w3.org/TR/WCAG22/#dfn-relative-luminance has it."""
    parts = [part / 255 for part in colour[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: list[Any], other: list[Any]) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)
