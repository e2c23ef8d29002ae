"""Dead letters that were drawn because counts showed them, and are not yet proved by a delivery.

A move drawn from counts and the same move told by a delivery's `x-death` are one: it must be drawn once. The rule:
first the proof uses up what is drawn already; only a proof of something new is drawn.
"""

from __future__ import annotations

from collections import Counter

Move = tuple[str, str]


class Moves:
    """Moves from a source to a target, of two sorts: the message waited when it died, or a consumer had it."""

    def __init__(self) -> None:
        #: Those that the source was seen to lose while they waited, and the others.
        self._waited: Counter[Move] = Counter()
        self._had: Counter[Move] = Counter()

    def drawn(self, move: Move, number: int, *, waited: bool) -> None:
        """So many were drawn."""
        (self._waited if waited else self._had)[move] += number

    def proves_drawn(self, move: Move, *, waited: bool) -> bool | None:
        """Use up one that is drawn: None if there is none, else whether it was drawn as one that waited."""
        first, second = (self._waited, self._had) if waited else (self._had, self._waited)
        for moves in (first, second):
            if moves[move] > 0:
                moves[move] -= 1
                return moves is self._waited
        return None

    def keep_within(self, target: str, left: int) -> None:
        """Of what came to `target`, only so many are still there to prove anything."""
        for moves in (self._waited, self._had):
            for move in [move for move in moves if move[1] == target]:
                moves[move] = min(moves[move], max(left, 0))
