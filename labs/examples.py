"""What may be published: examples that the bindings themselves give, and the exchanges where they enter.

Nobody knows what will be published, but a binding says what is *wanted*: `order.*` wants `order.any`, and
`order.#` wants `order` and `order.any.any`. Pure; used by `labs.arrivals`.
https://www.rabbitmq.com/tutorials/tutorial-five-python
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from labs.exchange import PREDECLARED, Exchange
from labs.explain import Declared
from labs.queue import Queue
from labs.routing import Binding, headers_wanted, words

#: What `explain` knows; an exchange of a plugin may send anything anywhere.
KINDS = ("direct", "topic", "fanout", "headers")
#: Stands for a word that can be any.
ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A routing key, and the headers that a headers exchange wants to see."""

    key: str
    headers: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A topology as the broker's inside sees it: internal exchanges take messages too."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]

    @property
    def known(self) -> dict[str, Exchange]:
        """Every exchange by its name."""
        return {each.name: each for each in (*PREDECLARED, *self.exchanges)}


def inside(topology: Declared) -> Inside:
    """A copy of the topology in which every example can be followed."""
    known = {each.name for each in (*PREDECLARED, *topology.exchanges)}
    # Bound here and declared elsewhere: a topic exchange understands every example.
    elsewhere = sorted({binding.source for binding in topology.bindings} - known)
    return Inside(
        exchanges=(
            *(
                replace(each, internal=False, type=each.type if each.type in KINDS else "fanout")
                for each in topology.exchanges
            ),
            *(Exchange(name=name) for name in elsewhere),
        ),
        queues=tuple(topology.queues),
        bindings=tuple(topology.bindings),
    )


def entries(within: Inside) -> list[str]:
    """The exchanges where messages come in: those with bindings that nothing else feeds."""
    fed = {binding.destination for binding in within.bindings if binding.to_exchange}
    fed |= {each.alternate_exchange or "" for each in within.exchanges}
    sources = {binding.source for binding in within.bindings}
    sources |= {each.name for each in within.exchanges if each.alternate_exchange}
    return sorted(sources - fed) or sorted(sources)


def wanted(within: Inside, entry: str) -> Iterator[Example]:
    """The examples that the bindings behind one exchange give."""
    behind = [entry]
    for name in behind:
        declared = within.known.get(name)
        nexts = [
            binding.destination
            for binding in within.bindings
            if binding.source == name and binding.to_exchange
        ]
        nexts += [declared.alternate_exchange] if declared and declared.alternate_exchange else []
        behind += [each for each in nexts if each not in behind]
    yield from (
        example
        for binding in within.bindings
        if binding.source in behind
        for example in _examples(within.known[binding.source].type, binding)
    )
    if any(within.known[name].alternate_exchange for name in behind if name in within.known):
        yield Example(key=ANY)


def _examples(kind: str, binding: Binding) -> Iterator[Example]:
    if kind == "headers":
        yield Example(key=ANY, headers=headers_wanted(binding.arguments)[0])
    elif kind == "fanout":
        yield Example(key=ANY)
    elif kind == "topic":
        for many in ([], [ANY, ANY]) if "#" in words(binding.key) else ([],):
            parts = [[ANY] if word == "*" else many if word == "#" else [word] for word in words(binding.key)]
            yield Example(key=".".join(word for part in parts for word in part))
    else:
        yield Example(key=binding.key)
