"""When to look at the broker: often while something happens, seldom while nothing does.

A look costs the broker a few milliseconds, so an idle view must nearly stop. Acks are not traced: as long as
somebody holds messages, or messages wait that may expire, a look is the only way to see them go. The rule: never
more often than every fifth of a second unless an event waits for it, never more seldom than every second.
"""

from __future__ import annotations

from collections import deque

from labs.live.look import Clock

#: The time between two looks, in ms: while something happens, while somebody holds messages, while nothing does.
ACTIVE_MS, HELD_MS, IDLE_MS = 200.0, 350.0, 1_000.0
#: … and when an event or a `sync` waits for one.
HURRY_MS = 20.0
#: So long after the last event it counts as "something happens".
AWAKE_MS = 2_000.0
#: A full look, whatever happens, every so many ms.
FULL_MS = 10_000.0
#: New connections and consumers are in the broker's lists after half a second (ours) or five (its default).
LISTED_MS = (0.0, 700.0, 1_500.0, 6_000.0)


class Rhythm:
    """Knows when the next look is due, and whether it has to be a full one."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._asked, self._full_at, self._hurry, self._full = -IDLE_MS, -FULL_MS, False, True
        self._awake_until = now() + AWAKE_MS
        self._counts: dict[str, tuple[int, int]] | None = None
        self._lists: deque[float] = deque()
        self.with_news = False
        self.look_often()

    def active(self) -> None:
        """Something happens."""
        self._awake_until = self._now() + AWAKE_MS

    def hurry(self, *, full: bool) -> None:
        """Somebody waits for a look."""
        self._hurry = True
        self._full |= full

    def look_often(self) -> None:
        """Somebody is new here, and only the lists will tell who."""
        self._lists = deque(self._now() + later for later in LISTED_MS)

    def due(self) -> float:
        """When the next look is to be asked for."""
        if self._hurry:
            return self._asked + HURRY_MS
        if self._now() < self._awake_until:
            pause = ACTIVE_MS
        elif any(unacked for _, unacked in (self._counts or {}).values()):
            pause = HELD_MS
        else:
            pause = IDLE_MS
        return min(self._asked + pause, *self._lists, self._asked + IDLE_MS)

    def ask(self) -> bool:
        """A look is asked for now; the answer says whether it has to be a full one."""
        now = self._now()
        listed = [at for at in self._lists if at <= now]
        for _ in listed:
            self._lists.popleft()
        full = self._full or not self.with_news or bool(listed) or now - self._full_at >= FULL_MS
        self._asked, self._hurry, self._full = now, False, False
        if full:
            self._full_at = now
        return full

    def seen(self, counts: dict[str, tuple[int, int]]) -> bool:
        """Take in the counts of a look; True if they are others than before."""
        if counts == self._counts:
            return False
        if self._counts is not None:
            self.active()
        self._counts = dict(counts)
        return True
