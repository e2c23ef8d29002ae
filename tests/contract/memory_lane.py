"""The memory lane, as the scenarios see it. Faulty lanes are made by giving it another consumer or producer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event

from labs.errors import ConnectionLost, WaitTimeout
from labs.memory.broker import Broker
from labs.memory.connection import Connection
from labs.memory.consumer import Consumer
from labs.memory.producer import Producer
from labs.message import Delivery, Message
from labs.outcome import Ack
from labs.retry import Ladder
from labs.topology import Topology
from tests.contract.lane import Handle, Interrupted

#: No scenario needs more time than this, in milliseconds of the clock.
PATIENCE_MS = 60_000


class MemoryDesk:
    """What a handler can do to its consumer."""

    def __init__(self, connection: Connection) -> None:
        self.stopped = Event()
        self._connection = connection

    def stop(self) -> None:
        """Ask it to end in good order."""
        self.stopped.set()

    def cancel(self) -> None:
        """Interrupt it."""
        raise Interrupted

    def cut(self) -> None:
        """Break its line."""
        self._connection.close()


class MemoryLane:
    """A broker that exists as long as this lane."""

    name = "memory"

    def __init__(self, consumer: type[Consumer] = Consumer, producer: type[Producer] = Producer) -> None:
        self.broker = Broker()
        self._consumer, self._producer = consumer, producer
        self._connection = Connection(self.broker, name="publishes")

    def declare(self, topology: Topology) -> None:
        """Make it so."""
        self.broker.declare(topology)

    def publish(self, exchange: str, key: str, message: Message) -> None:
        """Publish."""
        self._producer(self._connection, exchange).publish(message, key)

    def ready(self, queue: str) -> int:
        """How many wait."""
        return self.broker.count(queue)

    def unacked(self, queue: str) -> int:
        """How many are with a consumer."""
        return self.broker.unacked(queue)

    def take_all(self, queue: str) -> list[Delivery]:
        """Everything that is ready."""
        with Connection(self.broker) as connection:
            consumer = Consumer(connection, queue, prefetch=1000)
            taken = consumer.take(1000)
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
        """Consume; where nothing is ready, let ten milliseconds pass."""
        give_up_ms = self.broker.clock.now_ms + PATIENCE_MS
        with Connection(self.broker, name="consumes") as connection:
            consumer = self._consumer(
                connection, queue, prefetch=prefetch, ladder=ladder, publish_on=self._connection
            )
            desk = MemoryDesk(connection)
            with suppress(Interrupted, ConnectionLost):
                while not until() and not desk.stopped.is_set():
                    consumer.run(lambda it: handle(it, desk), until=until, stop=desk.stopped)
                    self._pass_time(give_up_ms)

    def now_ms(self) -> float:
        """The broker's clock."""
        return self.broker.clock.now_ms

    def eventually(self, holds: Callable[[], bool], awaited: str) -> None:
        """Nothing happens by itself here but what time brings."""
        give_up_ms = self.broker.clock.now_ms + PATIENCE_MS
        while not holds():
            self._pass_time(give_up_ms, awaited)

    @contextmanager
    def blocked(self) -> Iterator[None]:
        """An alarm."""
        self.broker.block()
        try:
            yield
        finally:
            self.broker.unblock()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _pass_time(self, give_up_ms: int, awaited: str = "the end of the work") -> None:
        if self.broker.clock.now_ms > give_up_ms:
            raise WaitTimeout(awaited=awaited, seen="a minute of the clock passed")
        self.broker.clock.advance(10)
