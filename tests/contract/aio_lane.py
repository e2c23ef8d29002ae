"""The aio-pika lane, as the scenarios see it: its loop runs in a thread of its own, the scenario beside it.

The handler of a scenario runs in yet another thread, and the coroutine that waits for it is what gets cancelled.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from labs.aio.connection import Connection, connect
from labs.aio.consumer import Consumer
from labs.aio.declare import declare
from labs.aio.producer import Producer
from labs.broker.address import Broker
from labs.broker.faults import Proxy
from labs.broker.node import PrivateNode
from labs.message import Delivery, Message
from labs.outcome import Ack, Outcome
from labs.retry import Ladder
from labs.topology import Topology
from tests.contract.lane import Handle, Interrupted
from tests.contract.real import CONFIRM_WITHIN_S, PATIENCE_S, Real, deadline

T = TypeVar("T")


class AioDesk:
    """What a handler can do to its consumer, from its own thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, proxy: Proxy) -> None:
        self.stopped = asyncio.Event()
        self.task: asyncio.Task[Any] | None = None
        self._loop, self._proxy = loop, proxy

    def stop(self) -> None:
        """Ask it to end in good order."""
        self._loop.call_soon_threadsafe(self.stopped.set)

    def cancel(self) -> None:
        """Cancel its task, as the end of a program does."""
        assert self.task is not None
        self._loop.call_soon_threadsafe(self.task.cancel)
        raise Interrupted

    def cut(self) -> None:
        """Break its line."""
        self._proxy.cut()


class AioLane(Real):
    """Publishes on one connection, consumes on others."""

    name = "aio"

    def __init__(self, broker: Broker, vhost: str, *, node: PrivateNode | None = None) -> None:
        super().__init__(broker, vhost, node=node)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="aio-lane", daemon=True)
        self._thread.start()
        self._connection: Connection = self._do(connect(self.url, name="publishes"))
        self._producers: dict[str, Producer] = {}

    def declare(self, topology: Topology) -> None:
        """Make it so."""
        self._do(declare(self._connection, topology))

    def publish(self, exchange: str, key: str, message: Message) -> None:
        """Publish with the one producer of this exchange."""
        if exchange not in self._producers:
            self._producers[exchange] = Producer(
                self._connection, exchange, confirm_within_s=CONFIRM_WITHIN_S
            )
        self._do(self._producers[exchange].publish(message, key))

    def take_all(self, queue: str) -> list[Delivery]:
        """Everything that is ready."""
        taken: list[Delivery] = []

        def handle(delivery: Delivery) -> Outcome:
            taken.append(delivery)
            return Ack()

        if (ready := self.ready(queue)) > 0:
            self._do(self._consume(queue, handle, until=lambda: len(taken) >= ready))
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
        """Consume on the loop, and wait for the end."""
        self._do(self._work(queue, handle, until=until, prefetch=prefetch, ladder=ladder))

    async def _work(
        self, queue: str, handle: Handle, *, until: Callable[[], bool], prefetch: int, ladder: Ladder | None
    ) -> None:
        desk = AioDesk(self._loop, self.proxy)

        async def handler(delivery: Delivery) -> Outcome:
            try:
                return await asyncio.to_thread(handle, delivery, desk)
            except Interrupted:  # the cancellation is on its way
                await asyncio.sleep(PATIENCE_S)
                raise

        in_time = deadline(until, "the end of the work")
        consuming = self._consume(
            queue, handler, until=in_time, prefetch=prefetch, ladder=ladder, stop=desk.stopped
        )
        desk.task = asyncio.create_task(consuming)
        with suppress(asyncio.CancelledError):
            await desk.task

    async def _consume(
        self, queue: str, handler: Any, *, prefetch: int = 1, ladder: Ladder | None = None, **ends: Any
    ) -> None:
        async with (
            await connect(self.url_to_cut, name="consumes") as connection,
            await connect(self.url, name="copies") as copies,
        ):
            consumer = Consumer(
                connection, queue, prefetch=prefetch, ladder=ladder, publish_on=copies, drain_s=1.0
            )
            await consumer.run(handler, **ends)

    def close(self) -> None:
        """Hang up."""
        self._do(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()
        super().close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * PATIENCE_S)
