"""An exchange: where producers publish.

It stores nothing; it compares each message with its bindings and copies it to the queues that asked for it.
The rule: its properties are fixed when it is first declared. Declare it again with the same ones and nothing
happens; with other ones the broker answers 406 PRECONDITION_FAILED. That is why this is a value: two
`Exchange`s are equal exactly when the broker would accept one in place of the other.
https://www.rabbitmq.com/docs/exchanges
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labs.brief import brief
from labs.errors import InvalidValue
from labs.limits import short_string, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What `exchange.declare` says. `InvalidValue` for a name that AMQP cannot carry."""

    name: str
    #: How it chooses: `direct` (equal keys), `topic` (patterns), `fanout` (everyone), `headers` (labels).
    type: str = "topic"
    #: Survives a restart of the broker.
    durable: bool = True
    #: Goes when its last binding goes.
    auto_delete: bool = False
    #: Takes messages from other exchanges only; a producer gets 403.
    internal: bool = False
    #: Where messages go that none of this exchange's bindings wanted (rabbitmq.com/docs/ae).
    alternate_exchange: str | None = None
    #: Further arguments, as the broker spells them.
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    __repr__ = brief

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidValue(
                "The default exchange has no name; it is always there, and nobody declares it."
            )
        short_string("exchange's name", self.name)
        short_string("exchange's type", self.type)
        if self.alternate_exchange is not None:
            short_string("alternate exchange's name", self.alternate_exchange)
        object.__setattr__(self, "arguments", table("arguments", self.arguments))
        # One spelling for each property: otherwise equal declarations could be unequal values.
        if "alternate-exchange" in self.arguments:
            raise InvalidValue("Say alternate_exchange=…, not arguments={'alternate-exchange': …}.")

    @property
    def declare_arguments(self) -> dict[str, Any]:
        """The arguments table of `exchange.declare`."""
        said = {} if self.alternate_exchange is None else {"alternate-exchange": self.alternate_exchange}
        return said | dict(self.arguments)


#: Every vhost has these from the start, and nobody can delete them. `amq.match` is another `amq.headers`.
PREDECLARED = (
    Exchange(name="amq.direct", type="direct"),
    Exchange(name="amq.fanout", type="fanout"),
    Exchange(name="amq.headers", type="headers"),
    Exchange(name="amq.match", type="headers"),
    Exchange(name="amq.topic", type="topic"),
)
