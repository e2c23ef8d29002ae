"""Ready and unacknowledged of one queue, looked up again and again on a thread of its own.

For a classic queue the management API's totals are the queue's own and exact. Those of quorum queues and streams
are a second old, so a passive declare counts what is ready, and what is unacknowledged is called approximate.
The rule: a thread that looks has a deadline for each look, ends when it is told to, and never prints.
https://www.rabbitmq.com/docs/management · https://www.rabbitmq.com/docs/queues#passive-declaration
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pika.exceptions

from labs.broker.management import Management
from labs.course.own_channel import own_channel
from labs.course.place import Place
from labs.errors import LabsError, NotFound

#: The pause between two looks in seconds: while the numbers change, and at most when they do not.
BUSY_S, QUIET_S = 0.1, 0.5
#: The longest that one look may take, in seconds.
LOOK_S = 5.0
#: Why it looks no more.
CLOSED, GONE = "the lesson is closed", "the broker is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many messages are ready, and how many are delivered and not acknowledged; `exact` says if both are."""

    ready: int
    unacked: int
    exact: bool = True


class Depths:
    """Looks at `queue` in `place`. `on_change(depth)` is called from its thread; None means: there is no such queue.

    `on_end(why)` is called from that thread when it cannot go on: the broker or the virtual host is gone.
    """

    def __init__(
        self,
        place: Place,
        queue: str,
        *,
        on_change: Callable[[Depth | None], object],
        on_end: Callable[[str], object],
    ) -> None:
        self._place, self._queue, self._on_change, self._on_end = place, queue, on_change, on_end
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"labs-meter-{queue}", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and return when the thread has ended. Safe to call twice, and from that thread."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(LOOK_S)

    def close(self) -> None:
        """What a lesson does when it closes."""
        self.stop()
        self._on_end(CLOSED)

    def _run(self) -> None:
        last: Depth | None = None
        pause = BUSY_S
        try:
            with Management(self._place.broker, timeout_s=LOOK_S) as management:
                while not self._stop.wait(pause):
                    now = look(self._place, self._queue, management)
                    pause = BUSY_S if now != last else min(pause * 1.25, QUIET_S)
                    if now != last:
                        self._on_change(now)
                    last = now
        except (LabsError, pika.exceptions.AMQPError) as gone:
            if not self._stop.is_set():
                self._on_end(CLOSED if isinstance(gone, NotFound) else GONE)


def look(place: Place, queue: str, management: Management | None = None) -> Depth | None:
    """One look, now; None if there is no such queue. Raises NotFound when the virtual host is gone."""
    rows = (management or place.management).queues(place.vhost)
    row = next((row for row in rows if row["name"] == queue), None)
    if row is None:
        return None
    ready, unacked = row.get("messages_ready", 0), row.get("messages_unacknowledged", 0)
    if row.get("type", "classic") == "classic":
        return Depth(ready=ready, unacked=unacked)
    with suppress(pika.exceptions.ChannelClosedByBroker), own_channel(place.parameters) as channel:
        ready = channel.queue_declare(queue, passive=True).method.message_count
    return Depth(ready=ready, unacked=unacked, exact=False)
