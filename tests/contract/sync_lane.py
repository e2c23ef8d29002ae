"""The pika lane, as the scenarios see it: everything in the thread of the test."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Event

from labs.broker.address import Broker
from labs.broker.faults import Proxy
from labs.broker.node import PrivateNode
from labs.errors import ConnectionLost
from labs.message import Delivery, Message
from labs.outcome import Ack
from labs.retry import Ladder
from labs.sync.connection import connect
from labs.sync.consumer import Consumer
from labs.sync.declare import declare
from labs.sync.producer import Producer
from labs.topology import Topology
from tests.contract.lane import Handle, Interrupted
from tests.contract.real import CONFIRM_WITHIN_S, Real, deadline


class SyncDesk:
    """What a handler can do to its consumer."""

    def __init__(self, proxy: Proxy) -> None:
        self.stopped = Event()
        self.is_cut = False
        self._proxy = proxy

    def stop(self) -> None:
        """Ask it to end in good order."""
        self.stopped.set()

    def cancel(self) -> None:
        """Interrupt it, as Ctrl-C does."""
        raise Interrupted

    def cut(self) -> None:
        """Break its line."""
        self.is_cut = True
        self._proxy.cut()


class SyncLane(Real):
    """Publishes on one connection, consumes on others."""

    name = "sync"

    def __init__(self, broker: Broker, vhost: str, *, node: PrivateNode | None = None) -> None:
        super().__init__(broker, vhost, node=node)
        self._connection = connect(self.url, name="publishes")
        self._producers: dict[str, Producer] = {}

    def declare(self, topology: Topology) -> None:
        """Make it so."""
        declare(self._connection, topology)

    def publish(self, exchange: str, key: str, message: Message) -> None:
        """Publish with the one producer of this exchange, on a fresh line if the old one broke."""
        if not self._connection.is_open:
            self._connection = connect(self.url, name="publishes")
            self._producers.clear()
        if exchange not in self._producers:
            self._producers[exchange] = Producer(
                self._connection, exchange, confirm_within_s=CONFIRM_WITHIN_S
            )
        self._producers[exchange].publish(message, key)

    def take_all(self, queue: str) -> list[Delivery]:
        """Everything that is ready."""
        if (ready := self.ready(queue)) == 0:
            return []
        with connect(self.url, name="takes") as connection:
            consumer = Consumer(connection, queue, prefetch=ready)
            taken = consumer.take(ready)
            for delivery in taken:
                consumer.settle(delivery, Ack())
        return taken

    def work(
        self,
        queue: str,
        handle: Handle,
        *,
        until: Callable[[], bool],
        prefetch: int = 1,
        ladder: Ladder | None = None,
    ) -> None:
        """Consume here and now."""
        desk = SyncDesk(self.proxy)
        with connect(self.url_to_cut, name="consumes") as connection, connect(self.url) as publishing:
            consumer = Consumer(connection, queue, prefetch=prefetch, ladder=ladder, publish_on=publishing)
            expected = (Interrupted, ConnectionLost) if ladder else (Interrupted,)
            with suppress(*expected):
                consumer.run(
                    lambda delivery: handle(delivery, desk),
                    until=deadline(until, "the end of the work"),
                    stop=desk.stopped,
                )

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
        super().close()
