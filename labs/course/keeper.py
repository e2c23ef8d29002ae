"""A channel that stays alive while you read.

pika's `BlockingConnection` answers the broker's heartbeats only while one of its methods runs. Between two
cells nothing runs, so after a minute or two the broker hangs up. Here a thread owns the connection: it pumps
heartbeats all the time and carries out the calls you make. Nobody else touches the connection, which is
pika's one rule about threads (https://pika.readthedocs.io/en/stable/faq.html).
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import pika
import pika.exceptions

from labs.errors import ConnectionLost

#: The longest pause between two looks at the socket, in seconds. Calls wake the thread at once.
PUMP_S = 0.5
#: A call that takes longer than this, in seconds, is given up with a sentence.
CALL_S = 15.0


class ConnectionKeeper:
    """Owns one pika connection in a thread of its own and runs calls there.

    Raises what pika raises; `ConnectionLost` when the connection is gone or the call takes over 15 s.
    """

    def __init__(self, parameters: pika.ConnectionParameters) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._connection = pika.BlockingConnection(parameters)
        self._thread = threading.Thread(target=self._pump, name="labs-keeper", daemon=True)
        self._thread.start()

    def call(self, job: Callable[[], Any]) -> Any:
        """Run `job` on the owner thread and return what it returns."""
        if self._closing.is_set() or not self._thread.is_alive():
            raise ConnectionLost("This connection is closed.")
        done: Future[Any] = Future()
        self._jobs.put((job, done))
        with contextlib.suppress(pika.exceptions.AMQPError):
            self._connection.add_callback_threadsafe(lambda: None)  # wakes the pump
        try:
            return done.result(CALL_S)
        except FutureTimeout as error:
            message = f"The broker gave no answer within {CALL_S:.0f} s."
            raise ConnectionLost(message) from error

    def channel(self) -> LiveChannel:
        """Open a channel whose calls run on the owner thread."""
        return LiveChannel(self, self.call(self._connection.channel))

    def close(self) -> None:
        """Close the connection. Safe to call twice, and when the broker is gone."""
        self._closing.set()
        with contextlib.suppress(pika.exceptions.AMQPError):
            self._connection.add_callback_threadsafe(lambda: None)
        self._thread.join(CALL_S)

    def _pump(self) -> None:
        error: BaseException = ConnectionLost("This connection is closed.")
        try:
            while not self._closing.is_set():
                self._run_jobs()
                self._connection.process_data_events(PUMP_S)
        except (pika.exceptions.AMQPError, OSError) as lost:
            error = lost
        finally:
            self._closing.set()
            with contextlib.suppress(pika.exceptions.AMQPError, OSError):
                self._connection.close()
            while not self._jobs.empty():  # nobody may wait for a thread that is gone
                self._jobs.get()[1].set_exception(error)

    def _run_jobs(self) -> None:
        while not self._jobs.empty():
            job, done = self._jobs.get()
            try:
                done.set_result(job())
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller, not to this thread
                done.set_exception(error)


class LiveChannel:
    """pika's channel, method for method, living in its keeper's thread.

    Callbacks given to `basic_consume` run on that thread: let them append to a list, nothing more.
    """

    def __init__(self, keeper: ConnectionKeeper, channel: Any) -> None:
        self._keeper, self._channel = keeper, channel

    def __getattr__(self, name: str) -> Any:
        if name in ("start_consuming", "consume"):
            message = f"{name}() waits for messages in the owner thread; use basic_consume and let its callback append."
            raise AttributeError(message)
        found = getattr(self._channel, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._keeper.call(lambda: found(*args, **kwargs))

    def __repr__(self) -> str:
        return f"<channel, {'open' if self._channel.is_open else 'closed'}>"
