"""The watcher: connects, watches, says when the broker is lost, and comes back with it.

The rule: whatever ends this program in good order ends tracing too; whatever does not is made good by the next
`labs.live.tracing.sweep`. A vhost that is deleted ends the watch; a broker that is away does not.
"""

from __future__ import annotations

from typing import Any

from labs.errors import BrokerRefused, BrokerUnavailable, LabsError, NotFound
from labs.live.cast import Cast
from labs.live.door import Door
from labs.live.ear import BROKEN
from labs.live.hearing import Hearing
from labs.live.inbox import Inbox
from labs.live.look import Clock, Look
from labs.live.news import News
from labs.live.order import Order
from labs.live.poller import Blind, Poller
from labs.live.screen import Screen
from labs.live.watch import Watch

LIVE = "Every message that is published or delivered here is shown."
POLLING = (
    "Tracing is not permitted to this user (it takes the administrator tag): "
    "counts and connections are shown, single messages are not."
)
GONE = "The virtual host is gone."
OVER = "The view is closed."
#: The pauses before trying again, in seconds: from the first to the longest.
FIRST_S, LONGEST_S = 0.25, 2.0
#: For how long, in seconds, to wait for news that are on their way.
NEWS_S = 0.5
#: So many looks in turn may fail before the broker counts as lost.
BLIND = 2


class Watcher:
    """`run` returns when it is over."""

    def __init__(self, order: Order, inbox: Inbox, screen: Screen, now: Clock) -> None:
        self._order, self._inbox, self._screen, self._now = order, inbox, screen, now
        self._management = Door(order.broker, timeout_s=2.0)
        self._poller = Poller(order.broker, order.vhost, inbox, now)
        self._cast = Cast()
        self._blind = 0
        #: Why it ends, as soon as it is to end.
        self._over: str | None = None

    def run(self) -> None:
        """Watch until the kernel says stop, or its end of the line is closed, or the vhost is gone."""
        pause_s = FIRST_S
        while self._over is None:
            hearing = None
            try:
                hearing = Hearing(self._order.broker, self._management, self._order.vhost, self._inbox)
                pause_s = FIRST_S
                self._work(hearing)
            except (LabsError, *BROKEN) as error:
                self._lost(error)
            finally:
                if hearing is not None:
                    hearing.close()
            if self._over is None:
                self._rest(pause_s)
                pause_s = min(2 * pause_s, LONGEST_S)
        self._screen.status("stopped", self._over)

    def _work(self, hearing: Hearing) -> None:
        self._blind = 0
        watch = Watch(self._poller, self._screen, self._now, self._cast, hearing.ear)
        while self._over is None:
            if watch.ready:
                self._screen.status(*(("live", LIVE) if hearing.ear is not None else ("polling", POLLING)))
            pause_s = watch.pause()
            if hearing.ear is not None:
                watch.listen(pause_s)
                items = self._inbox.take()
            else:
                items = self._inbox.wait(pause_s)
            for item in items:
                self._take(item, watch, hearing)
            watch.work()

    def _take(self, item: Any, watch: Watch, hearing: Hearing) -> None:
        """One thing from another thread."""
        match item:
            case Look():
                self._blind = 0
                watch.see(item, with_news=hearing.with_news)
                if item.shape is not None and not item.tracing:
                    hearing.trace_again()
            case Blind():
                self._blind += 1
                self._poller.busy = False
                if self._blind >= BLIND or not isinstance(item.error, BrokerUnavailable):
                    raise item.error
            case {"do": "sync"}:
                hearing.catch_up(NEWS_S)
                for news in self._inbox.take():
                    self._take(news, watch, hearing)
                watch.sync(str(item.get("token")))
            case {"do": "expand" | "collapse" as do}:
                watch.expand(str(item.get("node")), open_it=do == "expand")
            case str() | dict():
                self._end(item)
            case _ if isinstance(item, News):
                watch.hear(item, with_news=hearing.with_news)

    def _end(self, item: str | dict[str, Any]) -> None:
        """The end, if this is a reason for it."""
        if isinstance(item, str):
            self._over = item
        elif item.get("do") == "stop":
            self._over = OVER

    def _rest(self, pause_s: float) -> None:
        """Wait before the next try; only an end is heard meanwhile."""
        until = self._now() + 1000 * pause_s
        while self._over is None and (left := until - self._now()) > 0:
            for item in self._inbox.wait(left / 1000):
                if isinstance(item, str | dict):
                    self._end(item)

    def _lost(self, error: Exception) -> None:
        """Say what is missing; end if it is the vhost itself."""
        if (isinstance(error, NotFound) or "is deleted" in str(error)) and self._is_gone():
            self._over = GONE
        elif isinstance(error, BrokerRefused):
            self._screen.status("lost", f"{error} Trying again.")
        elif isinstance(error, LabsError):
            self._screen.status("lost", f"{error} Waiting for it.")
        else:
            self._screen.status("lost", "The connection to the broker is lost. Waiting for it.")

    def _is_gone(self) -> bool:
        """Whether the broker is well and has no such vhost; one that is just going down finds nothing at all."""
        try:
            return self._order.vhost not in {row["name"] for row in self._management.get("/vhosts")}
        except LabsError:
            return False
