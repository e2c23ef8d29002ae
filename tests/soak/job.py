"""What a process of a run is given, and what both lanes do alike: the handler, and what is left to publish."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from labs.message import Delivery
from labs.outcome import Ack, Dead, Outcome, Retry
from labs.retry import attempts
from tests.soak.case import LADDER, Case
from tests.soak.ledger import Ledger

#: How long a publish waits for its confirm, in seconds: longer than a stall, shorter than an alarm.
CONFIRM_WITHIN_S = 2.0
#: How many publishes may be unconfirmed at a time, where there are many.
WINDOW = 10
#: How long to wait before connecting again, in seconds.
AGAIN_S = 0.1
#: How many attempts may fail before the ladder is used up.
STEPS = len(LADDER.backoff.delays_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The run, the ledger's file, and the way to the broker."""

    case: Case
    ledger: Path
    url: str


class Worker:
    """The handler of one consumer process."""

    def __init__(self, job: Job) -> None:
        self.case, self.ledger = job.case, Ledger(job.ledger)
        self._late: list[str] = []

    def __call__(self, delivery: Delivery) -> Outcome:
        """Work for a while, and decide: for the pika lane, and for a thread of the other one."""
        time.sleep(self.case.work_s)
        return self.decide(delivery)

    async def on_the_loop(self, delivery: Delivery) -> Outcome:
        """The same, for an event loop."""
        await asyncio.sleep(self.case.work_s)
        return self.decide(delivery)

    def decide(self, delivery: Delivery) -> Outcome:
        """Do what the message's script says."""
        message_id = delivery.message.message_id or "?"
        self._is_as_published(delivery)
        self.late()
        failed = attempts(delivery.message)
        match delivery.message.headers.get("script"):
            case "later1" if failed < 1:
                return self._retry(message_id)
            case "later2" if failed < 2:
                return self._retry(message_id)
            case "hopeless":
                return self._retry(message_id, last=failed >= STEPS)
            case "dead":
                self.ledger.note(message_id, "dead")
                return Dead(reason="the script says so")
        if self.case.bug == "ack before effect":
            self._late.append(message_id)
        else:
            self.ledger.effect(message_id, inbox=self.case.bug != "no inbox")
        return Ack()

    def late(self) -> None:
        """The planted mistake: effects of messages that were acknowledged already."""
        while self._late:
            self.ledger.effect(self._late.pop())

    def _retry(self, message_id: str, *, last: bool = False) -> Retry:
        # The last failure is written down *before* it is told: whatever happens now, this message may be parked.
        self.ledger.note(message_id, "used up" if last else "retried")
        return Retry()

    def _is_as_published(self, delivery: Delivery) -> None:
        """A copy that lost or gained anything is noted; our own headers are the retry's business."""
        number = int((delivery.message.message_id or "0-0").partition("-")[2])
        headers = {k: v for k, v in delivery.message.headers.items() if not k.startswith("labs-")}
        if replace(delivery.message, headers=headers) != self.case.message(number):
            self.ledger.note(delivery.message.message_id or "?", "changed")


def left(job: Job, ledger: Ledger) -> list[int]:
    """The numbers that this producer still has to publish, in order.

    One that was killed or cut does not know what became of its last publishes. It repeats them, if the case
    says so; otherwise they stay unknown.
    """
    done = ledger.published(confirmed=True) if job.case.repeats else ledger.published()
    return [at for at in range(len(job.case.scripts)) if job.case.message(at).message_id not in done]


def rounds(job: Job, ledger: Ledger, *, within_s: float = 90.0) -> Iterator[list[int]]:
    """What is left, again and again, with a pause in between, until nothing is."""
    ends = time.monotonic() + within_s
    while numbers := left(job, ledger):
        if time.monotonic() > ends:
            raise TimeoutError(f"{len(numbers)} of {len(job.case.scripts)} messages not confirmed")
        yield numbers
        time.sleep(AGAIN_S)


def lie(job: Job, ledger: Ledger, message_id: str) -> None:
    """The planted mistake: a message counts as confirmed before anybody has confirmed it."""
    if job.case.bug == "confirm ignored":
        ledger.confirm(message_id)


def say(line: str) -> None:
    """A line for the run's log, in one piece."""
    os.write(2, f"{line}\n".encode())
