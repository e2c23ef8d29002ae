"""What an outcome means for a delivery, decided without touching the broker: the same for both lanes.

With a ladder, a retry and a death are each a publish of a copy, and then the ack of the original. The rule is
that order: publish, wait for the confirm, ack. A crash in between leaves two copies, which an inbox makes
harmless; the other way round it would leave none. Without a ladder, a retry goes back to the queue after a
pause that grows (a message that fails at once would otherwise come a thousand times a second), and a death
goes to the queue's dead-letter exchange, or nowhere.
https://www.rabbitmq.com/docs/confirms · https://www.rabbitmq.com/docs/nack
"""

from __future__ import annotations

from dataclasses import dataclass

from labs.message import Delivery, Message
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.retry import Ladder, attempts, next_attempt, parked

#: The first pause before a message is given back, and the longest, in milliseconds.
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 50, 5_000


@dataclass(frozen=True, slots=True)
class AckIt:
    """Done: `basic.ack`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Republish:
    """Publish `message` to `queue` through the default exchange, mandatory; once confirmed, ack the original."""

    message: Message
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Wait at least `after_ms`, then `basic.reject` with requeue; `pause_ms` says how much longer."""

    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class RejectIt:
    """`basic.reject` without requeue: to the dead-letter exchange of the queue, if it has one."""


Plan = AckIt | Republish | GiveBack | RejectIt


def plan(delivery: Delivery, outcome: Outcome, ladder: Ladder | None) -> Plan:
    """What to do with `delivery`, now that its handler has said `outcome`."""
    match outcome:
        case Ack():
            return AckIt()
        case Retry():
            return _next_step(delivery, outcome, ladder) if ladder else GiveBack(after_ms=outcome.after_ms)
        case Dead():
            return _park(delivery, outcome.reason, ladder) if ladder else RejectIt()


def pause_ms(in_a_row: int, *, after_ms: int = 0) -> int:
    """How long to hold a delivery before it is given back, when `in_a_row` were given back just before it.

    50 ms, then twice as long each time, up to 5 s; `after_ms` is honoured up to that, for a consumer that
    holds a message blocks the ones behind it. Who needs longer delays needs a ladder.

    >>> [pause_ms(n) for n in range(9)]
    [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]
    """
    grown = FIRST_PAUSE_MS << min(in_a_row, 16)
    return min(max(grown, after_ms), LONGEST_PAUSE_MS)


def _next_step(delivery: Delivery, outcome: Retry, ladder: Ladder) -> Republish:
    failed = attempts(delivery.message) + 1
    delay = ladder.backoff.delay_ms(failed, at_least_ms=outcome.after_ms)
    if delay is not None:
        copy = next_attempt(delivery, reason=outcome.reason)
        return Republish(message=copy, queue=ladder.delay_queue(delay))
    cause = f"All {failed} attempts failed" + (f"; the last: {outcome.reason}" if outcome.reason else ".")
    return _park(delivery, cause, ladder)


def _park(delivery: Delivery, reason: str, ladder: Ladder) -> Republish:
    return Republish(message=parked(delivery, reason=reason), queue=ladder.parking_lot)
