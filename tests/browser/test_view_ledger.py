"""The numbers beside the dots: never more than a consumer may hold, and nothing held by one that has left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.view_page import serve

Ask = Callable[[str], Any]
#: A queue with two in hand, of a consumer that may hold three.
HEAD = """
const { createLedger } = await import("/static/ledger.js");
const ledger = createLedger();
const say = (ready, unacked, holds) => ledger.exact({ queues: { "q:a": [ready, unacked] }, holds });
say(9, 2, { "c:a:w": [2, true] });
const deliver = () => {
  for (const [name, id, change] of [["ready", "q:a", -1], ["unacked", "q:a", 1], ["held", "c:a:w", 1]])
    ledger.move(name, id, change);
};
"""


@pytest.fixture
def ask(page: Page) -> Ask:
    """Run a piece of JavaScript beside a ledger; what it returns."""
    serve(page)
    return lambda script: page.evaluate(f"async () => {{ {HEAD} {script} }}")


def test_a_consumer_never_shows_more_than_its_prefetch(ask: Ask) -> None:
    """Four deliveries to one that may hold three: it must have acknowledged, though nobody traces an ack."""
    found = ask("""
        ledger.limit(new Map([["c:a:w", 3], ["q:a", 3]]));
        for (let i = 0; i < 4; i += 1) deliver();
        return ledger.read();
    """)
    assert found == {"queues": {"q:a": [5, 3]}, "holds": {"c:a:w": [3, True]}}


def test_an_exact_count_above_the_prefetch_stands(ask: Ask) -> None:
    """What was taken by basic.get counts too, and the broker is right."""
    found = ask("""
        ledger.limit(new Map([["q:a", 3]]));
        say(1, 7, {});
        return ledger.read().queues;
    """)
    assert found == {"q:a": [1, 7]}


def test_a_consumer_that_left_holds_nothing(ask: Ask) -> None:
    """It is said once, so that the drawing forgets what it held."""
    found = ask("ledger.read(); say(9, 0, {}); return [ledger.read().holds, ledger.read().holds];")
    assert found == [{"c:a:w": [0, True]}, {}]
