"""A consumer of the memory lane: prefetch, outcomes, retries and parking as in `labs.sync.consumer`.

What an outcome means is decided by `labs.settle`, the same for all lanes; here it is carried out.
The rule: one thread. `run` returns when there is nothing to do: time stands still, so nothing more would come.
https://www.rabbitmq.com/docs/consumers
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from labs.errors import ConnectionLost, LabsError
from labs.limits import whole_number
from labs.memory.connection import Channel, Connection
from labs.memory.producer import Producer
from labs.message import Delivery, Message
from labs.outcome import Outcome
from labs.retry import Ladder, restored
from labs.settle import AckIt, GiveBack, RejectIt, Republish, pause_ms, plan

#: How often in a row a copy may be refused before the error rises.
REFUSALS = 5


class Consumer:
    """Consumes `queue` with at most `prefetch` unsettled deliveries; retries and parks through `ladder`.

    `publish_on`: the connection for retry copies, by default the consumer's own.
    """

    def __init__(
        self,
        connection: Connection,
        queue: str,
        *,
        prefetch: int,
        ladder: Ladder | None = None,
        publish_on: Connection | None = None,
    ) -> None:
        self.queue = queue
        self.prefetch = whole_number("prefetch", prefetch, least=1, most=65535)
        self.ladder = ladder
        self._producer = Producer(publish_on or connection, "")
        self._channel: Channel = connection.channel()
        self._clock = connection.broker.clock
        self._given_back = self._refused = 0

    def take(self, n: int) -> list[Delivery]:
        """Up to `n` deliveries that are ready now; they stay unacked until settled, or the channel closes."""
        self._channel.consume(self.queue, prefetch=self._channel.held + n)
        self._channel.cancel()
        return [self._channel.arrived.popleft() for _ in range(len(self._channel.arrived))]

    def run(
        self,
        handler: Callable[[Delivery], Outcome],
        *,
        until: Callable[[], bool] | None = None,
        stop: threading.Event | None = None,
    ) -> int:
        """Give each delivery to `handler`, settle it by the outcome, and return how many were settled.

        Ends when nothing is ready, `until()` is true or `stop` is set: the delivery in hand is finished, those
        not begun go back. If the handler raises, its delivery goes back too, and the exception rises.
        """
        settled = 0
        self._channel.consume(self.queue, prefetch=self.prefetch)
        arrived = self._channel.arrived
        try:
            while arrived and not (stop and stop.is_set()) and not (until and until()):
                delivery = arrived[0]
                # It leaves `arrived` after its handler: what is still in there at the end goes back.
                outcome = handler(restored(delivery) if self.ladder else delivery)
                if arrived:  # else the handler's own doing closed the channel, and the broker has it again
                    arrived.popleft()
                self.settle(delivery, outcome)
                settled += 1
        finally:
            self._channel.cancel()
            while self._channel.is_open and arrived:
                self._channel.reject(arrived.popleft(), requeue=True)
        return settled

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Do what the outcome means. A pause before giving back is time that passes on the broker's clock.

        Raises what refused the retry copy, after five refusals in a row or at once when the line is gone; the
        delivery is with the broker again by then.
        """
        match plan(delivery, outcome, self.ladder):
            case AckIt():
                self._channel.ack(delivery)
                self._given_back = 0
            case RejectIt():
                self._channel.reject(delivery, requeue=False)
            case GiveBack(after_ms=after_ms):
                self._give_back(delivery, after_ms)
            case Republish(message=copy, queue=queue):
                self._republish(delivery, copy, queue)

    def _republish(self, delivery: Delivery, copy: Message, queue: str) -> None:
        try:
            self._producer.publish(copy, queue)
        except LabsError as error:
            self._refused += 1
            self._give_back(delivery, 0)
            if self._refused >= REFUSALS or isinstance(error, ConnectionLost):
                raise
            return
        self._refused = self._given_back = 0
        self._channel.ack(delivery)

    def _give_back(self, delivery: Delivery, after_ms: int) -> None:
        self._clock.advance(pause_ms(self._given_back, after_ms=after_ms))
        self._given_back += 1
        self._channel.reject(delivery, requeue=True)

    def close(self) -> None:
        """Close the channel: everything unsettled goes back to the queue. Safe to call twice."""
        self._channel.close()

    def __repr__(self) -> str:
        return f"Consumer(queue={self.queue!r}, prefetch={self.prefetch})"
