"""The topic matcher and the header rules, on paper; tests/broker holds both to a real broker."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.errors import InvalidValue
from labs.routing import Binding, headers_match, topic_matches

key_words = st.lists(st.sampled_from(["", "a", "b", "order"]), min_size=1, max_size=5).map(".".join)
pattern_words = st.lists(st.sampled_from(["", "a", "b", "order", "*", "#"]), min_size=1, max_size=5).map(
    ".".join
)


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        (
            "order.created",
            ["order.created"],
            ["order", "Order.created", "order.created.eu", "order.createds"],
        ),
        ("order.*", ["order.created", "order."], ["order", "order.created.eu", "orders.created"]),
        ("order.#", ["order", "order.created", "order.created.eu", "order..eu"], ["orders", ""]),
        ("#", ["", "a", ".", "a.b.c"], []),
        ("*", ["a"], ["", ".", "a.b"]),
        ("", [""], ["a", "."]),
        ("*.*", [".", "a.b"], ["a", ".."]),
        ("#.*", ["..", "a"], [""]),
        ("a.#.b", ["a.b", "a..b", "a.x.y.b"], ["a", "b", "ab"]),
        ("#.error.#", ["error", "x.error", "error.y", "x.error.y"], ["errors", "x"]),
        ("ord*", ["ord*"], ["order", "ord"]),
        ("**", ["**"], ["a", "a.b"]),
    ],
)
def test_a_topic_pattern_takes_these_keys_and_not_those(
    pattern: str, fits: list[str], fails: list[str]
) -> None:
    """Each of them seen on a real broker."""
    assert [key for key in fits if not topic_matches(pattern, key)] == []
    assert [key for key in fails if topic_matches(pattern, key)] == []


def _by_regex(pattern: str, key: str) -> bool:
    """The same rules in another way: each word becomes a regular expression that ends in a dot."""
    parts = {"*": r"[^.]*\.", "#": r"([^.]*\.)*"}
    expression = (
        "".join(parts.get(word, re.escape(word) + r"\.") for word in pattern.split(".")) if pattern else ""
    )
    return re.fullmatch(expression, f"{key}." if key else "") is not None


@given(pattern_words, key_words)
def test_the_matcher_agrees_with_a_regular_expression(pattern: str, key: str) -> None:
    """Two ways to say it, one answer."""
    assert topic_matches(pattern, key) == _by_regex(pattern, key)


@given(key_words)
def test_a_pattern_without_wildcards_fits_itself_and_hash_fits_everything(key: str) -> None:
    """So a topic exchange can do what direct and fanout do."""
    assert topic_matches(key, key)
    assert topic_matches("#", key)


@given(pattern_words, key_words)
def test_one_more_hash_never_loses_a_key(pattern: str, key: str) -> None:
    """`#` may take no word at all."""
    if topic_matches(pattern, key):
        assert topic_matches(f"#.{pattern}" if pattern else "#", key)
        assert topic_matches(f"{pattern}.#" if pattern else "#", key)


def test_many_hashes_take_no_time() -> None:
    """A matcher that tries every split would not come back from this one."""
    began = time.perf_counter()
    assert not topic_matches(".".join(["#"] * 60 + ["x"]), ".".join("a" * 120))
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("arguments", "headers", "fits"),
    [
        ({"region": "EU"}, {"region": "EU", "more": 1}, True),
        ({"region": "EU"}, {"region": "US"}, False),
        ({"region": "EU"}, None, False),
        ({"x-match": "all", "a": 1, "b": 2}, {"a": 1}, False),
        ({"x-match": "all", "a": 1, "b": 2}, {"a": 1, "b": 2}, True),
        ({"x-match": "any", "a": 1, "b": 2}, {"b": 2}, True),
        ({"x-match": "any", "a": 1, "b": 2}, {"c": 2}, False),
        ({}, {}, True),
        ({"x-match": "any"}, {"a": 1}, False),
        # The trap: `all` skips x-priority, nothing is left to look for, and everything fits.
        ({"x-match": "all", "x-priority": 1}, {}, True),
        ({"x-match": "any", "x-priority": 1}, {"x-priority": 1}, False),
        ({"x-match": "all-with-x", "x-priority": 1}, {}, False),
        ({"x-match": "all-with-x", "x-priority": 1}, {"x-priority": 1}, True),
        ({"x-match": "any-with-x", "x-priority": 1, "b": 2}, {"b": 2}, True),
        ({"x-match": "all-with-x"}, {"x-match": "something"}, True),
        ({"a": None}, {"a": "whatever"}, True),
        ({"a": None}, {}, False),
        ({"X-upper": 1}, {}, False),
    ],
)
def test_a_headers_binding_takes_these_labels(
    arguments: dict[str, Any], headers: dict[str, Any] | None, *, fits: bool
) -> None:
    """Each of them seen on a real broker."""
    assert headers_match(arguments, headers) is fits


def test_labels_are_compared_with_their_types() -> None:
    """1 and 1.0 are one number; True, "1" and 1 are three values; text and bytes are the same bytes."""
    values = [1, 1.0, True, "1", b"1", 0, False, "", None]
    same = {(left, right) for left, right in itertools.product(range(9), repeat=2)
            if headers_match({"k": values[left]}, {"k": values[right]})}  # fmt: skip
    equal = {(0, 1), (1, 0), (3, 4), (4, 3)} | {(each, each) for each in range(9)}
    assert same == equal | {(8, each) for each in range(9)}, "None in a binding asks only: is it there?"


def test_an_unknown_x_match_is_refused_as_the_broker_does() -> None:
    """And the four that exist are named."""
    with pytest.raises(InvalidValue, match="all, any, all-with-x, any-with-x"):
        headers_match({"x-match": "some"}, {})


def test_a_binding_says_only_what_was_said() -> None:
    """Defaults are left out of its text."""
    binding = Binding(source="orders", destination="audit", key="order.#", to_exchange=True)
    assert repr(binding) == "Binding(source='orders', destination='audit', key='order.#', to_exchange=True)"


def test_nobody_can_bind_to_the_default_exchange() -> None:
    """The broker answers 403; the value does not even exist."""
    with pytest.raises(InvalidValue, match="default exchange"):
        Binding(source="", destination="q", key="q")


def test_a_key_over_255_bytes_is_refused() -> None:
    """Letters are not bytes: 128 é are too many."""
    with pytest.raises(InvalidValue, match="binding's key has 256 bytes"):
        Binding(source="x", destination="q", key="é" * 128)
