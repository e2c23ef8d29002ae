"""A real browser for the tests: the Chromium of this machine, driven by Playwright.

No browser means that the tests fail: a page that nobody looked at is not tested.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
    assert not errors, f"the page's own scripts failed: {errors}"


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
