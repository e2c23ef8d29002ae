"""A producer: publishes to one exchange, and knows what became of each message.

Persistent (the message's own default), *confirmed* and *mandatory*: `publish` returns when the broker has
taken responsibility, and raises on that very line when it has not. A plain `basic_publish` does neither: a
message that no queue wants vanishes, and a missing exchange is noticed by some later call.
The price is a round trip for each message; a later notebook keeps many in flight. One thread only.
https://www.rabbitmq.com/docs/publishers#data-safety
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import NackError
from pika.frame import Method
from pika.spec import Basic

from labs.errors import ConfirmTimeout
from labs.limits import short_string
from labs.message import Message
from labs.sync.connection import Connection
from labs.sync.properties import to_properties
from labs.sync.translate import translated


class Producer:
    """Publishes to `exchange`; `""` is the default exchange, whose routing keys are names of queues."""

    def __init__(self, connection: Connection, exchange: str, *, confirm_within_s: float = 10.0) -> None:
        self.connection = connection
        self.exchange = short_string("exchange's name", exchange)
        self.confirm_within_s = confirm_within_s
        self._channel: BlockingChannel | None = None

    def publish(self, message: Message, routing_key: str) -> None:
        """Publish, and wait until the broker has said what became of it.

        Raises `Unroutable` (no queue wanted it), `NotFound` (no such exchange), `Nacked`, `PublisherBlocked`,
        `AccessRefused`, `ConnectionLost`, or `ConfirmTimeout` (nobody knows: publish again, with the same
        `message_id`). The producer stays usable after each of them, as long as its connection lives.
        """
        short_string("routing key", routing_key)
        channel = self._open_channel()
        with translated(channel), self._deadline(channel):
            channel.basic_publish(
                self.exchange, routing_key, message.body, properties=to_properties(message), mandatory=True
            )

    def _open_channel(self) -> BlockingChannel:
        """A refusal (404, 403 …) costs the channel: the next publish gets a fresh one."""
        if self._channel is None or not self._channel.is_open:
            self._channel = self.connection.channel(confirm=True)
        return self._channel

    @contextmanager
    def _deadline(self, channel: BlockingChannel) -> Iterator[None]:
        """End the wait for a confirm: a quorum queue that lost its majority would never send one."""
        late = False

        def give_up() -> None:
            nonlocal late
            late = True
            # pika has no public way out of this wait, so it is handed an answer that looks like the broker's.
            answer = Method(channel.channel_number, Basic.Nack())
            channel._message_confirmation_result.set_value_once(answer)  # noqa: SLF001

        # pika's own call_later runs between its calls; this timer runs while one of them waits.
        loop = self.connection.raw._impl  # noqa: SLF001
        timer = loop._adapter_call_later(self.confirm_within_s, give_up)  # noqa: SLF001
        try:
            yield
        except NackError:
            if not late:
                raise
            # A confirm that still comes must not be taken for the next message's: leave this channel.
            self._channel = None
            waited = f"The broker sent no confirm within {self.confirm_within_s:g} s"
            raise ConfirmTimeout(f"{waited}; the message may be stored all the same.") from None
        finally:
            loop._adapter_remove_timeout(timer)  # noqa: SLF001

    def __repr__(self) -> str:
        return f"Producer(exchange={self.exchange!r})"
