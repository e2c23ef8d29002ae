"""The listener: a thread with an ear on the broker's news, where the broker publishes any.

It never fails loudly: without the event exchange, or without a right to the default vhost, the view goes on
with what the management API tells. https://www.rabbitmq.com/docs/event-exchange
"""

from __future__ import annotations

import threading
from contextlib import suppress

from labs.broker.address import Broker
from labs.live.ear import BROKEN, Ear
from labs.live.inbox import Inbox
from labs.live.news import EXCHANGE, KEYS, VHOST, read_news
from labs.live.wire import Heard

#: How often, in seconds, the thread looks whether it is to end.
TURN_S = 5.0


class Listener:
    """Brings `News` into the inbox, in order. `hears` is False where there is nothing to hear."""

    def __init__(self, broker: Broker, vhost: str, inbox: Inbox) -> None:
        self._vhost, self._inbox = vhost, inbox
        self._over, self._ask, self._caught_up = threading.Event(), threading.Event(), threading.Event()
        self.hears = False
        with suppress(*BROKEN):
            self._ear = Ear(broker, VHOST, EXCHANGE, KEYS)
            self.hears = True
            threading.Thread(target=self._run, name="labs-listener", daemon=True).start()

    def catch_up(self, within_s: float) -> None:
        """Wait until all the news that there are now have been put into the inbox."""
        if self.hears:
            self._caught_up.clear()
            self._ask.set()
            self._ear.wake()
            self._caught_up.wait(within_s)

    def stop(self) -> None:
        """Hang up, soon."""
        self._over.set()
        if self.hears:
            self._ear.wake()

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._bring(self._ear.hear(TURN_S))
                if self._ask.is_set():
                    self._ask.clear()
                    while not self._ear.catch_up():
                        self._bring(self._ear.hear(0))
                    self._bring(self._ear.hear(0))
                    self._caught_up.set()
        except BROKEN:
            pass  # the tap's own connection has gone the same way, and tells
        finally:
            self.hears = False
            self._caught_up.set()
            self._ear.close()

    def _bring(self, heard: list[Heard]) -> None:
        for one in heard:
            with suppress(ValueError):
                if (news := read_news(one, self._vhost)) is not None:
                    self._inbox.put(news)
