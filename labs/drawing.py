"""Two drawings of a topology: plain text for a terminal, Mermaid for a notebook.

Both say the same, so nobody needs to see the picture. Mermaid reads `#`, quotes and angle brackets as its
own, and `#` is a wildcard of ours: labels are escaped. https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from labs.exchange import Exchange
from labs.explain import Declared
from labs.queue import ARGUMENTS, Queue
from labs.routing import Binding


def as_text(topology: Declared) -> str:
    """One block for each exchange with its bindings below it, then the queues."""
    lines = []
    exchanges = {exchange.name: exchange for exchange in topology.exchanges}
    for name in dict.fromkeys([*exchanges, *(binding.source for binding in topology.bindings)]):
        lines.append(_exchange_words(exchanges[name]) if name in exchanges else f"exchange {name}")
        for binding in (each for each in topology.bindings if each.source == name):
            kind = "exchange " if binding.to_exchange else ""
            lines.append(f"  --[{_label(binding)}]--> {kind}{binding.destination}")
        if name in exchanges and (alternate := exchanges[name].alternate_exchange):
            lines.append(f"  --alternate--> exchange {alternate}")
    lines += [_queue_words(queue) for queue in topology.queues]
    return "\n".join(lines)


def as_mermaid(topology: Declared) -> str:
    """A flowchart from left to right: exchanges are hexagons, queues are cylinders."""
    lines = ["flowchart LR"]
    ids: dict[str, str] = {}

    def node(kind: str, name: str, note: str = "") -> str:
        if (known := ids.get(kind + name)) is None:
            known = ids[kind + name] = f"{kind}{len(ids)}"
            label = _escaped(name) + (f"<br/>{_escaped(note)}" if note else "")
            left, right = ('{{"', '"}}') if kind == "x" else ('[("', '")]')
            lines.append(f"  {known}{left}{label}{right}")
        return known

    for exchange in topology.exchanges:
        node("x", exchange.name, exchange.type)
    for queue in topology.queues:
        node("q", queue.name, "" if queue.type == "classic" else queue.type)
    for binding in topology.bindings:
        source = node("x", binding.source)
        target = node("x" if binding.to_exchange else "q", binding.destination)
        label = _escaped(_label(binding))
        lines.append(f'  {source} -- "{label}" --> {target}' if label else f"  {source} --> {target}")
    for exchange in topology.exchanges:
        if exchange.alternate_exchange:
            target = node("x", exchange.alternate_exchange)
            lines.append(f'  {node("x", exchange.name)} -. "alternate" .-> {target}')
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


def _label(binding: Binding) -> str:
    key = [binding.key] if binding.key else []
    return ", ".join(key + [f"{name}={value!r}" for name, value in binding.arguments.items()])


def _escaped(text: str) -> str:
    """Mermaid spells a character by its number: `#35;` is the number sign."""
    return text.translate({ord(character): f"#{ord(character)};" for character in '#"<>&`\\\n'})
