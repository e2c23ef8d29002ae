"""What a scenario may ask of a lane. Three classes have this shape, one for each lane; scenarios know no other.

`work` is the heart: consume with a handler until `until()` holds. The handler gets a `Desk`, with which it can
do to its own consumer, in the middle of its work, what life does: stop it, interrupt it, cut its line.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from labs.message import Delivery, Message
from labs.outcome import Outcome
from labs.retry import Ladder
from labs.topology import Topology


class Interrupted(BaseException):
    """What a handler of a synchronous lane is interrupted with; as KeyboardInterrupt, it is no `Exception`."""


class Desk(Protocol):
    """What a handler can do to the consumer that called it."""

    def stop(self) -> None:
        """Ask it to end in good order."""

    def cancel(self) -> None:
        """Interrupt it here and now. Does not return."""

    def cut(self) -> None:
        """Break its line to the broker; the line for retry copies stays."""


Handle = Callable[[Delivery, Desk], Outcome]


class Lane(Protocol):
    """One way to talk to a broker."""

    name: str

    def declare(self, topology: Topology) -> None:
        """Make it so."""

    def publish(self, exchange: str, key: str, message: Message) -> None:
        """Publish and wait for the broker's answer; the lane's own exceptions rise."""

    def ready(self, queue: str) -> int:
        """How many messages wait."""

    def unacked(self, queue: str) -> int:
        """How many are with a consumer."""

    def take_all(self, queue: str) -> list[Delivery]:
        """Everything that is ready, acknowledged."""

    def work(
        self,
        queue: str,
        handle: Handle,
        *,
        until: Callable[[], bool],
        prefetch: int = 1,
        ladder: Ladder | None = None,
    ) -> None:
        """Consume until `until()`; or until the handler stopped, cancelled or cut it. Then return.

        An exception of the handler's own rises. A wait that takes too long is a `WaitTimeout`.
        """

    def now_ms(self) -> float:
        """The lane's clock."""

    def eventually(self, holds: Callable[[], bool], awaited: str) -> None:
        """Return as soon as `holds()`; too late is a `WaitTimeout` that says what was `awaited`."""

    def blocked(self) -> AbstractContextManager[None]:
        """An alarm on the broker, inside the block."""

    def close(self) -> None:
        """Hang up, and forget everything."""
