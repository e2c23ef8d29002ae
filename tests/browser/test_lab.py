"""JupyterLab as a learner has it: Run All, predictions, a restarted kernel, a broker that goes away.

The broker is a private node of the test's own, found and started as on a learner's machine, because the last
test stops it in the middle of a lesson.
"""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from labs.broker.node import PrivateNode
from tests.browser.lab import NotebookPage

NOTEBOOK = "05_routing_keys.ipynb"
#: How long a lesson may take to say that the broker is gone, in seconds.
SAYS_SO_WITHIN_S = 15
pytestmark = pytest.mark.slow


def open_lesson(notebook: NotebookPage) -> None:
    """Run the first two cells, as every learner does."""
    notebook.run("parameters")
    assert "is open" in notebook.run("setup", within_s=60)


def test_run_all_shows_what_the_lesson_promises(notebook: NotebookPage) -> None:
    """Run All, twice: every cell ran, none failed, and tables, checks and predictions are on the screen."""
    for round_ in (1, 2):
        notebook.run_all()
        cells = notebook.cells()
        assert notebook.failed() == []
        code = [cell["count"] for cell in cells.values() if cell["kind"] == "code"]
        assert code == list(range(len(code) * (round_ - 1) + 1, len(code) * round_ + 1))
    expect(notebook.output("setup")).to_contain_text("Lesson 05_routing_keys is open")
    expect(notebook.output("s2-table").get_by_role("table")).to_contain_text("order.created.algiers.urgent")
    expect(notebook.output("s1-run")).to_contain_text("you predicted: nothing")
    expect(notebook.output("s1-run")).to_contain_text("measured: ")
    expect(notebook.output("ex1-check")).to_contain_text("○ not attempted · 5.1")
    expect(notebook.output("score").get_by_role("table")).to_contain_text("○ not attempted")
    expect(notebook.output("teardown")).to_contain_text("is closed")
    expect(notebook.page.get_by_text("Error displaying widget")).to_have_count(0)


def test_a_clicked_prediction_stands_beside_the_measurement(notebook: NotebookPage) -> None:
    """Click an answer, run the experiment: both are shown together, and the next run still knows it."""
    open_lesson(notebook)
    notebook.run("s1-predict")
    notebook.choose("s1-predict", "no")
    first = notebook.run("s1-run")
    assert "you predicted: no" in first
    assert "measured: no" in first
    assert "✓" in first
    notebook.choose("s1-predict", "yes")
    assert "you predicted: yes" in notebook.run("s1-run")
    notebook.run("s1-predict")
    chosen = notebook.output("s1-predict").get_by_role("button", name="yes", exact=True)
    expect(chosen).to_have_class(re.compile(r"\bmod-active\b"))


def test_after_a_restart_a_later_cell_says_what_to_run(notebook: NotebookPage) -> None:
    """All names are gone with the old kernel; the cell says so, and which menu entry brings them back."""
    open_lesson(notebook)
    notebook.restart()
    said = notebook.run("s1-run")
    assert "the kernel was restarted" in said
    assert "Run All Above Selected Cell" in said
    open_lesson(notebook)
    assert "measured: " in notebook.run("s1-run")


def test_a_broker_that_stops_is_reported_and_the_setup_cell_brings_it_back(
    notebook: NotebookPage, node: PrivateNode
) -> None:
    """One readable sentence within 15 s, no page of traceback; then the setup cell starts the broker again."""
    open_lesson(notebook)
    notebook.run("s1-predict")
    node.stop()
    for name in ("s1-run", "s5-view"):  # one asks over AMQP, the other over HTTP
        began = time.monotonic()
        said = notebook.run(name, within_s=60)
        assert time.monotonic() - began < SAYS_SO_WITHIN_S
        assert "Run the setup cell" in said, said
        assert "Traceback" not in said
        assert len(said.splitlines()) <= 6, said
    assert "is open" in notebook.run("setup", within_s=60)
    assert "measured: " in notebook.run("s1-run")
