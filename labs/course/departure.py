"""A packer that leaves in the middle of its work, and what that means for twelve orders.

It is sent a signal while order 4 is in its hands: the label is printed, the parcel is not packed yet. A second
packer then does what is left. Counted are labels: one that is printed twice is a parcel that is sent twice.
https://www.rabbitmq.com/docs/confirms#automatic-requeueing
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from types import ModuleType

from labs.course.child import Child
from labs.course.fill import fill
from labs.course.place import Place

ORDERS = tuple(f"order {number}" for number in range(1, 13))
IN_HAND = "order 4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Who printed which labels, and the first packer's exit status: 0 is a good end, -9 a `kill -9`."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    status: int

    @property
    def twice(self) -> int:
        """How many labels were printed twice."""
        labels = self.first + self.second
        return sum(labels.count(order) > 1 for order in ORDERS)

    @property
    def lost(self) -> int:
        """How many orders have no label."""
        return len(set(ORDERS) - {*self.first, *self.second})


def departure(lesson: Place, program: ModuleType, number: signal.Signals) -> Departure:
    """Send `number` to the first packer at order 4, and let a second one finish.

    Raises WaitTimeout when a packer does not begin, does not end, or leaves orders undone.
    """
    fill(lesson, "desk", len(ORDERS))
    with Child(program, lesson.url, "desk", IN_HAND) as first:
        first.wait_for(*ORDERS[:4])
        status = first.end(number)
    begun = _orders(first)
    with Child(program, lesson.url, "desk", "none of them") as second:
        second.wait_for(*(f"{order} " for order in ORDERS if order not in begun))
        second.end(signal.SIGTERM)
    return Departure(first=begun, second=_orders(second), status=status)


def _orders(packer: Child) -> tuple[str, ...]:
    """`order 4 again` is about order 4."""
    return tuple(line.rpartition(" ")[0] for line in packer.lines)
