"""All our ears in one broker, opened and closed together, in the order that leaves no tracing behind.

The rule: bind, then switch tracing on; hang up, then switch it off unless somebody else listens.
"""

from __future__ import annotations

from contextlib import suppress

from labs.broker.address import Broker
from labs.errors import AccessRefused, LabsError
from labs.live import tracing
from labs.live.door import Api, quoted
from labs.live.ear import Ear
from labs.live.inbox import Inbox
from labs.live.listener import Listener
from labs.live.trace import EXCHANGE, KEYS


class Hearing:
    """The tap (`ear`; None where tracing is not permitted) and the listener for news."""

    def __init__(self, broker: Broker, management: Api, vhost: str, inbox: Inbox) -> None:
        self._management, self._vhost, self._inbox = management, vhost, inbox
        self.ear: Ear | None = None
        self._listener: Listener | None = None
        # Whether there is a management API, and the vhost; only an administrator may ask for the vhost itself.
        management.get(f"/queues/{quoted(vhost)}", disable_stats="true", columns="name")
        try:
            self._listener = Listener(broker, vhost, inbox)
            self.ear = Ear(broker, vhost, EXCHANGE, KEYS)
            inbox.wake = self.ear.wake
            tracing.on(management, vhost)
        except AccessRefused:
            self._hang_up()
        except BaseException:
            self.close()
            raise

    @property
    def with_news(self) -> bool:
        """Whether the broker's news come in."""
        return self._listener is not None and self._listener.hears

    def catch_up(self, within_s: float) -> None:
        """Wait until all the news that there are have been put into the inbox."""
        if self._listener is not None:
            self._listener.catch_up(within_s)

    def trace_again(self) -> None:
        """Somebody else has switched tracing off: switch it on."""
        if self.ear is not None:
            tracing.on(self._management, self._vhost)

    def close(self) -> None:
        """Hang up, and end tracing if nobody else listens. Safe to call twice, and with the broker gone."""
        if self._listener is not None:
            self._listener.stop()
        self._hang_up()
        with suppress(LabsError):
            tracing.off_if_unheard(self._management, self._vhost)

    def _hang_up(self) -> None:
        self._inbox.wake = lambda: None
        if self.ear is not None:
            self.ear.close()
            self.ear = None
