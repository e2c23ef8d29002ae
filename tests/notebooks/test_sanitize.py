"""Each sanitiser rule is read by nbval, hides what differs, hides nothing else, and is needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

from labs import paths
from labs.authoring.page import Page
from labs.authoring.rules.outputs import written

CONFIG = Path(__file__).parent / "sanitize.cfg"
TEXT = CONFIG.read_text(encoding="utf-8")
RULES: list[tuple[str, str]] = get_sanitize_patterns(TEXT)
NAMES = re.findall(r"^\[(.+)\]$", TEXT, re.MULTILINE)

#: For each rule: what it must make equal, and what it must leave alone.
SAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "virtual-host": (
        ["no queue 'orders' in vhost 'learn.03_queues'", "no queue 'orders' in vhost 'gate-4711.03_queues'"],
        ["learn.orders", "gate.03_queues", "learned.03_queues", "order 03_queues"],
    ),
    "port": (
        ["open http://127.0.0.1:15672/", "open http://127.0.0.1:40123/"],
        ["127.0.0.1:15672", "http://127.0.0.1/15672", "http://example.org:15672/", "http://127.0.0.1:80/"],
    ),
    "version": (
        ["RabbitMQ 3.10.8 on this machine", "RabbitMQ 4.2.1 on this machine"],
        ["RabbitMQ 3.10", "rabbitmq 3.10.8", "Erlang 25.2.3"],
    ),
}


def clean(text: str, only: str | None = None) -> str:
    """What nbval compares: the text after all rules, or after one of them."""
    for name, (pattern, word) in zip(NAMES, RULES, strict=True):
        if only in (None, name):
            text = re.sub(pattern, word, text)
    return text


def test_nbval_reads_every_rule() -> None:
    """A rule that nbval cannot parse is dropped without a word; none is, and there are at most ten."""
    assert len(RULES) == len(NAMES) == TEXT.count("regex:") == TEXT.count("replace:")
    assert 0 < len(RULES) <= 10
    assert set(SAMPLES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_makes_equal_what_may_differ(name: str) -> None:
    """Two true runs look the same after it."""
    same, _ = SAMPLES[name]
    assert len(same) > 1
    assert len({clean(text, name) for text in same}) == 1
    assert clean(same[0], name) != same[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_leaves_a_near_miss_alone(name: str) -> None:
    """It hides no more than it says."""
    _, other = SAMPLES[name]
    assert [clean(text, name) for text in other] == other


@pytest.mark.parametrize(("name", "rule"), list(zip(NAMES, RULES, strict=True)), ids=NAMES)
def test_a_rule_is_in_use(name: str, rule: tuple[str, str]) -> None:
    """Some committed output needs it; a rule that nobody needs would hide tomorrow's mistake."""
    folder = paths.notebooks()
    assert folder is not None
    outputs = [
        text
        for path in sorted(folder.glob("*.ipynb"))
        for cell in Page.read(path).code
        if "nbval-ignore-output" not in cell.metadata.get("tags", [])
        for text in written(cell)
    ]
    assert any(re.search(rule[0], text) for text in outputs), f"no committed output needs the rule {name}"
