"""What was seen on a graph: counts for its nodes and totals for its edges.

The rule: a graph says what can happen, this says what did. Everything is keyed by the graph's ids; what is
not here was not seen. Totals of what the broker does not trace (`gone`, dead letters) are inferred from exact
depths, and whoever shows them says so. https://www.rabbitmq.com/docs/firehose
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The state of a graph at one moment, and the totals up to then."""

    #: queue id → (ready, unacknowledged).
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    #: consumer id → (messages it holds, whether that is exact).
    holds: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    #: edge id → messages that took this way.
    lanes: Mapping[str, int] = field(default_factory=dict)
    #: exchange id → messages that no queue took.
    unroutable: Mapping[str, int] = field(default_factory=dict)
    #: edge id → deliveries that were not the first.
    redelivered: Mapping[str, int] = field(default_factory=dict)
    #: queue id → messages that left without a delivery (inferred).
    gone: Mapping[str, int] = field(default_factory=dict)
