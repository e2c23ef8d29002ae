"""The life of an order: which status may follow which.

    pending ──▶ confirmed ──▶ shipped ──▶ delivered
       └────────────┴──▶ cancelled

One table, so that the API, the dashboard's buttons and the saga cannot disagree about it.
What has been handed to the carrier cannot be cancelled any more; delivered and cancelled are the end.
"""

from __future__ import annotations

PENDING, CONFIRMED, SHIPPED, DELIVERED, CANCELLED = "pending", "confirmed", "shipped", "delivered", "cancelled"

#: From each status, where an order may go.
MOVES: dict[str, tuple[str, ...]] = {
    PENDING: (CONFIRMED, CANCELLED),
    CONFIRMED: (SHIPPED, CANCELLED),
    SHIPPED: (DELIVERED,),
    DELIVERED: (),
    CANCELLED: (),
}


class IllegalMove(ValueError):
    """An order cannot go from `now` to `wanted`."""

    def __init__(self, now: str, wanted: str) -> None:
        self.now, self.wanted = now, wanted
        allowed = " or ".join(MOVES[now])
        rest = f"from here it can be {allowed}." if allowed else "that is where its story ends."
        super().__init__(f"This order is {now} and cannot become {wanted}: {rest}")


def require_move(now: str, wanted: str) -> None:
    """Raise `IllegalMove` unless `wanted` may follow `now`."""
    if wanted not in MOVES[now]:
        raise IllegalMove(now, wanted)
