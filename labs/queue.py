"""A queue: where messages wait, in order, until a consumer has settled them.

The rule: a queue's properties are fixed at birth. Declare it again with the same ones and nothing happens;
with other ones the broker answers 406 PRECONDITION_FAILED and closes the channel. So this is a value:
two `Queue`s are equal exactly when the broker would accept one in place of the other.
What can be changed later (length, time to live, dead letters) is better set by a policy.
https://www.rabbitmq.com/docs/queues
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from labs.brief import brief
from labs.errors import InvalidValue
from labs.limits import short_string, table

#: Our name for each optional argument, and the broker's.
ARGUMENTS = {
    "message_ttl_ms": "x-message-ttl",
    "expires_ms": "x-expires",
    "max_length": "x-max-length",
    "max_length_bytes": "x-max-length-bytes",
    "overflow": "x-overflow",
    "dead_letter_exchange": "x-dead-letter-exchange",
    "dead_letter_routing_key": "x-dead-letter-routing-key",
    "max_priority": "x-max-priority",
    "single_active_consumer": "x-single-active-consumer",
    "delivery_limit": "x-delivery-limit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What `queue.declare` says. `InvalidValue` for a name that AMQP cannot carry."""

    name: str
    #: `classic`; `quorum` (replicated, for what must not be lost); `stream` (a log that can be replayed).
    type: Literal["classic", "quorum", "stream"] = "classic"
    #: The queue survives a restart; its messages do if they are persistent too.
    durable: bool = True
    #: Only this connection may use it, and it goes when the connection goes.
    exclusive: bool = False
    #: Goes when its last consumer goes.
    auto_delete: bool = False
    #: A message that waited this long is thrown away or dead-lettered (rabbitmq.com/docs/ttl).
    message_ttl_ms: int | None = None
    #: The *queue* goes when nobody has used it for this long.
    expires_ms: int | None = None
    #: At most this many ready messages, or this many bytes of bodies (rabbitmq.com/docs/maxlength).
    max_length: int | None = None
    max_length_bytes: int | None = None
    #: When full: `drop-head` (the oldest goes; the default) or `reject-publish` (producers are told).
    overflow: str | None = None
    #: Where rejected, expired and overflowing messages go (rabbitmq.com/docs/dlx).
    dead_letter_exchange: str | None = None
    #: The key they get there; None keeps their own.
    dead_letter_routing_key: str | None = None
    #: Priorities 0 to this number; 10 is plenty.
    max_priority: int | None = None
    #: One consumer at a time; the next takes over when it goes.
    single_active_consumer: bool = False
    #: A quorum queue gives up on a message after this many failed deliveries.
    delivery_limit: int | None = None
    #: Further `x-` arguments, as the broker spells them.
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    __repr__ = brief

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidValue("A queue needs a name here; queue_declare('') lets the broker choose one.")
        short_string("queue's name", self.name)
        object.__setattr__(self, "arguments", table("arguments", self.arguments))
        # One spelling for each property: otherwise equal declarations could be unequal values.
        for ours, brokers in {**ARGUMENTS, "type": "x-queue-type"}.items():
            if brokers in self.arguments:
                raise InvalidValue(f"Say {ours}=…, not arguments={{'{brokers}': …}}.")

    @property
    def declare_arguments(self) -> dict[str, Any]:
        """The arguments table of `queue.declare`: only what was said; the broker's defaults stay its own."""
        said = {} if self.type == "classic" else {"x-queue-type": self.type}
        for ours, brokers in ARGUMENTS.items():
            value = getattr(self, ours)
            if value is not None and value is not False:
                said[brokers] = value
        return said | dict(self.arguments)
