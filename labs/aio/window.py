"""A window: many publishes in flight at once, never more than `size`, and no confirm forgotten.

One publish costs a round trip; a hundred in flight cost one round trip between them. What bounds them is the
window: when it is full, `publish` waits, so a slow broker slows the program down and does not fill its memory.
The rule: look at the end. Leaving the block waits for every answer, and raises when a message was not
confirmed; `failed` says which, and why, so that you can publish exactly those again. One event loop.
https://www.rabbitmq.com/docs/publishers#publisher-confirm-strategies
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from labs.aio.producer import Producer
from labs.brief import brief
from labs.errors import ConfirmTimeout, LabsError, WaitTimeout
from labs.limits import whole_number
from labs.message import Message

#: A window wider than this needs a reason, and memory.
MOST = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConfirmed:
    """One message that the broker has not taken responsibility for, as far as we know."""

    message: Message
    routing_key: str
    error: LabsError

    __repr__ = brief


class ConfirmWindow:
    """Publishes with `producer`, at most `size` at once: `async with ConfirmWindow(…) as window:`.

    Messages of one window may overtake each other only as far as their answers: they are sent in order.
    """

    def __init__(self, producer: Producer, size: int = 100) -> None:
        self.size = whole_number("size of the window", size, least=1, most=MOST)
        #: How many were confirmed, and which were not, since the block was entered.
        self.confirmed = 0
        self.failed: list[NotConfirmed] = []
        self._producer = producer
        self._group: asyncio.TaskGroup | None = None
        self._room = asyncio.Semaphore(self.size)
        self._in_flight: dict[asyncio.Task[None], tuple[Message, str]] = {}

    @property
    def in_flight(self) -> int:
        """Published, and not answered yet."""
        return len(self._in_flight)

    async def publish(self, message: Message, routing_key: str) -> None:
        """Send it as soon as there is room, and return; what becomes of it is told at the end of the block."""
        if self._group is None:
            raise RuntimeError(
                "A window publishes inside its block: async with ConfirmWindow(…) as window: …"
            )
        await self._room.acquire()
        task = self._group.create_task(self._one(message, routing_key))
        self._in_flight[task] = (message, routing_key)
        task.add_done_callback(self._answered)

    async def flush(self, within_s: float = 30.0) -> None:
        """Wait until everything so far has its answer. Raises `WaitTimeout`."""
        if self._in_flight and (await asyncio.wait(set(self._in_flight), timeout=within_s))[1]:
            raise WaitTimeout(
                awaited="the confirms of this window", seen=f"{self.in_flight} without an answer"
            )

    async def __aenter__(self) -> Self:
        self.confirmed, self.failed = 0, []
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises `ExceptionGroup` when messages were not confirmed, unless the block itself has raised."""
        group, self._group = self._group, None
        if group is None:
            return
        # What the block raises is no reason to forget what is in flight; being cancelled is one.
        if isinstance(error, Exception):
            await group.__aexit__(None, None, None)
            return
        await group.__aexit__(kind, error, trace)
        if self.failed and error is None:
            whole = self.confirmed + len(self.failed)
            raise ExceptionGroup(
                f"{len(self.failed)} of {whole} messages were not confirmed",
                [each.error for each in self.failed],
            )

    async def _one(self, message: Message, routing_key: str) -> None:
        try:
            await self._producer.publish(message, routing_key)
        except LabsError as error:
            self._note(message, routing_key, error)
        else:
            self.confirmed += 1

    def _answered(self, task: asyncio.Task[None]) -> None:
        message, routing_key = self._in_flight.pop(task)
        self._room.release()
        if task.cancelled():
            gave_up = "The program gave up before the confirm came; the message may be stored all the same."
            self._note(message, routing_key, ConfirmTimeout(gave_up))

    def _note(self, message: Message, routing_key: str, error: LabsError) -> None:
        error.add_note(f"message_id {message.message_id!r}, routing key {routing_key!r}")
        self.failed.append(NotConfirmed(message=message, routing_key=routing_key, error=error))

    def __repr__(self) -> str:
        return f"ConfirmWindow({self._producer!r}, size={self.size})"
