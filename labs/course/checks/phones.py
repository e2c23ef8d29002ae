"""The push service of exercise 16.1: what each order's push hears, and where its message must be afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labs.retry import Backoff, Ladder

QUEUE = "push.messages"
#: So long that what waits there can be looked at.
SOON_MS, LATER_MS = 60_000, 600_000
LADDER = Ladder(queue=QUEUE, backoff=Backoff(delays_ms=(SOON_MS, LATER_MS)))
SOON, LATER, LOT = LADDER.delay_queue(SOON_MS), LADDER.delay_queue(LATER_MS), LADDER.parking_lot
#: The order that is not urgent.
QUIET = 41


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the push service said."""

    status: int
    retry_after_s: int = 0


#: What each order's push hears, where its message must be afterwards, and what to say when it is elsewhere.
CASES: tuple[tuple[int, Answer | None, str | None, str], ...] = (
    (42, Answer(status=200), None, "Any 2xx means that they have it: Ack()."),
    (43, Answer(status=500), SOON, "They are in trouble, and may be well in a minute: Retry()."),
    (
        44,
        Answer(status=429, retry_after_s=300),
        LATER,
        "They said when to come back: Retry(after_ms=…) takes milliseconds, and the ladder finds a step as long.",
    ),
    (45, Answer(status=400), LOT, "The request itself is wrong and will be tomorrow, too: Dead(reason=…)."),
    (46, None, SOON, "No answer is no answer: what send raises is a reason to come again, Retry()."),
)  # fmt: skip


class Phones:
    """The push service: notes whom it was asked about, and answers by the table."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def send(self, data: Any) -> Answer:
        """One push about the order in `data`."""
        number = data.get("orderId") if isinstance(data, dict) else None
        self.asked.append(number)
        for case, answer, *_ in CASES:
            if case == number and answer is None:
                raise TimeoutError("the push service did not answer")
            if case == number and answer is not None:
                return answer
        return Answer(status=200)
