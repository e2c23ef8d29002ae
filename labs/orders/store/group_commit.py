"""Group commit: those who wait at the same time share one wait for the disk.

A commit is slow because the disk must say "written", not because a row is large: a thousand rows in one
transaction cost little more than one. So the jobs queue here, and ONE thread takes all that wait, does them in
one transaction, commits, and only then answers each of them. Nobody waits for the queue to fill: while one
commit is on its way, the next group gathers by itself. https://wiki.postgresql.org/wiki/Group_commit

The queue is bounded, because one that grows for ever only turns "no" into "too late". The writer is a thread
of its own; jobs come from any thread or event loop, and an event loop is woken once for a whole group.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

Job = TypeVar("Job")
Answer = TypeVar("Answer")

#: The database is away or locked: asking again at once, job by job, would not help anybody.
AWAY = (OperationalError, InterfaceError)


class Busy(RuntimeError):
    """The queue is full, or the shop is closing. Nothing was stored; ask again in `retry_after_s` seconds."""

    retry_after_s = 1


@dataclass(frozen=True, slots=True)
class _Waiter(Generic[Job]):
    job: Job
    future: Any  # asyncio's and concurrent.futures' share the methods that are used here
    loop: asyncio.AbstractEventLoop | None


class GroupCommit(Generic[Job, Answer]):
    """Does jobs in groups of up to `group`, while up to `capacity` wait.

    `work` gets a group and returns one answer for each, in order; an answer that is an exception is raised for
    that job alone. When `work` itself raises, it must have stored nothing: if the database is away, the
    whole group hears so; else the jobs are done again one by one, so that a bad one harms only itself.
    """

    def __init__(
        self,
        work: Callable[[list[Job]], Sequence[Answer | Exception]],
        *,
        name: str,
        capacity: int,
        group: int,
    ) -> None:
        self._work, self._name, self._capacity, self._group = work, name, capacity, group
        self._waiting: deque[_Waiter[Job]] = deque()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def do(self, job: Job, *, within_s: float) -> Answer:
        """From a thread: wait until the job is committed. Raises `Busy`, `TimeoutError`, or the job's error."""
        future: Future[Answer] = Future()
        self._enter(_Waiter(job, future, None))
        try:
            return future.result(within_s)
        finally:
            future.cancel()  # who gave up waiting is not served later

    async def do_async(self, job: Job, *, within_s: float) -> Answer:
        """From an event loop: the same, and no thread waits meanwhile."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._enter(_Waiter(job, future, loop))
        async with asyncio.timeout(within_s):
            return await future

    def close(self, within_s: float) -> bool:
        """Take nobody new, answer all who wait, end the thread; False if that took longer. Safe to call twice."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(within_s)
        return thread is None or not thread.is_alive()

    def _enter(self, waiter: _Waiter[Job]) -> None:
        with self._changed:
            if self._closed:
                raise Busy("The shop is closing. Nothing was stored; please try again in a moment.")
            if len(self._waiting) >= self._capacity:
                raise Busy("The shop is very busy. Nothing was stored; please try again in a moment.")
            self._waiting.append(waiter)
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while group := self._next_group():
            answers = self._answers([waiter.job for waiter in group])
            _tell(list(zip(group, answers, strict=True)))

    def _next_group(self) -> list[_Waiter[Job]]:
        """The next group; empty only at the end."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)  # idle is no fault: no deadline
                taken = [self._waiting.popleft() for _ in range(min(self._group, len(self._waiting)))]
                group = [waiter for waiter in taken if not waiter.future.cancelled()]
                if group or (self._closed and not self._waiting):
                    return group

    def _answers(self, jobs: list[Job]) -> Sequence[Answer | Exception]:
        try:
            return self._work(jobs)
        except AWAY as error:
            return [error] * len(jobs)
        except Exception as error:  # noqa: BLE001 whatever it was, those who wait must hear of it
            if len(jobs) == 1:
                return [error]
        return [answer for job in jobs for answer in self._answers([job])]


def _tell(answered: list[tuple[_Waiter[Any], Any]]) -> None:
    """Wake everybody: threads at once, each event loop by one call for all of its own."""
    for loop in {waiter.loop for waiter, _ in answered}:
        those = [(waiter.future, answer) for waiter, answer in answered if waiter.loop is loop]
        if loop is None:
            _resolve(those)
        else:
            with suppress(RuntimeError):  # the loop is closed: nobody is there to hear it
                loop.call_soon_threadsafe(_resolve, those)


def _resolve(those: list[tuple[Any, Any]]) -> None:
    for future, answer in those:
        if future.done():
            continue  # gave up meanwhile; what was stored stays stored
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
