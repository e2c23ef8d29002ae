"""A topology in plain text, for a terminal and for a screen reader.

One block for each exchange with its bindings, then the queues. What is usual is left out: a durable classic
queue is just that. https://www.rabbitmq.com/tutorials/amqp-concepts
"""

from __future__ import annotations

from labs.drawing.labels import binding_label
from labs.exchange import Exchange
from labs.explain import Declared
from labs.queue import ARGUMENTS, Queue


def as_text(topology: Declared) -> str:
    """One block for each exchange with its bindings below it, then the queues."""
    lines = []
    exchanges = {exchange.name: exchange for exchange in topology.exchanges}
    for name in dict.fromkeys([*exchanges, *(binding.source for binding in topology.bindings)]):
        lines.append(_exchange_words(exchanges[name]) if name in exchanges else f"exchange {name}")
        for binding in (each for each in topology.bindings if each.source == name):
            kind = "exchange " if binding.to_exchange else ""
            lines.append(f"  --[{binding_label(binding)}]--> {kind}{binding.destination}")
        if name in exchanges and (alternate := exchanges[name].alternate_exchange):
            lines.append(f"  --alternate--> exchange {alternate}")
    lines += [_queue_words(queue) for queue in topology.queues]
    return "\n".join(lines)


def _exchange_words(exchange: Exchange) -> str:
    notes = [exchange.type]
    notes += [] if exchange.durable else ["transient"]
    notes += [flag.replace("_", "-") for flag in ("auto_delete", "internal") if getattr(exchange, flag)]
    return f"exchange {exchange.name} ({', '.join(notes)})"


def _queue_words(queue: Queue) -> str:
    notes: list[str] = [queue.type]
    notes += [] if queue.durable else ["transient"]
    notes += [flag.replace("_", "-") for flag in ("exclusive", "auto_delete") if getattr(queue, flag)]
    said = queue.declare_arguments
    notes += [f"{ours}={said[brokers]}" for ours, brokers in ARGUMENTS.items() if brokers in said]
    return f"queue {queue.name} ({', '.join(notes)})"
