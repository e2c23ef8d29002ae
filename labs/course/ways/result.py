"""What came of a trial: for each order when it was sent, answered and heard of, and how often the database was asked.

The rule: medians, because one order in twenty meets a machine that is busy with something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One order: when the customer sent it, when he had his answer, and which (201 or 500)."""

    number: int
    began_s: float
    answered_s: float
    status: int


@dataclass(slots=True, kw_only=True)
class Trial:
    """What came of it. `heard` is for each office, in the order in which they were given."""

    trips: list[Trip]
    told_s: dict[int, float]
    heard: list[dict[int, float]]
    asked: list[int]
    stored: int

    @property
    def answer_ms(self) -> float:
        """How long a customer waited for his answer; the median."""
        return 1000 * median(trip.answered_s - trip.began_s for trip in self.trips)

    @property
    def quickest_ms(self) -> float:
        """The shortest of these waits: whatever else the machine does can only make one longer."""
        return 1000 * min(trip.answered_s - trip.began_s for trip in self.trips)

    def delays_ms(self, office: int = 0) -> list[float]:
        """How long after the customer's click the office had heard of it, for each order that it heard of."""
        heard = self.heard[office]
        return [1000 * (heard[trip.number] - trip.began_s) for trip in self.trips if trip.number in heard]

    def hops_ms(self, office: int = 0) -> list[float]:
        """The same, from the moment when the order was stored: the way alone."""
        heard = self.heard[office]
        return [1000 * (heard[number] - told) for number, told in self.told_s.items() if number in heard]

    @property
    def known(self) -> int:
        """Of how many orders the (first) office had heard when the customer got his answer."""
        return sum(self.heard[0].get(trip.number, float("inf")) < trip.answered_s for trip in self.trips)

    @property
    def all_heard(self) -> bool:
        """Whether every office has heard of every order."""
        return all(trip.number in heard for heard in self.heard for trip in self.trips)

    @property
    def accepted(self) -> int:
        """How many customers were answered 201."""
        return sum(trip.status == 201 for trip in self.trips)  # noqa: PLR2004 - HTTP's number

    @property
    def missed(self) -> list[int]:
        """The orders that are stored, or should be, and of which the (first) office never heard."""
        return [trip.number for trip in self.trips if trip.number not in self.heard[0]]
