"""A thread that works on a broker connection and comes back when the broker does.

Connections end: a restart, a cable, an operator's click. The rule is that a worker owns nothing that
matters. The relay's work is in the outbox, the consumer's is in the queue; so when the connection is lost,
the worker forgets everything, waits a little, connects again and carries on where *they* say it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from labs.errors import LabsError
from labs.sync.connection import Connection, connect
from labs.sync.declare import declare
from labs.topology import Topology

#: What a worker does while it is connected. It must return soon after the event is set.
Work = Callable[[Connection, Event], None]

#: Waits between attempts, in seconds. The last one repeats.
BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0)

#: How long one attempt to connect may take, in seconds.
CONNECT_S = 3.0

log = logging.getLogger(__name__)


class Worker:
    """Runs `work` in a thread named `name`, on a connection to `url`, and again after every fault.

    `changed` is called whenever `connected` changes, so that the dashboard can tell the truth at once.
    `fault` is what ended the last attempt.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        topology: Topology,
        work: Work,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.connected = False
        self.fault: Exception | None = None
        self._url = url
        self._topology = topology
        self._work = work
        self._changed = changed
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin. Returns at once; `connected` says when the broker has answered."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the work finish what it holds and end. Returns at once."""
        self._stop.set()

    def stop(self, within_s: float) -> bool:
        """Ask it to stop, and wait for it; False when it needed longer than `within_s` seconds."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            try:
                with connect(self._url, name=self.name, timeout_s=CONNECT_S) as connection:
                    # Both ends declare: after a broker lost its disk, the first one back rebuilds the queues.
                    declare(connection, self._topology)
                    attempt = 0
                    self._note(connected=True)
                    self._work(connection, self._stop)
            except LabsError as error:
                self._note(connected=False, fault=error)
            except Exception as error:  # noqa: BLE001 a worker that dies of a surprise helps nobody
                log.warning("%s stumbled and will start again: %r", self.name, error)
                self._note(connected=False, fault=error)
            self._stop.wait(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
            attempt += 1
        self._note(connected=False)

    def _note(self, *, connected: bool, fault: Exception | None = None) -> None:
        changed = connected != self.connected
        self.connected, self.fault = connected, fault
        if changed:
            told(self._changed)


def told(changed: Callable[[], None]) -> None:
    """Tell somebody that the connection came or went. What goes wrong there must not end the worker here."""
    try:
        changed()
    except Exception:
        log.exception("Nobody could be told that a connection came or went.")
