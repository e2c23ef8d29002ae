"""A real browser for the tests: the Chromium of this machine, driven by Playwright.

No browser means that the tests fail: a page that nobody looked at is not tested.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from labs import paths
from labs.broker.ensure import main_node
from labs.broker.node import PrivateNode
from tests.browser.lab import NotebookPage, TestLab, address
from tests.browser.stage_page import StagePage

#: No sandbox: as root, in containers, Chromium cannot make one. The rest keeps it from talking to others.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: How long JupyterLab may take to show something, in seconds: a moment, but not on a busy machine.
SHOWS_WITHIN_S = 20

#: JupyterLab 4.6 says this of itself when a kernel with widgets is restarted.
JUPYTERLABS_OWN = "Canceled future for create_subshell_request"


def chromium() -> str:
    """The path of the browser: `LABS_CHROMIUM`, or the first of the usual names on PATH."""
    named = os.environ.get("LABS_CHROMIUM")
    if named:
        if not Path(named).is_file():
            pytest.fail(f"LABS_CHROMIUM names {named}, and there is no such file.", pytrace=False)
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail(
        "The browser tests need Chromium: apt install chromium, or name another one in LABS_CHROMIUM.",
        pytrace=False,
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file.

    Not for longer: Playwright keeps an event loop running in this thread, and a test of another file that calls
    `asyncio.run` in the same worker would be refused.
    """
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser context of its own, that fails the test when its scripts do."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    errors = [error for error in errors if JUPYTERLABS_OWN not in error]
    assert not errors, f"the page's own scripts failed: {errors}"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateNode]:
    """A learner's course folder, with the private broker in it running."""
    home = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as environment:
        for name in ("LABS_AMQP_URL", "LABS_MANAGEMENT_URL", "LABS_VHOST_PREFIX"):
            environment.delenv(name, raising=False)
        environment.setenv("LABS_HOME", str(home))
        node = main_node(home)
        node.start()
        yield node
        node.stop()


@pytest.fixture(scope="module")
def lab(
    node: PrivateNode, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the notebooks, which it may save, and on the file's own `MADE`."""
    root = tmp_path_factory.mktemp("project")
    source = paths.notebooks()
    assert source is not None
    shutil.copytree(source, root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name, made in getattr(request.module, "MADE", {}).items():
        nbformat.write(made, root / "notebooks" / name)
    server = TestLab(
        root=root,
        home=root / "jupyter",
        ip="127.0.0.1",
        port=8900,
        page=f"notebooks/{request.module.NOTEBOOK}",
    )
    with closing(server):
        server.start()
        yield server.address()


@pytest.fixture
def notebook(page: Page, lab: str, request: pytest.FixtureRequest) -> Iterator[NotebookPage]:
    """The notebook, open in the browser with a fresh kernel of its own."""
    expect.set_options(timeout=SHOWS_WITHIN_S * 1000)
    page.set_default_timeout(SHOWS_WITHIN_S * 1000)
    notebook = NotebookPage(page, address(lab, Path(request.module.NOTEBOOK)))
    yield notebook
    notebook.shut_down()


@pytest.fixture
def ahmed() -> dict[str, object]:
    """Ahmed's order, as a checkout page sends it."""
    return {
        "customerName": "Ahmed",
        "productName": "iPhone 15 Pro",
        "totalPrice": 329000,
        "quantity": 1,
        "wilaya": "Algiers",
        "phone": "+213 555 123 456",
    }


@pytest.fixture
def stage(page: Page) -> StagePage:
    """A stage of the live view with nothing on it."""
    return StagePage(page)
