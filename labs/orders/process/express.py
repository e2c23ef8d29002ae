"""The express lane: events that go from the intake to the relay by hand, and need no look into the outbox.

The row in the outbox is the promise; it is written as always, in the order's own transaction. But it is written
*as already claimed* by this process's relay, and once it is committed the event itself is handed over. So the
relay neither asks the database for it nor claims it: the only writing left is the mark, many at once. What breaks:
nothing new. A crash between commit and confirm leaves a row with a lease, and when that runs out the next claim
finds it. A crash between confirm and mark leads to a duplicate, as everywhere, and the inbox knows it.

`lease` and `carry_now` are called by the intake's thread, all else by the relay's; answers come on the window's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock

from labs.orders.domain.envelope import Form, to_message
from labs.orders.domain.event import OrderEvent
from labs.orders.domain.tally import PUBLISHED, REFUSED, RELAY, Tally
from labs.orders.process.window import REFUSALS, Window
from labs.orders.store.lease import Lease
from labs.orders.store.outbox import Outbox

#: More than this on its way by hand would only fill the memory: the next ones wait in the outbox.
MOST = 2000


class Express:
    """Events on their way by hand. `wake` is called when there are some; `form` is how they look on the wire."""

    def __init__(self, outbox: Outbox, *, form: Form, tally: Tally, wake: Callable[[], None]) -> None:
        self._outbox, self._form, self._tally, self._wake = outbox, form, tally, wake
        self._lock = Lock()
        self._open = False
        self._token = ""
        self._handed: deque[OrderEvent] = deque()
        self._on_the_way: set[str] = set()
        self._answers: deque[tuple[str, datetime, BaseException | None]] = deque()

    def lease(self) -> Lease | None:
        """What to write beside events that will be handed over; None: leave them to the outbox."""
        with self._lock:
            if not self._open or len(self._handed) + len(self._on_the_way) >= MOST:
                return None
            return self._outbox.lease(self._token)

    def carry_now(self, lease: Lease, events: Sequence[OrderEvent]) -> None:
        """These are committed now, under this lease. Returns at once."""
        with self._lock:
            taken = self._open and lease.token == self._token
            if taken:
                self._handed.extend(events)
        if taken:
            self._wake()
        else:  # the relay has lost its line meanwhile: whoever comes next may claim them
            self._outbox.release(lease.token, [event.id for event in events])

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take events while the block lasts. At its end nothing is kept: what is not confirmed is free again."""
        with self._lock:
            self._token, self._open = self._outbox.new_token(), True
        try:
            yield
        finally:
            with self._lock:
                self._open = False
                left = [event.id for event in self._handed]
                self._handed.clear()
            self._note()
            self._outbox.release(self._token, [*left, *self._on_the_way])
            self._on_the_way.clear()

    def publish(self, window: Window) -> None:
        """Send what was handed over; the answers come by themselves. Raises when the line is gone."""
        while self._handed:
            event = self._handed[0]
            self._on_the_way.add(event.id)
            answer = window.publish(to_message(event, form=self._form), event.name)
            answer.add_done_callback(partial(self._answered, event.id))
            self._handed.popleft()

    def mark(self) -> None:
        """Note in the outbox what the broker has confirmed; raises what went wrong with the line."""
        if (error := self._note()) is not None:
            raise error

    @property
    def idle(self) -> bool:
        """Whether there is nothing to mark, and nothing that could soon be marked."""
        return not self._on_the_way

    def _answered(self, event_id: str, answer: Future[None]) -> None:
        self._answers.append((event_id, self._outbox.now(), answer.exception()))

    def _note(self) -> BaseException | None:
        """Confirmed: marked. Refused: it keeps its lease and is tried again when that runs out, as in `carry`."""
        confirmed: dict[str, datetime] = {}
        refused, lost = 0, None
        while self._answers:
            event_id, at, error = self._answers.popleft()
            if error is None:
                confirmed[event_id] = at
            elif isinstance(error, REFUSALS):
                refused += 1
            else:
                lost = error
                continue  # nobody knows: it stays with those that are released at the end
            self._on_the_way.discard(event_id)
        self._outbox.mark_sent(self._token, confirmed)
        self._tally.note(RELAY, PUBLISHED, len(confirmed))
        self._tally.note(RELAY, REFUSED, refused)
        return lost
