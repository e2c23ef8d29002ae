"""The channel under a consumer: what the broker has pushed to it, and what is not settled yet.

The broker forgets a message when it is acknowledged; until then it keeps it, *unacked*. Whatever is unsettled
when the channel closes goes back to its queue: nothing is lost, and something may come twice.
The rule: settle once, on the channel that delivered. A second time is 406 PRECONDITION_FAILED (unknown
delivery tag), which closes the channel and returns everything else that was in hand.
https://www.rabbitmq.com/docs/confirms#consumer-acks-double-acking
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pika.exceptions import ChannelWrongStateError
from pika.spec import Basic, BasicProperties

from labs.errors import NotFound, PreconditionFailed
from labs.message import Delivery
from labs.sync.connection import Connection
from labs.sync.properties import to_delivery
from labs.sync.translate import translated


class Subscription:
    """One queue, one channel. `consuming` receives, `ack` and `back` and `dead` settle."""

    def __init__(self, connection: Connection, queue: str) -> None:
        self.queue = queue
        self.connection = connection
        self._channel = connection.channel()
        self._channel.add_on_cancel_callback(self._on_cancelled_by_broker)
        self._cancelled = False
        self._unsettled: set[tuple[str, int]] = set()
        #: Called with how many deliveries are unsettled, after each one that comes or goes.
        self.on_change: Callable[[int], object] | None = None

    @contextmanager
    def consuming(self, *, prefetch: int) -> Iterator[deque[Delivery]]:
        """Consume for a while, into the deque that this yields; `wait` fills it.

        At the end nothing stays behind: the consumer is cancelled, and what is left in the deque goes back,
        oldest first. A classic queue puts each in its old place; a quorum queue may put it behind others.
        """
        arrived: deque[Delivery] = deque()

        def receive(_: object, method: Basic.Deliver, properties: BasicProperties, body: bytes) -> None:
            delivery = to_delivery(method, properties, body)
            self._unsettled.add(self._mine(delivery))
            arrived.append(delivery)
            self._changed()

        with translated(self._channel):
            self._channel.basic_qos(prefetch_count=prefetch)
            tag = self._channel.basic_consume(self.queue, on_message_callback=receive)
        try:
            yield arrived
        finally:
            if self._channel.is_open:
                with translated(self._channel):
                    # pika gives back by itself what it has not handed to us yet: first let it hand over.
                    self.connection.raw.process_data_events(time_limit=0)
                    self._channel.basic_cancel(tag)
                for delivery in arrived:
                    if self._mine(delivery) in self._unsettled:
                        self.back(delivery, failed=False)

    def wait(self, seconds: float) -> None:
        """Let the broker push for at most this long. Raises when it says that no more will come."""
        with translated(self._channel):
            self.connection.raw.process_data_events(time_limit=seconds)
            if self._channel.is_closed:
                raise ChannelWrongStateError
        if self._cancelled:
            raise NotFound(f"The broker cancelled this consumer: queue {self.queue!r} was deleted.")

    def rest(self, seconds: float) -> None:
        """Wait this long and receive what is pushed meanwhile: work that waits need not be deaf."""
        with translated(self._channel):
            self.connection.raw.sleep(seconds)

    def ack(self, delivery: Delivery) -> None:
        """Done: the broker forgets the message."""
        with self._settling(delivery):
            self._channel.basic_ack(delivery.delivery_tag)

    def ack_up_to(self, delivery: Delivery) -> None:
        """Done with this one and with every one before it that is unsettled: one frame (`multiple`)."""
        with self._settling(delivery):
            self._channel.basic_ack(delivery.delivery_tag, multiple=True)
            older = {mine for mine in self._unsettled if mine[1] < delivery.delivery_tag}
            self._unsettled -= older

    def back(self, delivery: Delivery, *, failed: bool) -> None:
        """Back to the queue, marked redelivered.

        `failed` says whether somebody tried it. A quorum queue counts a reject as a failed delivery, and
        gives a message up after too many; since RabbitMQ 4.3 it does not count a nack.
        """
        with self._settling(delivery):
            tell = self._channel.basic_reject if failed else self._channel.basic_nack
            tell(delivery.delivery_tag, requeue=True)

    def dead(self, delivery: Delivery) -> None:
        """Never again: to the queue's dead-letter exchange; without one the broker drops it."""
        with self._settling(delivery):
            self._channel.basic_reject(delivery.delivery_tag, requeue=False)

    def close(self) -> None:
        """Close the channel: everything unsettled goes back. Safe to call twice."""
        if self._channel.is_open:
            with translated(self._channel):
                self._channel.close()

    @contextmanager
    def _settling(self, delivery: Delivery) -> Iterator[None]:
        mine = self._mine(delivery)
        if mine not in self._unsettled:
            what = f"Delivery {delivery.delivery_tag} was settled before, or came by another channel"
            raise PreconditionFailed(f"{what}. Not sent: the broker would answer 406 and close this channel.")
        with translated(self._channel):
            yield
        self._unsettled.discard(mine)
        self._changed()

    @staticmethod
    def _mine(delivery: Delivery) -> tuple[str, int]:
        """What names one delivery of this channel."""
        return delivery.consumer_tag, delivery.delivery_tag

    def _changed(self) -> None:
        if self.on_change:
            self.on_change(len(self._unsettled))

    def _on_cancelled_by_broker(self, _: object) -> None:
        self._cancelled = True
