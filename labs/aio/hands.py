"""The handlers in hand: one task for each delivery, so prefetch is what bounds how many work at once.

A handler that is a coroutine function runs on the loop and must not block it: while it blocks, nobody answers
the broker's heartbeat. A plain function is run in a thread, where it may block as long as it likes.
The rule: no task outlives `finish`. A thread cannot be stopped; what it still says then is not heard, and its
delivery goes back. https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from labs.aio.translate import asked_to_stop
from labs.message import Delivery
from labs.outcome import Outcome

Handler = Callable[[Delivery], Outcome] | Callable[[Delivery], Awaitable[Outcome]]
#: Threads for plain handlers, at most.
MOST_THREADS = 32
#: How long a handler that was cancelled may take to let go, in seconds.
LET_GO_S = 1.0


class Hands:
    """Runs `handler`; `changed()` is called, in the loop, whenever one has ended."""

    def __init__(self, handler: Handler, *, prefetch: int, changed: Callable[[], object]) -> None:
        self._handler, self._changed = handler, changed
        self._threads = ThreadPoolExecutor(min(prefetch, MOST_THREADS), thread_name_prefix="handler")
        self._tasks: set[asyncio.Task[None]] = set()
        #: The first exception of a handler, or of settling what it said.
        self.error: BaseException | None = None

    @property
    def are_full(self) -> bool:
        """Whether anything is in hand."""
        return bool(self._tasks)

    async def call(self, delivery: Delivery) -> Outcome:
        """The handler's outcome, from the loop or from a thread."""
        said: Any
        if inspect.iscoroutinefunction(self._handler):
            said = self._handler(delivery)
        else:
            run, context = asyncio.get_running_loop().run_in_executor, contextvars.copy_context()
            said = await run(self._threads, context.run, self._handler, delivery)
        outcome: Outcome = await said if inspect.isawaitable(said) else said
        if (
            asked_to_stop()
        ):  # it caught its cancellation: what it says now is about the program, not the message
            raise asyncio.CancelledError
        return outcome

    def begin(self, work: Callable[[], Any]) -> None:
        """Start a task for one delivery."""
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def finish(self, *, within_s: float) -> None:
        """Wait for those in hand; cancel what takes longer, and let its deliveries be."""
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=within_s)
        finally:
            unfinished = set(self._tasks)
            for task in unfinished:
                task.remove_done_callback(self._ended)
                task.cancel()
            if unfinished:
                await asyncio.wait(unfinished, timeout=LET_GO_S)
            self._tasks.clear()

    def close(self) -> None:
        """No more threads. One that still works ends when its work ends."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        # Read in any case, or asyncio would log what a second handler raised.
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if self.error is None:
            self.error = error
        self._changed()
