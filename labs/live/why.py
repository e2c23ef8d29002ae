"""Why a message went where it went, in sentences.

For a publish these are the reasons of `labs.explain`, asked of the shape as it was last seen and remembered,
because a lesson publishes the same few keys over and over. A delivery says of itself where it came from.
https://www.rabbitmq.com/docs/dlx#effects
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labs.errors import InvalidValue
from labs.explain import explain
from labs.live.deaths import Death, deaths
from labs.live.shape import Shape
from labs.live.trace import Traced

REMEMBERED = 500
#: The broker's words for why a message died, in ours.
REASONS = {
    "rejected": "a consumer rejected it",
    "expired": "it waited longer than its time to live",
    "maxlen": "the queue was full",
    "delivery_limit": "it was delivered more often than the queue allows",
}


class Why:
    """The reasons in one shape; make a new one when the shape changes."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._known: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def routed(self, exchange: str, key: str, headers: Mapping[str, Any]) -> tuple[str, ...]:
        """One line for each binding that was asked."""
        question = exchange, key, repr(headers)
        if question not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            try:
                self._known[question] = explain(self._shape, exchange, key, headers).lines
            except InvalidValue as error:  # an exchange of a plugin
                self._known[question] = (str(error),)
        return self._known[question]


def delivered(traced: Traced, consumer: str) -> tuple[str, ...]:
    """Where it came from, and what happened to it before."""
    lines = [f"{traced.queue} → {consumer}"]
    if traced.again:
        lines.append("redelivered: it was delivered before, and came back without an acknowledgement")
    lines += [in_words(death) for death in deaths(traced.headers)]
    return tuple(lines)


def in_words(death: Death) -> str:
    """`dead-lettered from work: a consumer rejected it (2 times)`."""
    times = f" ({death.count} times)" if death.count > 1 else ""
    return f"dead-lettered from {death.queue}: {REASONS.get(death.reason, death.reason)}{times}"
