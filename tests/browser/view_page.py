"""A bare page with the live view in it: the joined module, and a stub of the model that anywidget would give it.

No Jupyter, no broker: what the view does with a line is asked here, line by line. `ViewPage.feed` stamps lines
with the page's own clock, as a tap without any delay would.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

from playwright.sync_api import Page, Route

from labs.course.watch.module import STATIC, joined_module, joined_style
from labs.drawing.graph import (
    Edge,
    Graph,
    Node,
    consumer_id,
    edge,
    edge_id,
    exchange_id,
    producer_id,
    queue_id,
)
from labs.drawing.layout import place

Line = dict[str, Any]

ORIGIN = "https://view.test"
PAGE = """<!doctype html><meta charset="utf-8"><title>view</title><link rel="stylesheet" href="/view.css">
<style>body { margin: 12px; font: 14px system-ui } body.dark { background: #111 }</style><div id="here"></div>"""
STUB = """
class Model {
  constructor(state) { this.state = state; this.heard = new Map(); this.sent = []; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; for (const act of this.heard.get("change:" + name) ?? []) act(); }
  save_changes() {}
  on(name, act) { this.heard.set(name, [...(this.heard.get(name) ?? []), act]); }
  off(name, act) { this.heard.set(name, (this.heard.get(name) ?? []).filter((each) => each !== act)); }
  send(message) { this.sent.push(message); }
  say(message) { for (const act of this.heard.get("msg:custom") ?? []) act(message, []); }
  get listeners() { return [...this.heard.values()].reduce((sum, acts) => sum + acts.length, 0); }
}
window.makeModel = async (state) => {
  window.model = new Model(state);
  window.widget = await (await import("/view.mjs")).default();
  window.destroyed = new AbortController();
  await widget.initialize({ model, signal: destroyed.signal });
};
window.openView = () => {
  window.abort = new AbortController();
  window.endView = widget.render({ model, el: document.querySelector("#here"), signal: abort.signal });
  window.view = [...document.querySelectorAll(".labs-view")].at(-1);
};
window.feed = (lines) => {
  const now = performance.now();
  for (const line of lines) {
    line.at = line.at ?? now;
    for (const event of line.events ?? []) event.at = line.at - (event.ago ?? 0);
    model.say(line);
  }
};
"""


def shop() -> Graph:
    """A small shop: a topic exchange, an audit trail behind it, and a queue whose rejects are kept."""
    worker, auditor = consumer_id("bills", "worker-1"), consumer_id("log", "auditor")
    nodes = (
        Node(id=producer_id("shop"), kind="producer", name="shop"),
        Node(id=producer_id("app"), kind="producer", name="app"),
        Node(id=exchange_id("orders"), kind="exchange", name="orders", type="topic"),
        Node(id=exchange_id("audit"), kind="exchange", name="audit", type="fanout"),
        Node(id=exchange_id("dead"), kind="exchange", name="dead", type="fanout"),
        Node(id=queue_id("bills"), kind="queue", name="bills", type="classic"),
        Node(id=queue_id("stock"), kind="queue", name="stock", type="classic"),
        Node(id=queue_id("log"), kind="queue", name="log", type="classic"),
        Node(id=queue_id("dead"), kind="queue", name="dead", type="classic", dead=True),
        Node(id=worker, kind="consumer", name="worker-1", prefetch=5, auto_ack=False),
        Node(id=auditor, kind="consumer", name="auditor", auto_ack=True),
    )
    edges: tuple[Edge, ...] = (
        edge("publish", producer_id("shop"), exchange_id("orders")),
        edge("publish", producer_id("app"), exchange_id("orders")),
        edge("binding", exchange_id("orders"), exchange_id("audit"), ("#",)),
        edge("binding", exchange_id("orders"), queue_id("bills"), ("order.created", "order.paid")),
        edge("binding", exchange_id("orders"), queue_id("stock"), ("order.*",)),
        edge("binding", exchange_id("audit"), queue_id("log"), ("",)),
        edge("dead-letter", queue_id("bills"), exchange_id("dead")),
        edge("binding", exchange_id("dead"), queue_id("dead"), ("",)),
        edge("consume", queue_id("bills"), worker),
        edge("consume", queue_id("log"), auditor),
    )
    return Graph(name="02_exchanges", nodes=nodes, edges=edges)


PUBLISH = edge_id("publish", "p:shop", "x:orders")
TO_BILLS = edge_id("binding", "x:orders", "q:bills")
TO_STOCK = edge_id("binding", "x:orders", "q:stock")
TO_AUDIT = edge_id("binding", "x:orders", "x:audit")
TO_LOG = edge_id("binding", "x:audit", "q:log")
CONSUME = edge_id("consume", "q:bills", "c:bills:worker-1")
DEAD = (edge_id("dead-letter", "q:bills", "x:dead"), edge_id("binding", "x:dead", "q:dead"))
_WAYS = {"q:bills": [TO_BILLS], "q:stock": [TO_STOCK], "q:log": [TO_AUDIT, TO_LOG]}
_numbers = itertools.count(1)


def about(key: str, name: str | None = None, **more: Any) -> Line:
    """What the tap tells about a message."""
    return {
        "key": key,
        "id": name,
        "headers": {},
        "properties": {"content_type": "application/json", "delivery_mode": 2},
        "body": '{"order": 42}',
        "bytes": 13,
        "why": [f"orders --[{key}]--> bills: same words"],
    } | more


def publish(
    name: str | None = None,
    *,
    key: str = "order.created",
    queues: tuple[str, ...] = ("q:bills", "q:stock", "q:log"),
    n: int = 1,
    **more: Any,
) -> Line:
    """An event: the shop publishes; one copy for each of `queues`."""
    name = name or f"order-{next(_numbers)}"
    return {
        "kind": "publish",
        "n": n,
        "message": f"m:{name}",
        "from": "p:shop",
        "exchange": "x:orders",
        "lane": PUBLISH,
        "copies": [_WAYS[queue] for queue in queues],
        "queues": list(queues),
        "lost": not queues,
        "about": about(key, name),
    } | more


def deliver(name: str, *, key: str = "order.created", again: bool = False, n: int = 1, **more: Any) -> Line:
    """An event: bills gives a message to worker-1."""
    return {
        "kind": "deliver",
        "n": n,
        "message": f"m:{name}",
        "queue": "q:bills",
        "to": "c:bills:worker-1",
        "lane": CONSUME,
        "again": again,
        "about": about(key, name, why=["from bills" + (", redelivered" if again else "")]),
    } | more


def dead(n: int = 1, **more: Any) -> Line:
    """An event: messages of bills were dead-lettered, as the depths say."""
    return {
        "kind": "dead",
        "n": n,
        "message": None,
        "queue": "q:bills",
        "lanes": list(DEAD),
        "to": "q:dead",
        "reason": None,
        "inferred": True,
    } | more


def gone(n: int = 1, **more: Any) -> Line:
    """An event: messages of bills are not there any more."""
    words = "expired, dropped, refused or purged"
    return {
        "kind": "gone",
        "n": n,
        "message": None,
        "queue": "q:bills",
        "reason": words,
        "inferred": True,
    } | more


def batch(*events: Line, **more: Any) -> Line:
    """A line with events."""
    traced = sum(event["n"] for event in events if not event.get("inferred"))
    return {
        "type": "batch",
        "seen": traced,
        "drawn": len(events),
        "behind": False,
        "events": list(events),
    } | more


def counts(holds: dict[str, Any] | None = None, /, **queues: tuple[int, int]) -> Line:
    """A line with exact counts: `counts(bills=(1, 0))`; queues not named are empty."""
    named = {name: queues.get(name, (0, 0)) for name in ("bills", "stock", "log", "dead")}
    exact = {queue_id(name): list(pair) for name, pair in named.items()}
    return {"type": "counts", "queues": exact, "holds": holds or {"c:bills:worker-1": [0, True]}}


def _answer(route: Route, **answer: str) -> None:
    route.fulfill(**answer)


def serve(page: Page) -> None:
    """Answer for the page, its style, the joined module, and each module by itself (`/static/player.js`)."""
    served = {
        "": (PAGE, "text/html"),
        "view.css": (joined_style(), "text/css"),
        "view.mjs": (joined_module(), "text/javascript"),
    }
    for file in STATIC.glob("*.js"):
        served[f"static/{file.name}"] = (file.read_text(encoding="utf-8"), "text/javascript")
    for name, (body, kind) in served.items():
        page.route(f"{ORIGIN}/{name}", partial(_answer, body=body, content_type=kind))
    page.goto(f"{ORIGIN}/")


class ViewPage:
    """A page with an open view."""

    def __init__(self, page: Page, *, graph: Graph | None = None, opened: bool = True, **state: Any) -> None:
        self.page = page
        serve(page)
        page.add_script_tag(content=STUB)
        first = {
            "graph": place(graph or shop()).as_json(),
            "counts": {},
            "status": {"state": "live", "text": "Every dot is one message of the broker's own trace."},
            "options": {},
        }
        page.evaluate("state => makeModel(state)", first | state)
        if opened:
            page.evaluate("openView()")
        self.root = page.locator(".labs-view")

    def feed(self, *lines: Line) -> None:
        """Give the view lines, stamped with the page's clock where they carry no `at`."""
        self.page.evaluate("lines => feed(lines)", list(lines))

    def stats(self) -> dict[str, Any]:
        """What the view says about itself."""
        return dict(self.page.evaluate("() => view.labs.stats()"))

    def totals(self) -> dict[str, dict[str, int]]:
        """Lane → messages and dots."""
        return dict(self.page.evaluate("() => view.labs.totals"))

    def until(self, condition: str, *, within_ms: float = 15_000) -> None:
        """Wait for an expression of the page to be true."""
        self.page.wait_for_function(condition, timeout=within_ms, polling=50)

    def until_at_rest(self) -> None:
        """Wait until nothing flies and nothing waits."""
        self.until(
            "() => { const s = view.labs.stats(); return !s.flights && !s.waiting && !s.pending.frame }"
        )

    def label(self, node: str) -> str:
        """What a part of the drawing says of itself to a screen reader."""
        return str(self.root.locator(f'[role="button"][data-id="{node}"]').get_attribute("aria-label"))

    def button(self, name: str) -> Any:
        """A button of the toolbar."""
        return self.page.get_by_role("button", name=name, exact=True)
