"""A topology: exchanges, queues and the bindings between them, as one value.

It says what there should be; `labs.sync.declare` makes it so. Because it is a value it can be compared (in
any order), joined (`|`), subtracted (`-`), drawn, and asked where a message would go, all without a broker.
The rule: one name, one declaration. Two that disagree are the broker's 406 PRECONDITION_FAILED waiting to
happen, so they are refused here, with both named.
https://www.rabbitmq.com/tutorials/amqp-concepts
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from labs.drawing import as_mermaid, as_text
from labs.drawing.declared import graph_of
from labs.drawing.picture import Picture
from labs.errors import InvalidValue
from labs.exchange import Exchange
from labs.explain import Explanation, explain
from labs.queue import Queue
from labs.routing import Binding
from labs.soundness import Finding, findings

#: `Exchange` or `Queue`: both have a name that can be declared once.
Named = TypeVar("Named", Exchange, Queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Raises `InvalidValue` when one name is declared in two ways."""

    exchanges: tuple[Exchange, ...] = ()
    queues: tuple[Queue, ...] = ()
    bindings: tuple[Binding, ...] = ()

    def __post_init__(self) -> None:
        # Kept sorted and without repeats, so that equal topologies are equal tuples and drawings never move.
        object.__setattr__(self, "exchanges", _one_per_name(self.exchanges))
        object.__setattr__(self, "queues", _one_per_name(self.queues))
        object.__setattr__(self, "bindings", _without_repeats(self.bindings))

    def __or__(self, other: Topology) -> Topology:
        """Both together. `InvalidValue` where they declare one name differently."""
        return Topology(
            exchanges=self.exchanges + other.exchanges,
            queues=self.queues + other.queues,
            bindings=self.bindings + other.bindings,
        )

    def __sub__(self, other: Topology) -> Topology:
        """What this one declares and the other does not, or not in the same way."""
        return Topology(
            exchanges=tuple(each for each in self.exchanges if each not in other.exchanges),
            queues=tuple(each for each in self.queues if each not in other.queues),
            bindings=tuple(each for each in self.bindings if each not in other.bindings),
        )

    def __bool__(self) -> bool:
        """False when it declares nothing: `if wanted - actual: …`."""
        return bool(self.exchanges or self.queues or self.bindings)

    def explain(self, exchange: str, key: str, headers: Mapping[str, Any] | None = None) -> Explanation:
        """Which queues a message published to `exchange` reaches, and why, word by word."""
        return explain(self, exchange, key, headers)

    def validate(self) -> tuple[Finding, ...]:
        """In which ways messages can vanish, although the broker would accept it all; `()` when it is sound."""
        return findings(self)

    def __repr__(self) -> str:
        exchanges, queues, bindings = map(len, (self.exchanges, self.queues, self.bindings))
        return f"Topology({exchanges} exchanges, {queues} queues, {bindings} bindings)"

    def draw(self, caption: str = "") -> Picture:
        """A picture: crisp in a notebook, in words everywhere else."""
        return Picture(graph=graph_of(self), caption=caption)

    def text(self) -> str:
        """A small drawing in plain text."""
        return as_text(self)

    def mermaid(self) -> str:
        """The same as a Mermaid flowchart, which JupyterLab and GitHub draw."""
        return as_mermaid(self)


def _one_per_name(declared: Iterable[Named]) -> tuple[Named, ...]:
    by_name: dict[str, Named] = {}
    for each in declared:
        first = by_name.setdefault(each.name, each)
        if first != each:
            raise InvalidValue(f"One name, two declarations: {first} and {each}.")
    return tuple(by_name[name] for name in sorted(by_name))


def _without_repeats(bindings: Iterable[Binding]) -> tuple[Binding, ...]:
    once = {_sort_key(binding): binding for binding in bindings}
    return tuple(once[key] for key in sorted(once))


def _sort_key(binding: Binding) -> tuple[str, bool, str, str, str]:
    arguments = repr(sorted(binding.arguments.items()))
    return binding.source, binding.to_exchange, binding.destination, binding.key, arguments
