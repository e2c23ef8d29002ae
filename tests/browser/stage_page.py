"""A bare page with only the stage in it: the modules as they are, served from their folder, and no server.

Time stands still until a test lets it pass, so half-way is half-way on a busy machine too.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, Route

from labs.course.watch.module import STATIC
from labs.drawing.graph import Badge, Graph, Node, consumer_id, edge, exchange_id, producer_id, queue_id
from labs.drawing.layout import place

ORIGIN = "https://stage.test"
PAGE = """<!doctype html><meta charset="utf-8"><title>stage</title><link rel="stylesheet" href="/view.css">
<style>body { margin: 10px }</style><section class="labs-view" id="here"></section>
<script type="module">
import { createStage } from "/stage.js";
window.told = [];
window.open_stage = () => {
  const tell = (name) => (what) => told.push([name, what?.id ?? what ?? null]);
  const hooks = { onHover: tell("hover"), onSelect: tell("select"), onExpand: tell("expand") };
  return createStage(document.querySelector("#here"), hooks);
};
window.stage = open_stage();
window.part = (id) => [...document.querySelectorAll("[data-id]")].filter((each) => each.dataset.id === id);
</script>"""
TYPES = {"js": "text/javascript", "css": "text/css"}
DURABLE = Badge(mark="D", text="durable")
#: Longer than any animation of the stage.
DONE_MS = 1_000

BILLS, WORKER = queue_id("bills"), consumer_id("bills", "worker-1")
SHOP, ORDERS, DEAD = producer_id("shop"), exchange_id("orders"), exchange_id("dead")
TO_BILLS = edge("binding", ORDERS, BILLS, ("order.created", "order.paid"))


def shop(*more: Node) -> Graph:
    """A shop with bills, their rejects, and whatever queues are asked for besides."""
    nodes = (
        Node(id=SHOP, kind="producer", name="shop"),
        Node(id=ORDERS, kind="exchange", name="orders", type="topic"),
        Node(id=DEAD, kind="exchange", name="dead", type="fanout", dead=True),
        Node(id=BILLS, kind="queue", name="bills", type="classic", limit=10, badges=(DURABLE,)),
        Node(id=queue_id("dead"), kind="queue", name="dead", type="classic", dead=True, badges=(DURABLE,)),
        Node(id=WORKER, kind="consumer", name="worker-1", prefetch=5),
        *more,
    )
    edges = (
        edge("publish", SHOP, ORDERS),
        TO_BILLS,
        edge("dead-letter", BILLS, DEAD),
        edge("binding", DEAD, queue_id("dead")),
        edge("consume", BILLS, WORKER),
        *(edge("binding", ORDERS, node.id, ("#",)) for node in more),
    )
    return Graph(name="02_exchanges", nodes=nodes, edges=edges)


def queue(name: str, **more: Any) -> Node:
    """A plain queue."""
    return Node(id=queue_id(name), kind="queue", name=name, type="classic", **more)


def drawn(graph: Graph) -> dict[str, Any]:
    """The graph with a place for everything, as the page gets it."""
    return place(graph).as_json()


class StagePage:
    """A page with an open stage, and a clock that the test moves on."""

    def __init__(self, page: Page, *, width: int = 1280) -> None:
        self.page = page
        page.set_viewport_size({"width": width, "height": 800})
        page.clock.install(time=0)
        page.clock.pause_at(1_000)
        page.route(f"{ORIGIN}/**", self._serve)
        page.goto(f"{ORIGIN}/")
        page.wait_for_function("window.stage")

    def _serve(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if not name:
            return route.fulfill(body=PAGE, content_type="text/html")
        body = (STATIC / name).read_text(encoding="utf-8")
        return route.fulfill(body=body, content_type=TYPES[name.rpartition(".")[2]])

    def set_graph(self, graph: Graph | dict[str, Any], *, animate: bool = False) -> dict[str, Any]:
        """Draw a graph; answer with its places."""
        placed = drawn(graph) if isinstance(graph, Graph) else graph
        self.page.evaluate("([graph, animate]) => stage.setGraph(graph, { animate })", [placed, animate])
        return placed

    def set_counts(self, **counts: Any) -> None:
        """Show counts, and let the labels follow."""
        self.page.evaluate("counts => stage.setCounts(counts)", counts)
        self.wait(DONE_MS)

    def wait(self, ms: int) -> None:
        """Let time pass in the page."""
        self.page.clock.run_for(ms)

    def do(self, script: str, argument: Any = None) -> Any:
        """Evaluate something in the page, where `stage`, `told` and `part(id)` are known."""
        return self.page.evaluate(script, argument)

    def part(self, node_id: str) -> Locator:
        """The focusable element of a node or a lane."""
        return self.page.locator(f'[role=button][data-id="{node_id}"]')

    def said(self, node_id: str) -> str:
        """What a screen reader is told about a part."""
        return str(self.part(node_id).get_attribute("aria-label"))

    def focused(self) -> str | None:
        """The id of the part that has the focus."""
        found = self.do("() => document.activeElement.dataset.id ?? null")
        return None if found is None else str(found)

    def told(self, name: str) -> list[Any]:
        """What the stage has called back with."""
        return [what for called, what in self.do("() => told") if called == name]

    def place_of(self, node_id: str) -> list[float]:
        """Where a node stands at this moment, in graph units."""
        box = self.do("id => stage.box(id)", node_id)
        return [box["x"], box["y"]]
