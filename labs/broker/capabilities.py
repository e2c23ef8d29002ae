"""What the running broker can do, asked of the broker itself.

A notebook says "this broker gives up after 20 redeliveries" only because the broker in front of you does.
The rule: ask capabilities, not versions; `version` is here to be shown, not to be compared.
What few lessons need (priorities, requeued messages, delays in a quorum queue) is asked in `labs.broker.habits`.
Feature flags: https://www.rabbitmq.com/docs/feature-flags, deprecated features:
https://www.rabbitmq.com/docs/deprecated-features.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labs.broker.api import quoted
from labs.broker.behaviour import Behaviour
from labs.broker.management import Management
from labs.errors import AccessRefused, BrokerRefused, NotFound

#: A node that has just started knows its plugins only after the first statistics.
_FIRST_STATISTICS_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The broker's own answers.

    `feature_flags` holds the enabled ones. `deprecated_features` maps each to its phase, for example
    "permitted_by_default", and is empty on brokers older than that idea.
    `behaviour` is what was tried out, None when our user may not.
    """

    version: str
    erlang: str
    node: str
    plugins: frozenset[str]
    exchange_types: frozenset[str]
    feature_flags: frozenset[str]
    deprecated_features: Mapping[str, str]
    behaviour: Behaviour | None

    @classmethod
    def probe(cls, management: Management) -> Capabilities:
        """Ask the broker behind `management`; about a third of a second.

        Raises BrokerUnavailable when nobody answers.
        """
        overview = management.overview()
        flags = _allowed(management, "/feature-flags")
        deprecated = _allowed(management, "/deprecated-features")
        try:
            behaviour = Behaviour.probe(management)
        except AccessRefused:
            behaviour = None
        return cls(
            version=str(overview["rabbitmq_version"]),
            erlang=str(overview["erlang_version"]),
            node=str(overview["node"]),
            plugins=_plugins(management, str(overview["node"])),
            exchange_types=frozenset(str(row["name"]) for row in overview["exchange_types"]),
            feature_flags=frozenset(str(row["name"]) for row in flags if row["state"] == "enabled"),
            deprecated_features={
                str(row["name"]): str(row.get("deprecation_phase", "")) for row in deprecated
            },
            behaviour=behaviour,
        )

    @property
    def quorum_queues(self) -> bool:
        """Whether replicated queues can be declared."""
        return self.behaviour.quorum_queues if self.behaviour else "quorum_queue" in self.feature_flags

    @property
    def streams(self) -> bool:
        """Whether streams can be declared."""
        return self.behaviour.streams if self.behaviour else "stream_queue" in self.feature_flags

    @property
    def khepri(self) -> bool:
        """Whether metadata live in Khepri (a Raft log) instead of Mnesia."""
        return "khepri_db" in self.feature_flags

    @property
    def transient_queues_permitted(self) -> bool | None:
        """Whether a queue may be neither durable nor exclusive; None when we could not try."""
        return self.behaviour.transient_queues_permitted if self.behaviour else None

    @property
    def default_delivery_limit(self) -> int | None:
        """How often a rejected message in a quorum queue comes back; None: no end seen, or not tried."""
        return self.behaviour.default_delivery_limit if self.behaviour else None

    @property
    def nack_counts(self) -> bool | None:
        """Whether `basic.nack` with requeue uses up a delivery limit, as `basic.reject` does; None: not tried."""
        return self.behaviour.nack_counts if self.behaviour else None


def _allowed(management: Management, path: str) -> list[dict[str, Any]]:
    """The list at `path`, empty when this broker has no such page or does not show it to our user."""
    try:
        return list(management.get(path))
    except (NotFound, AccessRefused):
        return []


def _plugins(management: Management, node: str) -> frozenset[str]:
    deadline = time.monotonic() + _FIRST_STATISTICS_S
    try:
        while (enabled := management.get(f"/nodes/{quoted(node)}").get("enabled_plugins")) is None:
            if time.monotonic() > deadline:
                return frozenset()
            time.sleep(0.1)
    except BrokerRefused:
        return frozenset()
    return frozenset(str(plugin) for plugin in enabled)
