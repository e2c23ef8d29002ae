"""A retry ladder: how long a failed message waits before its next attempt, and where.

The broker has no "later". A delay is a queue that nobody consumes, with a time to live, whose dead letters go
back to the working queue. The rule: ONE queue for each delay. A message leaves only at the head of its queue,
so in a queue with mixed delays half a second waits behind a minute. When the ladder is used up, the
message is parked: it waits for a person, with its cause, instead of going round for ever.
What is not covered: the last hop, from a delay queue back, is the broker's own dead-lettering, and a
classic queue does that without a confirm: the working queue must exist, and must not reject when full.
Pure: whoever declares declares `ladder.topology` too, and who consumes publishes into it (`labs.settle`).
https://www.rabbitmq.com/docs/ttl#queue-ttl · https://www.rabbitmq.com/docs/dlx
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from labs.attempts import ATTEMPT, CAUSE, FIRST_EXCHANGE, FIRST_KEY, attempts, next_attempt, parked, restored
from labs.errors import InvalidValue
from labs.limits import short_string, whole_number
from labs.queue import Queue
from labs.topology import Topology

__all__ = [
    "ATTEMPT", "CAUSE", "FIRST_EXCHANGE", "FIRST_KEY",
    "Backoff", "Ladder", "attempts", "next_attempt", "parked", "restored",
]  # fmt: skip

#: The longest time to live that every broker takes, in milliseconds: a little over 49 days.
MOST_MS = 2**32 - 1
#: Each delay is a queue; who needs more than this many attempts needs a person.
MOST_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The delay after each failure, in milliseconds, first to last; after the last there is no further attempt.

    Raises `InvalidValue` for no delay at all, for more than 50, and for one that no queue can keep.
    """

    delays_ms: tuple[int, ...] = (1_000, 10_000, 60_000)

    def __post_init__(self) -> None:
        object.__setattr__(self, "delays_ms", tuple(self.delays_ms))
        if not 1 <= len(self.delays_ms) <= MOST_STEPS:
            raise InvalidValue(f"A backoff has 1 to {MOST_STEPS} delays, not {len(self.delays_ms)}.")
        for delay in self.delays_ms:
            whole_number("delay of a step, in ms,", delay, least=1, most=MOST_MS)

    @classmethod
    def exponential(
        cls, *, first_ms: int, factor: float = 2.0, attempts: int, most_ms: int = MOST_MS
    ) -> Self:
        """`attempts` delays: `first_ms`, then each `factor` times the one before, none over `most_ms`.

        >>> Backoff.exponential(first_ms=1000, factor=3, attempts=4, most_ms=20_000).delays_ms
        (1000, 3000, 9000, 20000)
        """
        whole_number("number of attempts", attempts, least=1, most=MOST_STEPS)
        if factor < 1:
            raise InvalidValue(f"The factor must be 1 or more, not {factor!r}: delays grow.")
        delays: list[float] = [first_ms]
        while len(delays) < attempts:
            delays.append(min(delays[-1] * factor, most_ms))
        return cls(delays_ms=tuple(int(min(delay, most_ms)) for delay in delays))

    def delay_ms(self, failed: int, *, at_least_ms: int = 0) -> int | None:
        """The delay after the `failed`-th failure (1, 2, …); None when the ladder is used up.

        `at_least_ms`: the first step from there on that is as long; the longest of all when none is.
        """
        if failed > len(self.delays_ms):
            return None
        left = self.delays_ms[max(failed, 1) - 1 :]
        return next((delay for delay in left if delay >= at_least_ms), max(self.delays_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The retry ladder of one queue. Two are equal when they would declare the same.

    Changing a delay makes a queue of another name: what waits in the old one still comes back.
    """

    queue: str
    backoff: Backoff = Backoff()

    def __post_init__(self) -> None:
        short_string("name of the longest delay queue", self.delay_queue(max(self.backoff.delays_ms)))

    @property
    def parking_lot(self) -> str:
        """Where messages wait for a person: never consumed by the program, never expiring."""
        return f"{self.queue}.parked"

    def delay_queue(self, ms: int) -> str:
        """The queue in which a message waits this many milliseconds."""
        return f"{self.queue}.retry.{ms}ms"

    @property
    def topology(self) -> Topology:
        """What must be declared beside the working queue: a delay queue for each step, and the parking lot."""
        delays = (
            Queue(
                name=self.delay_queue(ms),
                message_ttl_ms=ms,
                dead_letter_exchange="",
                dead_letter_routing_key=self.queue,
            )
            for ms in sorted(set(self.backoff.delays_ms))
        )
        return Topology(queues=(*delays, Queue(name=self.parking_lot)))
