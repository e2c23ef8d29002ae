"""Watching: from the first look until somebody says stop or the line breaks, in the program's main thread.

It listens, looks when there is a reason to, and tells. What is told is what the broker said, in its order; what
is inferred comes after the look that showed it. The rule: a look is compared a moment after it was answered, when
what happened before it has come in; and not at all while the tap is behind.
"""

from __future__ import annotations

from contextlib import suppress

from labs.live.asking import Asking
from labs.live.cast import Cast
from labs.live.ear import Ear
from labs.live.holds import Holds
from labs.live.ledger import Ledger
from labs.live.look import Clock, Look
from labs.live.news import Changed, News
from labs.live.poller import Poller
from labs.live.reporter import Reporter
from labs.live.rhythm import Rhythm
from labs.live.screen import Screen
from labs.live.syncs import Syncs
from labs.live.teller import Teller
from labs.live.trace import read_trace

#: What happened before a look was answered has come in after so many ms.
GRACE_MS = 30.0
#: The longest and the shortest wait for something to happen, and the wait for what is expected, in ms.
LONGEST_MS, SHORTEST_MS, SOON_MS = 500.0, 1.0, 10.0


class Watch:
    """Everything that is known while the line holds. `ear` is None where tracing is not permitted."""

    def __init__(self, poller: Poller, screen: Screen, now: Clock, cast: Cast, ear: Ear | None) -> None:
        self._poller, self._screen, self._now, self._cast, self._ear = poller, screen, now, cast, ear
        self._holds, self._asking = Holds(), Asking(ear)
        self._teller = Teller(cast, Ledger(), self._holds, self._asking.ask, now())
        self._reporter = Reporter(screen, now, cast, self._teller, self._holds)
        self._rhythm, self._syncs = Rhythm(now), Syncs(now)
        #: The look that is to be compared.
        self._look: Look | None = None
        self._began, self._heard_at, self._first = now(), 0.0, True
        #: Whether a look was compared: what happens from now on is told, whatever it is.
        self.ready = False

    def pause(self) -> float:
        """How long, in seconds, there is nothing to do unless something comes in."""
        now = self._now()
        due = [self._reporter.next_turn(now + LONGEST_MS)]
        if self._look is not None:
            due.append(self._look.answered + GRACE_MS)
        elif not self._poller.busy:
            due.append(self._rhythm.due())
        if self._teller.waiting or self._syncs.behind:
            due.append(now + SOON_MS)
        return max(min(due) - now, SHORTEST_MS) / 1000

    def listen(self, within_s: float) -> None:
        """Wait for the tap, and take in what it heard."""
        if self._ear is None:
            return
        heard = self._ear.hear(within_s, eager=self._reporter.may_tell())
        at = self._now()
        for one in heard:
            with suppress(ValueError):
                self._teller.waiting.append(read_trace(one, at))
        if heard:
            self._heard_at = at
            self._rhythm.active()

    def work(self) -> None:
        """Do what is to be done now."""
        now = self._now()
        self._reporter.batch.add(self._teller.tell(now))
        if self._teller.wants_look:
            self._rhythm.hurry(full=True)
        if self._look is not None and now >= self._look.answered + GRACE_MS:
            self._settle(self._look)
        if self._look is None and not self._poller.busy and now >= self._rhythm.due():
            for one in (self._teller.ledger, self._holds):
                one.asked()
            self._poller.ask(full=self._rhythm.ask())
        if (batch := self._reporter.due()) is not None and now >= batch:
            self._reporter.tell()
        if self._syncs.behind:
            self._catch_up()
        if tokens := self._syncs.take():
            self._reporter.synced(tokens)

    def hear(self, news: News, *, with_news: bool) -> None:
        """Take in what the broker tells of itself."""
        self._rhythm.with_news = self._teller.patience.with_news = with_news
        self._rhythm.active()
        if isinstance(news, Changed):
            self._teller.patience.changed = self._now()
            self._rhythm.hurry(full=True)
        elif not self._cast.hear(news, self._now()):
            self._rhythm.look_often()

    def see(self, look: Look, *, with_news: bool) -> None:
        """Take in a look. Compare it later."""
        self._rhythm.with_news = self._teller.patience.with_news = with_news
        self._poller.busy = False
        if look.asked < self._began:
            return  # asked before the line broke
        self._look = look
        if look.shape is not None:
            self._cast.see(look, self._now(), with_news=with_news and not self._first)
            self._cast.changed |= self._teller.renew(look.shape, look.asked) or self._first
            self._asking.queues = self._teller.routes.queues
            self._first = False
        self._asking.make_exact(look.counts)
        self._reporter.see(look, changed=self._rhythm.seen(look.counts))

    def sync(self, token: str) -> None:
        """Promise to tell everything up to now, and to say so."""
        self._syncs.begin(token)
        self._catch_up()

    def expand(self, node: str, *, open_it: bool) -> None:
        """Open or close a group."""
        self._screen.expand(node, open_it=open_it)
        self._cast.changed = True

    def _catch_up(self) -> None:
        if self._ear is None or self._ear.catch_up():
            self.listen(0)
            self._syncs.caught_up()
            self._rhythm.hurry(full=True)

    def _settle(self, look: Look) -> None:
        """Compare a look with what was told, and infer what was not."""
        self._look, self.ready = None, True
        ledger, waiting = self._teller.ledger, bool(self._teller.waiting)
        if self._ear is not None:
            if self._ear.has_lost():
                self._reporter.batch.behind = True
                self._teller.ledger = ledger = Ledger()
            elif not waiting and not look.ours.get(self._ear.queue):
                found = ledger.settle(look.counts, self._teller.routes, look.answered)
                self._reporter.batch.add(found)
        clear = ledger.settled and not waiting and not self._asking.late
        self._syncs.settled(look, clear=clear, since=self._heard_at if self._asking.lags else None)
        if self._syncs or not ledger.settled:
            self._rhythm.hurry(full=False)
        self._cast.forget(self._now())
