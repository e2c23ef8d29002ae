"""Promises to say when all is told: somebody in the kernel waits, to draw a picture or to go on.

A promise is kept when the tap has caught up, everything it heard has been told, and two looks in turn, the first
of them a full one, have been compared and leave nothing to explain. The counts of quorum queues come a second late,
so with those it takes a second. The rule: what was heard is always told first; only what cannot be explained is
not waited for any longer than some seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from labs.live.look import Clock, Look

#: The longest that a promise waits for explanations, in ms.
PATIENCE_MS = 4_000.0
#: So long after the last event the statistics of quorum queues tell of it.
STATISTICS_MS = 1_200.0
LOOKS = 2


@dataclass(slots=True)
class _Promise:
    token: str
    #: When the tap had caught up; None while it has not.
    since: float | None = None
    full: bool = False
    looks: int = 0


class Syncs:
    """The promises that are not yet kept."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._promises: list[_Promise] = []
        self._kept: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._promises)

    def begin(self, token: str) -> None:
        """Promise it."""
        self._promises.append(_Promise(token))

    @property
    def behind(self) -> bool:
        """Whether any promise waits for the tap to catch up."""
        return any(one.since is None for one in self._promises)

    def caught_up(self) -> None:
        """The tap has heard all that there was, and all of it is to be told."""
        for one in self._promises:
            one.since = one.since or self._now()

    def settled(self, look: Look, *, clear: bool, since: float | None) -> None:
        """A look was compared; `clear`: nothing is left to explain; `since`: some counts lag behind this moment."""
        for promise in self._promises:
            if promise.since is not None and look.asked >= promise.since:
                promise.full |= look.shape is not None
                promise.looks += promise.full
        fresh = since is None or look.asked > since + STATISTICS_MS
        self._keep([one for one in self._promises if one.looks >= LOOKS and clear and fresh])

    def take(self) -> list[str]:
        """The tokens of those that can be kept now."""
        self._keep([one for one in self._promises if one.since and self._now() > one.since + PATIENCE_MS])
        kept, self._kept = self._kept, []
        return kept

    def _keep(self, promises: list[_Promise]) -> None:
        for promise in promises:
            self._promises.remove(promise)
            self._kept.append(promise.token)
