"""The shape of a vhost: its exchanges, queues and bindings as they are declared now, policies included.

It is the broker's own word, read from the management API, made into the same values that the course declares
with; so it can be compared, drawn and asked for reasons (`labs.explain`). The rule: what a policy sets counts as
if it had been declared, because that is how the queue behaves. Ours and the broker's own are left out.
https://www.rabbitmq.com/docs/parameters#policies
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labs.errors import InvalidValue
from labs.exchange import Exchange
from labs.live.door import Row
from labs.live.hidden import BROKERS_OWN, is_ours
from labs.live.policies import Policies, merged
from labs.queue import ARGUMENTS, Queue
from labs.routing import Binding

#: Arguments that `Queue` and `Exchange` have fields for.
_ALTERNATE, _TYPE = "alternate-exchange", "x-queue-type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A `Declared`: what `labs.explain` and `labs.drawing` take. Sorted, so equal vhosts are equal values."""

    exchanges: tuple[Exchange, ...] = ()
    queues: tuple[Queue, ...] = ()
    bindings: tuple[Binding, ...] = ()


def shape_of(exchanges: list[Row], queues: list[Row], bindings: list[Row], policies: Policies) -> Shape:
    """Read the rows of the management API."""
    return Shape(
        exchanges=tuple(
            sorted(
                (_exchange(row, policies) for row in exchanges if not _standard(str(row["name"]))),
                key=lambda one: one.name,
            )
        ),
        queues=tuple(
            sorted(
                (_queue(row, policies) for row in queues if not is_ours(str(row["name"]))),
                key=lambda one: one.name,
            )
        ),
        bindings=tuple(
            _binding(row)
            for row in sorted(bindings, key=_order)
            if row["source"] and not row["source"].startswith(BROKERS_OWN) and not is_ours(row["destination"])
        ),
    )


def _standard(name: str) -> bool:
    """The default exchange and the `amq.` ones: in every vhost, drawn only where they are used."""
    return not name or name.startswith("amq.")


def _exchange(row: Row, policies: Policies) -> Exchange:
    arguments = merged(row["arguments"], policies.of_exchange(str(row["name"])))
    alternate = arguments.pop(_ALTERNATE, None)
    return Exchange(
        name=row["name"],
        type=row["type"],
        durable=row["durable"],
        auto_delete=row["auto_delete"],
        internal=row["internal"],
        alternate_exchange=alternate if isinstance(alternate, str) else None,
        arguments=arguments,
    )


def _queue(row: Row, policies: Policies) -> Queue:
    effective = policies.of_queue(str(row["name"]))
    arguments = merged(row["arguments"], {f"x-{name}": value for name, value in effective.items()})
    ours = {name: arguments.pop(spelling) for name, spelling in ARGUMENTS.items() if spelling in arguments}
    arguments.pop(_TYPE, None)
    try:
        return Queue(**_frame(row), **_checked(ours), arguments=arguments)
    except InvalidValue:  # a declaration that only this broker understands: its name will do
        return Queue(**_frame(row))


def _frame(row: Row) -> dict[str, Any]:
    return {
        "name": row["name"],
        "type": row.get("type", "classic"),
        "durable": bool(row["durable"]),
        "exclusive": bool(row.get("exclusive")),
        "auto_delete": bool(row["auto_delete"]),
    }


def _checked(ours: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers where there must be some; brokers accept a few odd things in arguments."""
    numbers = ("_ms", "_length", "_bytes", "_priority", "_limit")
    return {
        name: value
        for name, value in ours.items()
        if value is not None and (not name.endswith(numbers) or isinstance(value, int))
    }


def _binding(row: Row) -> Binding:
    return Binding(
        source=row["source"],
        destination=row["destination"],
        key=row["routing_key"],
        arguments=row["arguments"],
        to_exchange=row["destination_type"] == "exchange",
    )


def _order(row: Row) -> tuple[str, ...]:
    return tuple(
        str(row[name])
        for name in ("source", "destination_type", "destination", "routing_key", "properties_key")
    )
