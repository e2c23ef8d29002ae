"""Ask the broker itself: bind, publish with a confirm, count.

The rule: what happened is what the broker did. A confirm says that it took care of the message, and dropping
what nobody wanted is taking care too. So the queue is counted before and after.
Runs on the thread that calls it (the kernel's own, when a button was pressed), with every wait bounded.
https://www.rabbitmq.com/docs/confirms
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import pika
from pika.exceptions import ShortStringTooLong

from labs.course.broker_words import in_words
from labs.course.playground.reading import Reading

#: The names that the playground uses in the lesson's virtual host.
EXCHANGE, QUEUE = "playground", "caught"

#: refused: the client library did not even send it. failed: nobody knows, the broker could not be asked.
Outcome = Literal["arrived", "dropped", "refused", "failed"]


class HasParameters(Protocol):
    """Anything that says where to connect: a lesson."""

    @property
    def parameters(self) -> pika.ConnectionParameters:
        """Where to connect."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one message, and how many the queue holds now (None: not asked)."""

    key: str
    pattern: str
    outcome: Outcome
    text: str
    hint: str = ""
    count: int | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{'✓' if self.outcome == 'arrived' else '✗'} {self.text}", self.hint)))

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


class Asking:
    """One exchange, one queue, and the one pattern that is bound between them."""

    def __init__(self, place: HasParameters) -> None:
        self._place = place
        self._bound: str | None = None

    def publish(self, key: str, pattern: str) -> Answer:
        """Publish the key where only this pattern is bound. Never raises: a button has no cell to fail in."""
        try:
            before, after = self._counts(key, pattern)
        except (ShortStringTooLong, UnicodeEncodeError):
            text = f"{Reading(key=key, pattern=pattern).fault} pika refused it, so nothing was sent."
            return Answer(key=key, pattern=pattern, outcome="refused", text=text)
        except Exception as error:  # noqa: BLE001 - said where the eyes are
            text, hint = in_words(error)
            return Answer(key=key, pattern=pattern, outcome="failed", text=text, hint=hint)
        if after > before:
            text = f"It is in the queue {QUEUE}, which held {before} and holds {after}."
            return Answer(key=key, pattern=pattern, outcome="arrived", text=text, count=after)
        text = f"Confirmed and dropped: no queue wanted it. {QUEUE} still holds {after}."
        return Answer(key=key, pattern=pattern, outcome="dropped", text=text, count=after)

    def _counts(self, key: str, pattern: str) -> tuple[int, int]:
        parameters = copy.copy(self._place.parameters)
        parameters.client_properties = {"connection_name": EXCHANGE}
        with pika.BlockingConnection(parameters) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            if self._bound is None:  # an older playground may have left its own
                channel.exchange_delete(EXCHANGE)
                channel.queue_delete(QUEUE)
            channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
            before: int = channel.queue_declare(QUEUE, durable=True).method.message_count
            if self._bound not in (None, pattern):
                channel.queue_unbind(QUEUE, EXCHANGE, routing_key=self._bound)
            channel.queue_bind(QUEUE, EXCHANGE, routing_key=pattern)
            self._bound = pattern
            channel.basic_publish(EXCHANGE, key, b"playground")
            return before, channel.queue_declare(QUEUE, passive=True).method.message_count
