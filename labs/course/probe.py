"""How a check asks the broker: in a clean virtual host of its own, exact and without waiting.

Every attempt starts from nothing, so a check can be run as often as one likes. Counts come from AMQP itself
(a passive declare is exact at once); the management API's counts may lag by seconds
(https://www.rabbitmq.com/docs/management#statistics-interval), so a check that needs them polls with a deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pika
import pika.exceptions

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.broker.vhosts import clean_vhost, drop_vhost
from labs.course.awaited import Overdue, awaited
from labs.course.broker_words import in_words
from labs.course.own_channel import own_channel
from labs.course.verdict import Step

#: How long a learner's function may take, in seconds.
ATTEMPT_S = 15.0


class Stopped(Exception):
    """The attempt ended the check: `step` says how."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.text)
        self.step = step


class Probe:
    """A clean virtual host and the questions a check may ask about it."""

    def __init__(
        self, broker: Broker, management: Management, vhost: str, *, spare: Callable[[], PrivateNode]
    ) -> None:
        self.broker, self.management, self.vhost = broker, management, vhost
        self.spare = spare  #: a second broker that a check may restart: `probe.spare()`
        clean_vhost(management, vhost)

    @property
    def parameters(self) -> pika.ConnectionParameters:
        """Where the attempt takes place."""
        return self.broker.parameters(self.vhost)

    @property
    def url(self) -> str:
        """The same as an AMQP URL."""
        return self.broker.url(self.vhost)

    def channel(self, prefetch: int = 0) -> AbstractContextManager[Any]:
        """A plain pika channel on a connection of its own, closed at the end of the block."""
        return own_channel(self.parameters, prefetch=prefetch)

    def run(self, attempt: Callable[..., Any], *args: Any, within_s: float = ATTEMPT_S) -> Any:
        """Run the learner's function with a plain channel before `args` and return what it returns.

        A coroutine is awaited, in a loop of its own. Ends the check with a readable step when it raises or is
        not back within `within_s` seconds.
        """
        result: list[Any] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                with self.channel() as channel:
                    result.append(awaited(attempt(channel, *args), within_s=within_s))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the learner gets to read it
                failed.append(error)

        thread = threading.Thread(target=work, name="labs-attempt", daemon=True)
        thread.start()
        thread.join(within_s)
        name = getattr(attempt, "__name__", "your function")
        if thread.is_alive() or (failed and isinstance(failed[0], Overdue)):
            drop_vhost(self.management, self.vhost)  # the broker hangs up, and a blocked call comes back
            raise Stopped(
                Step(
                    ok=False,
                    text=f"{name} was still running after {within_s:.0f} s",
                    hint="It waits for something that never comes, such as start_consuming() without an end.",
                )
            )
        if failed:
            sentence, hint = in_words(failed[0])
            raise Stopped(Step(ok=False, text=f"{name} failed. {sentence}", hint=hint)) from failed[0]
        return result[0]

    def depth(self, queue: str) -> int | None:
        """How many messages are ready in a queue, exactly; None if there is no such queue."""
        with self.channel() as channel:
            try:
                return int(channel.queue_declare(queue, passive=True).method.message_count)
            except pika.exceptions.ChannelClosedByBroker:
                return None

    def bodies(self, queue: str, limit: int = 1000) -> list[str]:
        """The bodies that are ready in a queue, in order; they stay there (taken, never acked)."""
        return [body for _, _, body in self.messages(queue, limit)]

    def messages(self, queue: str, limit: int = 1000) -> list[tuple[Any, Any, str]]:
        """Delivery, properties and text of what is ready in a queue; it stays there, marked as redelivered."""
        taken = []
        with self.channel() as channel:
            for _ in range(limit):
                delivery, properties, body = channel.basic_get(queue)
                if delivery is None:
                    break
                taken.append((delivery, properties, body.decode(errors="replace")))
        return taken

    def queue(self, name: str) -> dict[str, Any] | None:
        """What the broker knows of a queue: type, durable, arguments, consumers; None if there is none."""
        return next((q for q in self.management.queues(self.vhost) if q["name"] == name), None)

    def exchange(self, name: str) -> dict[str, Any] | None:
        """What the broker knows of an exchange; None if there is none."""
        return next((x for x in self.management.exchanges(self.vhost) if x["name"] == name), None)

    def bindings(self, source: str | None = None, destination: str | None = None) -> list[dict[str, Any]]:
        """The bindings between named exchanges and queues, without those the default exchange has by itself."""
        return [
            b
            for b in self.management.bindings(self.vhost)
            if b["source"]
            and (source is None or b["source"] == source)
            and (destination is None or b["destination"] == destination)
        ]

    def eventually(self, ask: Callable[[], Any], *, within_s: float = 10.0) -> Any:
        """Ask until the answer is true or the time is up; return the last answer."""
        deadline = time.monotonic() + within_s
        while not (answer := ask()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return answer
