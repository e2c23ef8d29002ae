"""A producer that outlives its connection: when the line breaks, it connects again and publishes again.

A broken line leaves one question open: was the message stored, and only its confirm lost? Nobody can know. So
it is published again with the same `message_id`: a duplicate is possible, a loss is not.
The rule: at least once here, so drop duplicates by `message_id` where the message has its effect.
What breaks without an end: a caller that waits for ever for a broker that does not come back. One thread only.
https://www.rabbitmq.com/docs/reliability#producer-side
"""

from __future__ import annotations

import time
from typing import Self

from labs.errors import (
    BrokerUnavailable,
    ConfirmTimeout,
    ConnectionLost,
    InvalidValue,
    LabsError,
    PublisherBlocked,
)
from labs.limits import short_string
from labs.message import Message
from labs.sync.connection import Connection, connect
from labs.sync.producer import Producer

#: After these, nobody knows whether the message was stored.
UNKNOWN = (ConnectionLost, ConfirmTimeout, PublisherBlocked)
#: The pauses before connecting again, in seconds: from the first to the longest.
FIRST_S, LONGEST_S = 0.05, 2.0
#: The longest wait for one connection, in seconds.
CONNECT_S = 5.0


class RecoveringProducer:
    """Publishes to `exchange`, persistent, confirmed and mandatory; connects when the first message comes.

    `confirm_within_s`: the longest wait for one confirm, before the line counts as dead. `give_up_after_s`: the
    longest that one `publish` may take in all, give or take the last attempt.
    """

    def __init__(
        self,
        url: str,
        exchange: str,
        *,
        confirm_within_s: float = 10.0,
        give_up_after_s: float = 60.0,
        name: str = "labs producer",
    ) -> None:
        self.exchange = short_string("exchange's name", exchange)
        self.confirm_within_s, self.give_up_after_s = confirm_within_s, give_up_after_s
        #: How often it connected again, and how often it published a message again.
        self.reconnects = self.republished = 0
        self._url, self._name = url, name
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self._was_connected = False

    def publish(self, message: Message, routing_key: str) -> None:
        """Publish, and return when the broker has confirmed it, on whichever connection.

        Raises at once what no new connection mends: `Unroutable`, `NotFound`, `Nacked`, `AccessRefused`, and
        `InvalidValue` for a message without `message_id`. After `give_up_after_s` it raises `BrokerUnavailable`:
        the message was never sent; or `ConnectionLost`, `ConfirmTimeout`, `PublisherBlocked`: it may be stored.
        """
        if message.message_id is None:
            raise InvalidValue(
                "This message has no message_id: published twice, nobody could tell.",
                hint="Give it one that stays the same: Message(…, message_id=f'order-{number}').",
            )
        until, pause_s, sent = time.monotonic() + self.give_up_after_s, FIRST_S, False
        while True:
            try:
                producer = self._connect(until)
                self.republished += sent
                sent = True
                producer.publish(message, routing_key)
            except (BrokerUnavailable, *UNKNOWN) as error:
                self.close()
                if time.monotonic() + pause_s > until:
                    raise self._gave_up(error, sent=sent) from error
            else:
                return
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_S)

    def _connect(self, until: float) -> Producer:
        left_s = max(0.5, until - time.monotonic())
        if self._producer is None:
            self._connection = connect(self._url, name=self._name, timeout_s=min(CONNECT_S, left_s))
            self._producer = Producer(self._connection, self.exchange)
            self.reconnects += self._was_connected
            self._was_connected = True
        self._producer.confirm_within_s = min(self.confirm_within_s, left_s)
        return self._producer

    def _gave_up(self, error: LabsError, *, sent: bool) -> LabsError:
        waited = f"Gave up after {self.give_up_after_s:g} s"
        if not sent:
            return BrokerUnavailable(f"{waited}; the message was never sent. {error}")
        kind = type(error) if isinstance(error, UNKNOWN) else ConnectionLost
        return kind(f"{waited}; the message may be stored all the same. {error}")

    def close(self) -> None:
        """Hang up. Safe to call twice; the next `publish` connects again."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"RecoveringProducer(exchange={self.exchange!r}, reconnects={self.reconnects})"
