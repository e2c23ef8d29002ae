"""How a handler ends: the message is done, should come again, or is dead. There is no fourth answer.

The rule: a handler *returns* its outcome and never touches the channel. Whoever called it settles, once.
A delivery that is settled twice costs the channel (406 PRECONDITION_FAILED, unknown delivery tag);
one that is never settled waits, unacknowledged, until the channel closes.
https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labs.limits import whole_number


@dataclass(frozen=True, slots=True)
class Ack:
    """Done, and its effect is kept: the broker may forget the message (`basic.ack`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Not now: deliver it again, `after_ms` milliseconds from now or later, as far as the retry ladder reaches.

    `reason` is for the person who finds it in the parking lot. https://www.rabbitmq.com/docs/nack
    """

    after_ms: int = 0
    reason: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        whole_number("delay of a retry, in ms,", self.after_ms, most=2**32 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """Never: no later attempt can succeed, because of `reason`. On to the parking lot, or the dead-letter exchange."""

    reason: str


Outcome = Ack | Retry | Dead
