"""A binding, and how an exchange decides whether it fits a message.

A *topic pattern* is words between dots. A plain word takes the same word; `*` takes exactly one word,
whatever it is (an empty one too: `a..b` has three words); `#` takes any number of words, none included. A
key of no letters has no words at all. What surprises most: a wildcard is a whole word, so `ord*` is a plain
word. A *headers* binding compares labels, with their types: the text "1" is not the number 1.
Held to a real broker's behaviour by tests/broker/test_routing_against_broker.py.
https://www.rabbitmq.com/tutorials/tutorial-five-python · https://www.rabbitmq.com/docs/exchanges
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from labs.brief import brief
from labs.errors import InvalidValue
from labs.limits import short_string, table

#: What `x-match` may say. The two `-with-x` (since RabbitMQ 3.10) also look at names that begin with `x-`.
X_MATCH = ("all", "any", "all-with-x", "any-with-x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Messages of `source` that fit `key` (or `arguments`) go on to `destination`: a queue or an exchange."""

    source: str
    destination: str
    #: direct: the key itself; topic: a pattern; fanout and headers: not looked at.
    key: str = ""
    #: headers exchanges only: the labels to look for, and `x-match`.
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    to_exchange: bool = False

    __repr__ = brief

    def __post_init__(self) -> None:
        for what, text in (("source", self.source), ("destination", self.destination), ("key", self.key)):
            short_string(f"binding's {what}", text)
        if not self.source:
            raise InvalidValue("The default exchange binds every queue by its name; nobody can add to that.")
        object.__setattr__(self, "arguments", table("arguments", self.arguments))


def topic_matches(pattern: str, key: str) -> bool:
    """Whether a topic exchange sends a message with this routing key along a binding with this pattern.

    >>> topic_matches("order.*", "order.created"), topic_matches("order.*", "order.created.eu")
    (True, False)
    >>> topic_matches("order.#", "order")
    True
    """
    return len(words(key)) in topic_progress(pattern, key)[-1]


def topic_progress(pattern: str, key: str) -> list[set[int]]:
    """For each number of pattern words used (0, 1, 2, …): how many words of the key they can have taken.

    Built row by row, so the work is pattern words x key words however many `#` there are. Trying every
    split by recursion would take for ever on `#.#.#.#.#.#.x`.
    """
    taken = words(key)
    rows = [{0}]
    for word in words(pattern):
        before = rows[-1]
        if word == "#":
            after = set(range(min(before), len(taken) + 1)) if before else set()
        else:
            after = {at + 1 for at in before if at < len(taken) and word in ("*", taken[at])}
        rows.append(after)
    return rows


def words(key: str) -> list[str]:
    """The words between the dots. No letters: no words. One dot: two empty words."""
    return key.split(".") if key else []


def headers_match(arguments: Mapping[str, Any], headers: Mapping[str, Any] | None) -> bool:
    """Whether a headers exchange sends a message with these headers along a binding with these arguments.

    `all` with nothing to look for fits everything. The trap: `all` and `any` skip names that begin with `x-`,
    so `all` with no other name fits every message. An argument without a value (None) asks "is it there?".
    """
    wanted, everyone = headers_wanted(arguments)
    found = headers or {}
    fits = [name in found and header_fits(value, found[name]) for name, value in wanted.items()]
    return all(fits) if everyone else any(fits)


def headers_wanted(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The labels that a binding looks at, and whether all of them must fit (else one is enough)."""
    mode = arguments.get("x-match", "all")
    if mode not in X_MATCH:
        raise InvalidValue(f"x-match says {mode!r}; the broker knows {', '.join(X_MATCH)} and answers 406.")
    skip_x = not mode.endswith("-with-x")
    skipped = {name for name in arguments if name == "x-match" or (skip_x and name.startswith("x-"))}
    return {name: arguments[name] for name in arguments if name not in skipped}, mode.startswith("all")


def header_fits(wanted: Any, found: Any) -> bool:
    """Equal as the broker compares: 1 and 1.0 are one number, True is not 1, and "1" is not 1."""
    return wanted is None or _comparable(wanted) == _comparable(found)


def _comparable(value: Any) -> tuple[str, Any]:
    """Python says True == 1 and "1" != b"1"; the broker sees both the other way round.

    (Lists and tables: versions of the broker differ. Match on plain values.)
    """
    match value:
        case bool():
            return "boolean", value
        case int() | float():
            return "number", value
        case datetime():
            return "number", int(value.timestamp())
        case str():
            return "text", value.encode()
        case bytes():
            return "text", value
    return type(value).__name__, value
