"""How long an event waits to learn who was there.

The trace names a connection, a channel, a queue. What the connection is called, whether a consumer or a
`basic.get` took the message, and what a new queue looks like, come from the news (within milliseconds) or from
the next look (within its interval). The rule: wait long enough for who is sure to tell, never for ever, and
then take it for what it is without a name.
"""

from __future__ import annotations

from collections.abc import Callable

from labs.live.cast import LIST_AGE_MS, Cast
from labs.live.routes import Routes
from labs.live.subscriber import Line
from labs.live.trace import Traced

#: How long, in ms, it may take until a connection's name is known: by news, and by lists.
NEWS_MS, NAME_MS = 100.0, 300.0
#: … and a consumer: by lists; by news if the queue has no consumers but those that we know, or if its channel has
#: got by `basic.get` before.
LIST_MS, AGAIN_MS = 2_000.0, 25.0
#: How long it waits for a look that shows the queue or the exchange that it names.
LOOK_MS = 3_000.0
#: So many channels that use `basic.get` are remembered.
MOST = 5_000

#: Ready messages and consumers of a queue; None if it may not be asked.
Ask = Callable[[str], tuple[int, int] | None]


class Patience:
    """Says of the next event whether it may go."""

    def __init__(self, cast: Cast, ask: Ask, began: float) -> None:
        self._cast, self._ask = cast, ask
        #: Until then there may be somebody who was here before the first news, and in no list yet.
        self._strangers_until = began + LIST_AGE_MS
        #: When the look was asked that gave us the shape, and whether news come in.
        self.looked, self.with_news = 0.0, False
        #: When the news last said that something was declared, deleted or bound.
        self.changed = 0.0
        #: Channel and queue → when we last saw that it was a `basic.get`.
        self._getters: dict[Line, float] = {}

    def wants_look(self, traced: Traced, routes: Routes) -> bool:
        """Whether a look could show what this event waits for."""
        return self._by_lists(traced) or self._is_new(traced, routes)

    def _by_lists(self, traced: Traced) -> bool:
        """Whether it takes a list to know who it was."""
        return not self.with_news or traced.at < self._strangers_until

    def may_go(self, traced: Traced, now: float, routes: Routes) -> bool:
        """Whether everything is known about this event that can be known."""
        age = now - traced.at
        if self._is_new(traced, routes) and age < LOOK_MS:
            return False
        if traced.queue is not None:
            return self._consumer_known(traced, age)
        if not self._cast.knows(traced.connection):
            by_news = LIST_MS if self._by_lists(traced) else NEWS_MS
            if age < (by_news if self.with_news else NAME_MS):
                return False
            self._cast.assume_unnamed(traced.connection)
        return True

    def _is_new(self, traced: Traced, routes: Routes) -> bool:
        """Whether it names or takes something that no look since has had a chance to show."""
        if self.looked >= traced.at:
            return False
        if traced.queue is not None:
            return traced.queue not in routes.queues
        if self.looked < self.changed <= traced.at or (
            traced.exchange and traced.exchange not in routes.exchanges
        ):
            return True
        ways = routes.ways(traced.exchange, traced.keys, traced.properties.get("headers"), traced.routed)
        return any(name not in routes.queues or name not in ways for name in traced.routed)

    def _consumer_known(self, traced: Traced, age: float) -> bool:
        """Whether this delivery's consumer is known, or it is sure that there is none: a `basic.get`."""
        queue = traced.queue or ""
        line = traced.connection, traced.channel, queue
        if self._cast.consumers.of_line(line) is not None:
            return True
        before = self._getters.get(line)
        if self.with_news and age < AGAIN_MS:
            return False  # if it has just begun to consume, the news are on their way
        got = age >= (LIST_MS if self._by_lists(traced) else NEWS_MS)
        got = got or (before is not None and traced.at - before < LIST_MS) or self._has_no_stranger(queue)
        if got:
            if len(self._getters) >= MOST:
                self._getters.clear()
            self._getters[line] = traced.at
        return got

    def _has_no_stranger(self, queue: str) -> bool:
        """Whether the queue has no more consumers than those we know."""
        answer = self._ask(queue)
        return answer is not None and answer[1] <= len(self._cast.consumers.of_queue(queue))
