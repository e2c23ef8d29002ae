"""Settling: the only place that acks, retries or parks. What is to be done, `labs.settle` has decided.

The rule is the order: a retry copy is published, mandatory and confirmed, and only *then* is the original
acked. A crash in between leaves two, never none. If the copy is refused, the original goes back to its queue.
And never in a hot loop: what is given back waits first, longer each time; meanwhile heartbeats are answered,
`stop` is heard, and nothing new is begun. A reject counts towards a quorum queue's delivery limit, a nack does
not always: so a message that nobody can handle comes to an end there. Give such a queue somewhere to put it.
One thread, as everything in this lane. (pika reads a header that is a float as a whole number: so does a copy.)
https://www.rabbitmq.com/docs/confirms · https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
"""

from __future__ import annotations

import time
from collections.abc import Callable

from labs.errors import ConnectionLost, InvalidValue, LabsError, Unroutable
from labs.message import Delivery, Message
from labs.outcome import Outcome
from labs.retry import Ladder
from labs.settle import AckIt, GiveBack, RejectIt, Republish, pause_ms, plan
from labs.sync.connection import Connection
from labs.sync.producer import Producer
from labs.sync.subscription import Subscription
from labs.sync.translate import translated

#: How often in a row a copy may be refused before the error rises.
REFUSALS = 5
#: How often a pause looks at `stop`, and how often an idle publishing connection hears the broker, in seconds.
TICK_S, ALIVE_S = 0.1, 1.0


class Settler:
    """Settles what one subscription delivers. `publish_on`: the connection that publishes copies.

    Give it a connection of its own: during a memory or disk alarm the broker stops reading from a connection
    that publishes, and acks on the same line would wait behind the publish.
    """

    def __init__(self, subscription: Subscription, *, ladder: Ladder | None, publish_on: Connection) -> None:
        self._subscription, self._ladder, self._publish_on = subscription, ladder, publish_on
        self._producer = Producer(publish_on, "")
        self._given_back = self._refused = 0
        self._heard_s = time.monotonic()

    def settle(
        self, delivery: Delivery, outcome: Outcome, *, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Do what the outcome means. A pause ends early when `stopped()`.

        Raises what refused the copy, after five refusals in a row or at once when the next would be the same;
        the delivery is with the broker again by then.
        """
        self.keep_alive()
        match plan(delivery, outcome, self._ladder):
            case AckIt():
                self._subscription.ack(delivery)
                self._given_back = 0
            case RejectIt():
                self._subscription.dead(delivery)
            case GiveBack(after_ms=after_ms):
                self._give_back(delivery, after_ms, stopped)
            case Republish(message=message, queue=queue):
                self._republish(delivery, message, queue, stopped)

    def keep_alive(self) -> None:
        """Answer the heartbeats of a publishing connection that has nothing to do. Raises when it is lost."""
        idle_too = self._ladder is not None and self._publish_on is not self._subscription.connection
        if idle_too and time.monotonic() - self._heard_s >= ALIVE_S:
            with translated():
                self._publish_on.raw.process_data_events(time_limit=0)
            self._heard_s = time.monotonic()

    def _republish(
        self, delivery: Delivery, message: Message, queue: str, stopped: Callable[[], bool]
    ) -> None:
        try:
            self._producer.publish(message, queue)
        except LabsError as error:
            self._refused += 1
            # If even that fails, the line is broken, and the broker takes the delivery back by itself.
            self._give_back(delivery, 0, stopped)
            if self._refused >= REFUSALS or isinstance(error, ConnectionLost | InvalidValue):
                raise _explained(error, queue) from error
            return
        self._refused = self._given_back = 0
        self._subscription.ack(delivery)

    def _give_back(self, delivery: Delivery, after_ms: int, stopped: Callable[[], bool]) -> None:
        ends = time.monotonic() + pause_ms(self._given_back, after_ms=after_ms) / 1000
        self._given_back += 1
        while (left := ends - time.monotonic()) > 0 and not stopped():
            self._subscription.rest(min(left, TICK_S))
        self._subscription.back(delivery, failed=True)


def _explained(error: LabsError, queue: str) -> LabsError:
    """A queue of the ladder that is not there is the one refusal that a program brings on itself."""
    if not isinstance(error, Unroutable):
        return error
    return Unroutable(
        f"The retry ladder's queue {queue!r} does not exist; the message was given back.",
        exchange=error.exchange,
        routing_key=error.routing_key,
        hint="Declare ladder.topology beside the working queue: declare(connection, orders | ladder.topology).",
    )
