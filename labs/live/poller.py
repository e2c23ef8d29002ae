"""The poller: a thread that looks at the broker when it is asked to, so that a slow answer stops nobody.

The rule: one look at a time, and each says when it was asked. https://www.rabbitmq.com/docs/management#http-api
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass

from labs.broker.address import Broker
from labs.errors import LabsError
from labs.live.door import Door
from labs.live.inbox import Inbox
from labs.live.look import Clock, look

#: The longest wait for one answer of the broker, in seconds.
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A look that failed, and why."""

    error: LabsError


class Poller:
    """`ask` brings a `Look` or `Blind` into the inbox."""

    def __init__(self, broker: Broker, vhost: str, inbox: Inbox, now: Clock) -> None:
        self._management = Door(broker, timeout_s=PATIENCE_S)
        self._vhost, self._inbox, self._now = vhost, inbox, now
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._strangers: set[str] = set()
        self.busy = False
        threading.Thread(target=self._run, name="labs-poller", daemon=True).start()

    def ask(self, *, full: bool) -> None:
        """Have a look. Whoever takes it out of the inbox sets `busy` to False."""
        self.busy = True
        self._asked.put(full)

    def _run(self) -> None:
        while True:
            full = self._asked.get()
            try:
                seen = look(self._management, self._vhost, self._now, full=full, strangers=self._strangers)
                self._inbox.put(seen)
            except LabsError as error:
                self._inbox.put(Blind(error=error))
            except (ValueError, KeyError, TypeError) as error:  # an answer that is none
                self._inbox.put(Blind(error=LabsError(f"The management API answered oddly: {error!r}.")))
