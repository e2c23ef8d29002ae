"""Policies: settings that an operator lays over queues and exchanges by a pattern on their names.

Exactly one user policy applies, the one of highest priority; beside it at most one operator policy, whose
limits can only tighten. The rule: of two numbers for one thing (argument and policy) the smaller counts; of two
names the argument's. https://www.rabbitmq.com/docs/parameters#policies
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labs.live.door import Row

#: What `apply-to` may say for each kind. The kinds of queue came with 3.12.
_QUEUES = ("all", "queues", "classic_queues", "quorum_queues", "streams")
_EXCHANGES = ("all", "exchanges")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What `GET /policies` and `GET /operator-policies` said."""

    user: tuple[Row, ...] = ()
    operator: tuple[Row, ...] = ()

    def of_queue(self, name: str) -> dict[str, Any]:
        """What applies to this queue, the operator's limits included."""
        return merged(_first(self.operator, name, _QUEUES), _first(self.user, name, _QUEUES))

    def of_exchange(self, name: str) -> dict[str, Any]:
        """What applies to this exchange."""
        return dict(_first(self.user, name, _EXCHANGES))


def merged(stronger: Mapping[str, Any], weaker: Mapping[str, Any]) -> dict[str, Any]:
    """Both; where both say a number the smaller one, otherwise what the stronger says."""
    both = {**weaker, **stronger}
    for name in stronger.keys() & weaker.keys():
        if all(type(side[name]) is int for side in (stronger, weaker)):
            both[name] = min(stronger[name], weaker[name])
    return both


def _first(policies: tuple[Row, ...], name: str, kinds: tuple[str, ...]) -> Mapping[str, Any]:
    fitting = [row for row in policies if row.get("apply-to", "all") in kinds and _fits(row["pattern"], name)]
    best: Row = max(fitting, key=lambda row: row.get("priority", 0), default={})
    definition: Mapping[str, Any] = best.get("definition", {})
    return definition


def _fits(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:  # Erlang's patterns know a few things that Python's do not
        return False
