"""A lease: rows of the outbox that somebody has promised to publish, until a moment.

Whoever dies loses nothing but time: when the lease has run out, the rows are anybody's again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`token` proves whose rows they are; `until` is when they are anybody's again."""

    token: str
    until: datetime
