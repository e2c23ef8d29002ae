"""A topology as a Mermaid flowchart, which JupyterLab and GitHub draw by themselves.

Mermaid reads `#`, quotes and angle brackets as its own, and `#` is a wildcard of ours: labels are escaped.
https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from labs.drawing.labels import binding_label
from labs.explain import Declared


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
        label = _escaped(binding_label(binding))
        lines.append(f'  {source} -- "{label}" --> {target}' if label else f"  {source} --> {target}")
    for exchange in topology.exchanges:
        if exchange.alternate_exchange:
            target = node("x", exchange.alternate_exchange)
            lines.append(f'  {node("x", exchange.name)} -. "alternate" .-> {target}')
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Mermaid spells a character by its number: `#35;` is the number sign."""
    return text.translate({ord(character): f"#{ord(character)};" for character in '#"<>&`\\\n'})
