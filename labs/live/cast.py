"""The cast: connections and their names, producers, consumers, as far as trace, news and looks tell.

Three sources that disagree for a moment: the trace is first to show that somebody is there, the news say who it
is, the management API lists everybody but late. The rule: what has just been heard is believed before a list that
may be older; a list is believed where nothing was heard.
https://www.rabbitmq.com/docs/management#statistics-interval
"""

from __future__ import annotations

from labs.drawing.graph import Edge, Node
from labs.live.consumers import Consumers, key_of
from labs.live.look import Look
from labs.live.news import Connected, Departed, Disconnected, Joined, News, Opened
from labs.live.producers import Producers
from labs.live.subscriber import Line, Subscriber

#: A list may be older than this many ms by the broker's default settings.
LIST_AGE_MS = 6_000.0


class Cast:
    """Everybody who takes part. `changed` is set when the picture must be drawn anew; whoever draws clears it."""

    def __init__(self) -> None:
        self.producers, self.consumers = Producers(), Consumers()
        self.changed = True
        #: Connection → what its owner called it. Closed ones stay a while: their last messages may come yet.
        self._called: dict[str, str | None] = {}
        self._open: set[str] = set()
        #: Connections and subscribers that are gone though a list may still show them; when they went.
        self._gone: dict[object, float] = {}
        #: When each connection or subscriber was heard of.
        self._since: dict[object, float] = {}
        self._channels: dict[str, tuple[str, int]] = {}

    def knows(self, connection: str) -> bool:
        """Whether we know what this connection is called, or that it has no name."""
        return connection in self._called

    def assume_unnamed(self, connection: str) -> None:
        """Stop waiting for the name of this connection."""
        self._called.setdefault(connection, None)

    def published(self, connection: str, exchange: str, at: float) -> str:
        """The name of the producer at the other end of this connection."""
        name, new = self.producers.published(connection, self._called.get(connection), exchange, at)
        self.changed |= new
        return name

    def takes(self, line: Line, at: float) -> str:
        """The node of whoever got a delivery: a subscriber, or the queue's `basic.get`."""
        if (attendee := self.consumers.of_line(line)) is not None:
            return attendee.id
        self.changed |= self.consumers.got(line[2], at)
        return f"c:{line[2]}:get"

    def hear(self, news: News, now: float) -> bool:
        """Take in a piece of news; False if it was about a consumer whose channel we do not know."""
        match news:
            case Connected(name=name, called=called):
                self._connected(name, called, now)
            case Disconnected(name=name):
                self._disconnected(name, now)
            case Opened(process=process, connection=connection, channel=channel):
                self._channels[process] = connection, channel
            case Joined(process=process):
                if process not in self._channels:
                    return False
                connection, channel = self._channels[process]
                self._join(
                    Subscriber(
                        queue=news.queue,
                        tag=news.tag,
                        connection=connection,
                        channel=channel,
                        prefetch=news.prefetch,
                        auto_ack=news.auto_ack,
                    ),
                    now,
                )
            case Departed(queue=queue, tag=tag, process=process):
                for one in self.consumers.of_queue(queue):
                    line = self._channels.get(process, one.who.line[:2])
                    if one.who.tag == tag and one.who.line[:2] == line:
                        self._leave(one.who, now)
        return True

    def see(self, look: Look, now: float, *, with_news: bool) -> None:
        """Take in a list of connections and consumers; with news, only what they cannot have told."""
        for name, called in (look.connections or {}).items():
            if name not in self._gone:
                self._connected(name, called, now)
        grace = LIST_AGE_MS if with_news else 0.0
        listed = {key_of(one): one for one in look.subscribers or ()}
        for key, who in listed.items():
            if key not in self._gone and who.connection not in self._gone:
                self._join(who, now)
        for one in self.consumers.subscribed():
            if key_of(one.who) not in listed and self._since.get(key_of(one.who), 0.0) + grace < look.asked:
                self._leave(one.who, now)
        for name in self._open - (look.connections or {}).keys():
            if self._since.get(name, 0.0) + LIST_AGE_MS < look.asked:
                self._disconnected(name, now)

    def forget(self, now: float) -> None:
        """Let those go whose time is over."""
        self.changed |= self.producers.forget(self._open, now)
        self.changed |= self.consumers.forget(now)
        for key in [key for key, went in self._gone.items() if now - went > 2 * LIST_AGE_MS]:
            del self._gone[key]
            self._called.pop(str(key), None)

    def nodes(self) -> list[Node]:
        """Producers and consumers."""
        return [*self.producers.nodes(), *self.consumers.nodes()]

    def edges(self) -> list[Edge]:
        """What they publish to and take from."""
        return [*self.producers.edges(), *self.consumers.edges()]

    def _join(self, who: Subscriber, now: float) -> None:
        self._since.setdefault(key_of(who), now)
        self.changed |= self.consumers.joins(who, self._called.get(who.connection))

    def _leave(self, who: Subscriber, now: float) -> None:
        self._gone[key_of(who)] = now
        self._since.pop(key_of(who), None)
        self.consumers.leaves(key_of(who), now)

    def _connected(self, name: str, called: str | None, now: float) -> None:
        self._called[name] = called
        self._open.add(name)
        self._since.setdefault(name, now)

    def _disconnected(self, name: str, now: float) -> None:
        self._open.discard(name)
        self._since.pop(name, None)
        self._gone[name] = now
        for one in self.consumers.subscribed():
            if one.who.connection == name:
                self._leave(one.who, now)
        for process in [process for process, (connection, _) in self._channels.items() if connection == name]:
            del self._channels[process]
