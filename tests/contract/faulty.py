"""Lanes with one planted fault each: what a scenario is for is the fault that it catches."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from labs.errors import LabsError
from labs.memory.consumer import Consumer
from labs.memory.producer import Producer
from labs.message import Delivery, Message
from labs.outcome import Outcome
from labs.settle import GiveBack, Republish, plan
from tests.contract.lane import Interrupted
from tests.contract.memory_lane import MemoryLane


class AcksFirst(Consumer):
    """Acks the original before its copy is stored."""

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """The wrong way round."""
        step = plan(delivery, outcome, self.ladder)
        if isinstance(step, Republish):
            self._channel.ack(delivery)
            self._producer.publish(step.message, step.queue)
        else:
            super().settle(delivery, outcome)


class RequeuesAtOnce(Consumer):
    """Gives back without a pause."""

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """In a hot loop."""
        if isinstance(plan(delivery, outcome, self.ladder), GiveBack):
            self._channel.reject(delivery, requeue=True)
        else:
            super().settle(delivery, outcome)


class RejectsOnCancel(Consumer):
    """Takes an interruption for a failure of the message."""

    def run(self, handler: Callable[[Delivery], Outcome], **ends: object) -> int:
        """Reject what is in hand."""
        try:
            return super().run(handler, **ends)  # type: ignore[arg-type]
        except Interrupted:
            self._channel.consume(self.queue, prefetch=1)
            self._channel.reject(self._channel.arrived.popleft(), requeue=False)
            raise


class ForgetsProperties(Consumer):
    """Retries with the body alone."""

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """A copy without its type."""
        super().settle(replace(delivery, message=replace(delivery.message, type=None)), outcome)


class HasNoPrefetch(Consumer):
    """Takes whatever there is."""

    def run(self, handler: Callable[[Delivery], Outcome], **ends: object) -> int:
        """With no limit worth the name."""
        self.prefetch = 65535
        return super().run(handler, **ends)  # type: ignore[arg-type]


class DropsOnStop(Consumer):
    """Acks what it has not begun when it is asked to stop."""

    def run(self, handler: Callable[[Delivery], Outcome], **ends: object) -> int:
        """And forgets it."""

        def forgetful(delivery: Delivery) -> Outcome:
            outcome = handler(delivery)
            if ends["stop"].is_set():  # type: ignore[attr-defined]
                while len(self._channel.arrived) > 1:
                    self._channel.ack(self._channel.arrived.pop())
            return outcome

        return super().run(forgetful, **ends)  # type: ignore[arg-type]


class Hopes(Producer):
    """Publishes and does not ask."""

    def publish(self, message: Message, routing_key: str) -> None:
        """Whatever became of it."""
        with suppress(LabsError):
            super().publish(message, routing_key)


#: Each fault, how a lane with it is made, and the names of the scenarios that catch it. No other scenario does.
FAULTS: dict[str, tuple[Callable[[], MemoryLane], set[str]]] = {
    "acks before the publish": (lambda: MemoryLane(AcksFirst), {"copy_refused", "crash_before_ack"}),
    "requeues at once": (lambda: MemoryLane(RequeuesAtOnce), {"no_hot_loop"}),
    "rejects on cancel": (lambda: MemoryLane(RejectsOnCancel), {"cancelled"}),
    "loses a property": (lambda: MemoryLane(ForgetsProperties), {"retried", "dead"}),
    "no prefetch": (lambda: MemoryLane(HasNoPrefetch), {"prefetch_bounds"}),
    "drops the rest on stop": (lambda: MemoryLane(DropsOnStop), {"drains"}),
    "ignores confirms": (
        lambda: MemoryLane(producer=Hopes),
        {"unroutable", "exchange_missing", "nacked", "blocked"},
    ),
}
