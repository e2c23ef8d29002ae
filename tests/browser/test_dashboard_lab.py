"""Notebook 17 in JupyterLab: the shop's pages in its cells, used as a learner uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.lab import NotebookPage, address

NOTEBOOK = "17_the_live_dashboard.ipynb"
SHOWS_WITHIN_S = 30
pytestmark = pytest.mark.slow


@pytest.fixture
def at_localhost(page: Page, lab: str) -> Iterator[NotebookPage]:
    """The notebook under the address that most people have in their browser; the shop says 127.0.0.1 of itself."""
    expect.set_options(timeout=SHOWS_WITHIN_S * 1000)
    page.set_default_timeout(SHOWS_WITHIN_S * 1000)
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook = NotebookPage(page, address(lab.replace("127.0.0.1", "localhost"), Path(NOTEBOOK)))
    yield notebook
    notebook.shut_down()


def frame(notebook: NotebookPage, number: int) -> FrameLocator:
    """One of the two frames of the cell."""
    return notebook.output("s1-frames").locator("iframe").nth(number).content_frame


def test_sign_in_order_hear_and_count_all_in_the_notebook(at_localhost: NotebookPage) -> None:
    """Toast, sound and badge in the frame; after *Mark all read* the badge is what the database counts."""
    notebook = at_localhost
    for cell in ("parameters", "setup", "s1-shop", "s1-frames"):
        notebook.run(cell, within_s=60)
    checkout, dashboard = frame(notebook, 0), frame(notebook, 1)
    dashboard.get_by_label("Password").fill("open-sesame")
    dashboard.get_by_role("button", name="Sign in").click()
    expect(dashboard.locator("#connection")).to_have_text("Live")
    expect(checkout.get_by_label("Wilaya")).to_have_value("Algiers")
    checkout.get_by_role("button", name="Place the order").click()
    expect(dashboard.locator(".toast")).to_contain_text("New order from Ahmed for iPhone 15 Pro")
    expect(dashboard.locator("#badge")).to_have_text("1")
    expect(dashboard.locator("body")).to_have_attribute("data-rang", "1")

    with notebook.page.context.expect_page() as opened:
        notebook.output("s1-frames").get_by_role("link", name="/admin").click()
    expect(opened.value.locator("#badge")).to_have_text("1")  # the same host, so the same sign-in
    opened.value.close()

    notebook.run("s2-run")
    expect(dashboard.locator("#badge")).to_have_text("2")
    dashboard.get_by_role("button", name="Mark all read").click()
    expect(dashboard.locator("#badge")).to_be_hidden()
    counted = notebook.run("s7-run")
    found = re.search(r"measured: (\d+)", counted)
    assert found, counted
    expect(dashboard.locator("#badge")).to_have_text(found[1])
    assert "Lesson" in notebook.run("teardown", within_s=60)
    expect(dashboard.locator("#connection")).to_contain_text("Lost since")
