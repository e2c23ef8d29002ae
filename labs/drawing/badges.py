"""What is special about an exchange or a queue, as badges: a short mark to draw, and the same in words.

Built from what the broker calls these things (`x-message-ttl`, …), so that a declaration of ours and a queue
read from a broker get the same badges. https://www.rabbitmq.com/docs/queues#optional-arguments
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from labs.drawing.graph import Badge

#: The largest unit that says a duration without a fraction.
UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
KIND_WORDS = {
    "quorum": "quorum: replicated, for what must not be lost",
    "stream": "stream: a log that can be read again",
}
#: The broker's name of an argument → its badge, in the order in which they are drawn.
ARGUMENT_BADGES: dict[str, Callable[[Any], tuple[str, str]]] = {
    "x-message-ttl": lambda ms: (f"TTL {duration(ms)}", f"a message waits {duration(ms)} at most"),
    "x-dead-letter-exchange": lambda name: ("DLX", f"dead letters go to {name or 'the default exchange'}"),
    "x-max-length": lambda most: (f"max {most}", f"at most {most} ready messages"),
    "x-max-length-bytes": lambda most: (f"max {most} B", f"at most {most} bytes of ready messages"),
    "x-max-priority": lambda most: (f"prio {most}", f"priorities 0 to {most}"),
    "x-delivery-limit": lambda most: (f"limit {most}", f"delivery limit {most}"),
    "x-expires": lambda ms: (f"expires {duration(ms)}", f"the queue goes after {duration(ms)} without use"),
}
LENGTHS = ("x-max-length", "x-max-length-bytes")


def queue_badges(
    *,
    type: str = "classic",  # noqa: A002 - the broker's own word
    durable: bool = True,
    exclusive: bool = False,
    auto_delete: bool = False,
    arguments: Mapping[str, Any],
) -> tuple[Badge, ...]:
    """The badges of a queue; its arguments are spelled as the broker spells them."""
    found = [("D", "durable") if durable else ("T", "transient: gone after a restart")]
    found += [(type, KIND_WORDS.get(type, type))] if type != "classic" else []
    found += [("excl", "exclusive: for one connection only")] if exclusive else []
    found += [("auto-del", "auto-delete: goes with its last consumer")] if auto_delete else []
    overflow = arguments.get("x-overflow", "drop-head")
    for name, badge in ARGUMENT_BADGES.items():
        if arguments.get(name) is not None:
            mark, text = badge(arguments[name])
            found.append((mark, f"{text}; then {overflow}" if name in LENGTHS else text))
    if arguments.get("x-single-active-consumer"):
        found.append(("SAC", "single active consumer"))
    return tuple(Badge(mark=mark, text=text) for mark, text in found)


def exchange_badges(
    *, durable: bool = True, auto_delete: bool = False, internal: bool = False
) -> tuple[Badge, ...]:
    """The badges of an exchange: only what is unusual."""
    found = [] if durable else [("T", "transient: gone after a restart")]
    found += [("auto-del", "auto-delete: goes with its last binding")] if auto_delete else []
    found += [("internal", "internal: takes messages from exchanges only")] if internal else []
    return tuple(Badge(mark=mark, text=text) for mark, text in found)


def duration(milliseconds: int) -> str:
    """`5 s`, `2 min`, `1500 ms`: exact, and short where that is possible."""
    for size, unit in UNITS:
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size} {unit}"
    return f"{milliseconds} ms"
