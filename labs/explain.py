"""Where will this message go, and why? The broker's own routing, done on paper.

The broker's rules, each of which surprises somebody:
- one message reaches a queue at most once, however many bindings lead there;
- an exchange may feed another exchange; each is asked once, so a circle does no harm;
- the alternate exchange is asked only when *no binding of its exchange* fits. A binding that fits and then
  leads nowhere still counts, and the message is lost.
A pure function. tests/broker/test_routing_against_broker.py holds it to what a real broker does.
https://www.rabbitmq.com/docs/e2e · https://www.rabbitmq.com/docs/ae
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from labs.exchange import PREDECLARED, Exchange
from labs.queue import Queue
from labs.reasons import judge
from labs.routing import Binding


class Declared(Protocol):
    """Whatever lists exchanges, queues and bindings; a `Topology` does."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The exchanges, besides those that every vhost has."""

    @property
    def queues(self) -> Sequence[Queue]:
        """The queues."""

    @property
    def bindings(self) -> Sequence[Binding]:
        """The bindings between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The `queues` that get a copy, sorted, and the `lines` that say why: one for each binding asked."""

    queues: tuple[str, ...]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def explain(
    topology: Declared, exchange: str, key: str, headers: Mapping[str, Any] | None = None
) -> Explanation:
    """Follow one message from `exchange` to every queue it reaches. A dead end is told, not raised."""
    walk = _Walk(topology)
    if exchange == "":
        walk.through_default_exchange(key)
    elif walk.admits(exchange):
        walk.arrive(exchange, to_exchange=True)
        while walk.waiting:
            walk.ask(walk.exchanges[walk.waiting.popleft()], key, headers or {})
    return Explanation(queues=tuple(sorted(walk.reached)), lines=tuple(walk.lines))


class _Walk:
    """Where one message has been so far."""

    def __init__(self, topology: Declared) -> None:
        self.exchanges = {known.name: known for known in (*PREDECLARED, *topology.exchanges)}
        self.queues = {queue.name for queue in topology.queues}
        self.bindings = topology.bindings
        self.reached: set[str] = set()
        self.asked: set[str] = set()
        self.waiting: deque[str] = deque()
        self.lines: list[str] = []

    def admits(self, exchange: str) -> bool:
        """Two publishes never get as far as a binding: the broker closes the channel instead."""
        if exchange not in self.exchanges:
            self.lines.append(f"{exchange}: no such exchange; the broker answers 404 NOT_FOUND")
        elif self.exchanges[exchange].internal:
            self.lines.append(f"{exchange}: internal, fed by exchanges only; the broker answers 403")
        return not self.lines

    def through_default_exchange(self, key: str) -> None:
        """Its routing key is the name of a queue."""
        self.reached = {key} & self.queues
        self.lines.append(f'default exchange: "{key}" is {"a queue" if self.reached else "no queue here"}')

    def ask(self, exchange: Exchange, key: str, headers: Mapping[str, Any]) -> None:
        """Ask each binding of one exchange, and its alternate exchange when none fits."""
        nobody = True
        for binding in (each for each in self.bindings if each.source == exchange.name):
            fits, why = judge(exchange.type, binding, key, headers)
            target = f"exchange {binding.destination}" if binding.to_exchange else binding.destination
            tip = ">" if fits else "x"
            note = self.arrive(binding.destination, to_exchange=binding.to_exchange) if fits else ""
            self.lines.append(f"{exchange.name} --{_label(exchange, binding)}{tip} {target}: {why}{note}")
            nobody = nobody and not fits
        if nobody and exchange.alternate_exchange:
            note = self.arrive(exchange.alternate_exchange, to_exchange=True)
            target = f"exchange {exchange.alternate_exchange}"
            self.lines.append(f"{exchange.name} --alternate--> {target}: no binding fits{note}")
        elif nobody:
            self.lines.append(f"{exchange.name}: no binding fits, and there is no alternate exchange")

    def arrive(self, name: str, *, to_exchange: bool) -> str:
        """Note the arrival; answer with what is special about it, if anything is."""
        known, seen = (self.exchanges, self.asked) if to_exchange else (self.queues, self.reached)
        if name not in known:
            return " (but nothing of that name is declared here)"
        if name in seen:
            return " (asked already)" if to_exchange else " (it has its one copy already)"
        seen.add(name)
        if to_exchange:
            self.waiting.append(name)
        return ""


def _label(exchange: Exchange, binding: Binding) -> str:
    """What this kind of exchange looks at, in brackets."""
    if exchange.type == "headers":
        looked_at = ", ".join(f"{name}={value!r}" for name, value in binding.arguments.items())
    else:
        looked_at = "everything" if exchange.type == "fanout" else binding.key
    return f"[{looked_at}]--"
