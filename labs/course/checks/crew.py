"""Three workers for a check: the learner's function consumes, the check gives out the work and counts.

Each worker is a thread with a connection of its own. The learner's function may return when its consumer is
set up, or stay and consume by itself: both are served, and both end when the crew is told to.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pika
import pika.exceptions

from labs.broker.vhosts import drop_vhost
from labs.course.probe import Probe

#: How long a thread may take to end, in seconds, before its virtual host is taken away.
END_S = 3.0


class Crew:
    """Runs `attempt(channel, handle)` once for each of `pace`: its name and its seconds for one order."""

    def __init__(self, probe: Probe, attempt: Callable[..., Any], pace: dict[str, float]) -> None:
        self.probe, self.attempt = probe, attempt
        self.handled: dict[str, list[str]] = {name: [] for name in pace}
        self.errors: list[BaseException] = []
        self._over = threading.Event()
        self._channels: list[Any] = []
        self._threads = [threading.Thread(target=self._work, args=item, daemon=True) for item in pace.items()]

    @property
    def total(self) -> int:
        """How many orders were handled, by all together."""
        return sum(len(bodies) for bodies in self.handled.values())

    def wait_until_handled(self, total: int, *, patience_s: float = 5.0) -> None:
        """Return when `total` orders are handled, or when nothing has moved for `patience_s` seconds.

        A busy machine may stop a worker for 2 s; nobody is told to ack better for that.
        """
        seen, since = -1, time.monotonic()
        while self.total < total and time.monotonic() - since < patience_s and not self.errors:
            if self.total != seen:
                seen, since = self.total, time.monotonic()
            time.sleep(0.02)
        time.sleep(0.1)  # the last ack, or one order too many, may still be on its way

    def _work(self, name: str, seconds: float) -> None:
        def handle(body: Any) -> None:
            time.sleep(seconds)
            self.handled[name].append(body.decode(errors="replace") if isinstance(body, bytes) else str(body))

        try:
            with self.probe.channel() as channel:
                self._channels.append(channel)
                self.attempt(channel, handle)
                while not self._over.is_set():
                    channel.connection.process_data_events(time_limit=0.05)
        except BaseException as error:  # noqa: BLE001 - the check shows it to the learner
            if not self._over.is_set():
                self.errors.append(error)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for channel in self._channels:  # one that sits in start_consuming() comes out of it
            with contextlib.suppress(pika.exceptions.AMQPError, AttributeError):
                channel.connection.add_callback_threadsafe(channel.stop_consuming)
        deadline = time.monotonic() + END_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            # the broker hangs up on whoever is still there
            drop_vhost(self.probe.management, self.probe.vhost)
