"""The live view in JupyterLab against a real broker: the dots are the messages, and it leaves nothing behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from labs.broker.management import Management
from labs.broker.node import PrivateNode
from tests.browser.lab import NotebookPage
from tests.notebooks.exemplar import notebook as made

NOTEBOOK = "02_view.ipynb"
VHOST = "learn.02_exchanges"
MADE = {
    NOTEBOOK: made("""
%% code setup
from labs.course import open_lesson
from labs.exchange import Exchange
from labs.message import Message
from labs.queue import Queue
from labs.routing import Binding
from labs.sync.declare import declare
from labs.topology import Topology

lesson = open_lesson("02_exchanges")
shop = Topology(
    exchanges=(Exchange(name="orders"), Exchange(name="refused", type="fanout")),
    queues=(Queue(name="bills", dead_letter_exchange="refused"), Queue(name="stock"), Queue(name="refused")),
    bindings=(
        Binding(source="orders", destination="bills", key="order.*"),
        Binding(source="orders", destination="stock", key="order.created"),
        Binding(source="refused", destination="refused"),
    ),
)
with lesson.connect() as connection:
    declare(connection, shop)


def work(lesson):
    with lesson.connect() as connection:
        channel = connection.channel(confirm=True)
        for number in range(12):
            channel.basic_publish("orders", "order.created", f"{number}".encode())
        for number in range(5):
            channel.basic_publish("orders", "order.paid", f"{number}".encode())
        for number in range(3):
            channel.basic_publish("orders", "invoice", f"{number}".encode())  # no queue wants it
        for number in range(6):
            delivery, _, _ = channel.basic_get("stock")
            channel.basic_ack(delivery.delivery_tag)
        for number in range(2):
            delivery, _, _ = channel.basic_get("bills")
            channel.basic_reject(delivery.delivery_tag, requeue=False)
        lesson.wait_for("the dead letters", lambda: lesson.depth("refused") == 2)
%% code watched
with lesson.watch():
    work(lesson)
%% code open
lesson.watch()
%% code work
work(lesson)
""")
}
#: What `work` publishes, lane by lane.
EXPECTED = {
    "binding:x:orders>q:bills": 17,
    "binding:x:orders>q:stock": 12,
    "consume:q:stock>c:stock:get": 6,
    "consume:q:bills>c:bills:get": 2,
    "dead-letter:q:bills>x:refused": 2,
    "binding:x:refused>q:refused": 2,
}
#: How long the broker may take to be rid of the tap after its view has gone, in seconds.
GONE_WITHIN_S = 15
pytestmark = pytest.mark.slow


def view(notebook: NotebookPage, cell: str) -> Locator:
    """The live view in a cell's output."""
    return notebook.output(cell).locator(".labs-view")


def totals(found: Locator) -> dict[str, dict[str, int]]:
    """What the view has drawn: messages and dots of every lane."""
    drawn: dict[str, dict[str, int]] = found.evaluate("view => view.labs.totals")
    return drawn


def until(true: Callable[[], Any], *, within_s: float) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def tapped(node: PrivateNode) -> bool:
    """Whether the broker has a tap in the lesson's vhost, or traces it."""
    with Management(node.broker) as management:
        if VHOST not in management.vhosts():
            return False
        queues = [queue["name"] for queue in management.queues(VHOST)]
        traced = management.get(f"/vhosts/{VHOST}")["tracing"]
    return bool(traced) or any(name.startswith("labs.tap.") for name in queues)


def test_the_dots_are_the_messages(notebook: NotebookPage, node: PrivateNode) -> None:
    """Every lane shows as many dots as messages went that way, and nothing of the tap stays."""
    notebook.run("setup", within_s=60)
    notebook.run("watched", within_s=60)
    assert notebook.failed() == []
    found = view(notebook, "watched")
    expect(found).to_be_visible()
    assert until(lambda: EXPECTED.keys() <= totals(found).keys(), within_s=20), totals(found)
    assert until(lambda: all(totals(found)[lane]["n"] == n for lane, n in EXPECTED.items()), within_s=20), (
        totals(found)
    )
    drawn = totals(found)
    published = [counts["n"] for lane, counts in drawn.items() if lane.startswith("publish:")]
    assert sum(published) == 20
    for lane, n in EXPECTED.items():
        if "dead" not in lane and "refused" not in lane:  # one dot may stand for two dead letters
            assert drawn[lane]["dots"] == n, lane
    expect(found).to_contain_text("dead")
    # The still twin is for readers without a kernel; beside the live view it would say everything twice.
    expect(notebook.output("watched").locator("img")).to_be_hidden()
    assert until(lambda: not tapped(node), within_s=GONE_WITHIN_S)


def test_a_closed_view_takes_the_tap_off(notebook: NotebookPage, node: PrivateNode) -> None:
    """An open view traces; clearing the cell's output is enough to end that."""
    notebook.run("setup", within_s=60)
    notebook.run("open", within_s=60)
    expect(view(notebook, "open")).to_be_visible()
    assert until(lambda: tapped(node), within_s=GONE_WITHIN_S)
    notebook.run("work")
    assert notebook.failed() == []
    found = view(notebook, "open")
    assert until(lambda: EXPECTED.keys() <= totals(found).keys(), within_s=20), totals(found)
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    assert until(lambda: not tapped(node), within_s=GONE_WITHIN_S)


def test_a_restarted_kernel_takes_the_tap_off(notebook: NotebookPage, node: PrivateNode) -> None:
    """Its program sees that the kernel has gone, turns tracing off and ends."""
    notebook.run("setup", within_s=60)
    notebook.run("open", within_s=60)
    assert until(lambda: tapped(node), within_s=GONE_WITHIN_S)
    notebook.restart()
    assert until(lambda: not tapped(node), within_s=GONE_WITHIN_S)
