"""A lease: rows of the outbox that somebody has promised to publish, until a moment.

Whoever dies loses nothing but time: when the lease has run out, the rows are anybody's again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from labs.orders.domain.event import OrderEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`token` proves whose rows they are; `until` is when they are anybody's again."""

    token: str
    until: datetime


class Carrier(Protocol):
    """Who takes events over by hand as soon as they are committed: the relay of this process."""

    def lease(self) -> Lease | None:
        """What to write beside events that will be handed over; None: leave them to the outbox."""

    def carry_now(self, lease: Lease, events: Sequence[OrderEvent]) -> None:
        """These are committed now, under this lease. Returns at once."""
