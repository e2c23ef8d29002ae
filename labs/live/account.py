"""One queue's account: what it should hold by all that the trace told, and what a look found.

A look is a moment somewhere between question and answer, and the trace arrives a little later than things
happen. So everything booked from the question until the look is compared may or may not be in it: the account
knows bounds, and only what lies outside them is a difference. The rule: a difference counts when two looks in
turn show it; a race between a poll and the trace never does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Account:
    """`expected` None: not known yet, since the queue was there before us."""

    expected: int | None = 0
    #: Ready messages more and fewer than expected, by the last look; and by the last two together.
    rise: int = 0
    fall: int = 0
    sure_rise: int = 0
    sure_fall: int = 0
    #: Given back by consumers (requeued), as far as it was noticed, and not yet delivered again.
    requeued: int = 0
    #: More than came in, by dead letters or given back: the deliveries will tell.
    unclear: int = 0
    #: Here since before we began. What was first in goes first out, so these are the next to be delivered.
    old: int = 0
    #: For how many looks a difference has waited for its explanation, and when the first of them was answered.
    waited: int = 0
    since: float = 0.0
    _more: int = 0
    _fewer: int = 0
    _unacked: int = 0
    _taken: int = 0
    _returned: deque[int] = field(default_factory=lambda: deque([0, 0, 0], maxlen=3))

    def book(self, number: int) -> None:
        """So many ready messages more, or fewer."""
        if number > 0:
            self._more += number
        else:
            self._fewer -= number
        if self.expected is not None:
            self.expected += number

    def delivered(self, *, again: bool) -> None:
        """One ready message was given out. If it had been before, it came back, noticed or not."""
        self._taken += 1
        if not again:
            self.old = max(self.old - 1, 0)
        elif self.requeued:
            self.requeued -= 1
        elif self.unclear:
            self.unclear -= 1
        elif self.old:
            self.old -= 1  # given back before we began
        else:
            self.book(1)
        self.book(-1)

    def correct(self, number: int) -> None:
        """A difference is explained: what was found is what is expected now."""
        if self.expected is not None:
            self.expected += number
        rose, fell = max(number, 0), max(-number, 0)
        self.rise, self.sure_rise = max(self.rise - rose, 0), max(self.sure_rise - rose, 0)
        self.fall, self.sure_fall = max(self.fall - fell, 0), max(self.sure_fall - fell, 0)

    def asked(self) -> None:
        """A look is on its way: from now on, what is booked is uncertain."""
        self._more = self._fewer = 0

    def compare(self, ready: int, unacked: int, at: float) -> None:
        """Take in what the look found."""
        self._returned.append(max(0, self._unacked + self._taken - unacked))
        self._unacked, self._taken = unacked, 0
        if self.expected is None:
            if not self._more and not self._fewer:
                self.expected = self.old = ready
            return
        least, most = self.expected - self._more, self.expected + self._fewer
        rise, fall = max(0, ready - most), max(0, least - ready)
        if not self.rise and not self.fall:
            self.since = at
        self.sure_rise, self.sure_fall = min(self.rise, rise), min(self.fall, fall)
        self.rise, self.fall = rise, fall
        self.waited = self.waited + 1 if self.sure_rise or self.sure_fall else 0

    def explain(self, number: int) -> None:
        """So many of those that left the consumers' hands are drawn: they explain nothing more."""
        for place, returned in enumerate(self._returned):
            used = min(number, returned)
            self._returned[place] -= used
            number -= used

    def keep_within(self) -> None:
        """Messages are gone, nobody knows which: of no sort can there be more than are left."""
        left = max(self.expected or 0, 0)
        self.requeued, self.unclear, self.old = (
            min(number, left) for number in (self.requeued, self.unclear, self.old)
        )

    @property
    def returned(self) -> int:
        """How many messages left the consumers' hands lately: acked, rejected or given back."""
        return sum(self._returned)
