"""What is wrong with a topology although the broker accepts it: ways in which messages vanish without a word.

A dead-letter exchange is only a *name* on a queue: the broker creates neither the exchange nor a queue behind
it, and drops what has nowhere to go. A time to live without one throws away. And dead letters that come back
to where they were go round for ever, or are dropped, according to whether somebody rejected them on the way.
The rule: look at the whole, before it is declared. What is declared elsewhere cannot be seen from here, so
look at all of it together: `(orders | ladder.topology).validate()`.
https://www.rabbitmq.com/docs/dlx
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from labs.arrivals import Arrivals, circles
from labs.exchange import PREDECLARED
from labs.explain import Declared
from labs.queue import Queue

Fault = Literal[
    "dlx-not-declared",
    "dead-letters-lost",
    "dead-letters-refused",
    "cycle-dropped",
    "cycle-endless",
    "expires-into-nothing",
    "limit-into-nothing",
    "nothing-leads-here",
    "at-least-once-incomplete",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of one queue, and the sentence that explains it."""

    fault: Fault
    queue: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def findings(topology: Declared) -> tuple[Finding, ...]:
    """Every fault, sorted by queue; none for a sound topology."""
    arrivals, queues = Arrivals(topology), {queue.name: queue for queue in topology.queues}
    found = [
        *(finding for queue in topology.queues for finding in _of_one(queue, topology)),
        *_lost(arrivals, queues),
        *_refused(arrivals, queues),
        *(_circle(circle, queues) for circle in circles(arrivals.hops)),
        *_led_to_by_nothing(arrivals, topology),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.queue, finding.fault)))


def _of_one(queue: Queue, topology: Declared) -> Iterator[Finding]:
    """What can be seen by looking at one declaration."""
    name, exchange = queue.name, queue.dead_letter_exchange
    if exchange and exchange not in {each.name for each in (*PREDECLARED, *topology.exchanges)}:
        said = f"Queue {name!r} sends dead letters to exchange {exchange!r}, not declared here: dropped."
        yield Finding(fault="dlx-not-declared", queue=name, sentence=said)
    if exchange is None and queue.message_ttl_ms is not None and queue.type != "stream":
        said = (
            f"What waits {queue.message_ttl_ms} ms in queue {name!r} is thrown away: no dead-letter exchange."
        )
        yield Finding(fault="expires-into-nothing", queue=name, sentence=said)
    if exchange is None and queue.delivery_limit is not None:
        times = f"{name!r} has delivered in vain more than {queue.delivery_limit} times"
        said = f"What queue {times} is thrown away: no dead-letter exchange."
        yield Finding(fault="limit-into-nothing", queue=name, sentence=said)
    if queue.arguments.get("x-dead-letter-strategy") == "at-least-once":
        needed = {
            "type quorum": queue.type == "quorum",
            "overflow reject-publish": queue.overflow == "reject-publish",
            "a dead-letter exchange": exchange is not None,
        }
        missing = [what for what, there in needed.items() if not there]
        if missing:
            said = f"Queue {name!r} asks for at-least-once dead-lettering and lacks {', '.join(missing)}: it is not."
            yield Finding(fault="at-least-once-incomplete", queue=name, sentence=said)


def _lost(arrivals: Arrivals, queues: dict[str, Queue]) -> Iterator[Finding]:
    """Dead letters that no queue gets: one finding for each queue that has some.

    A queue named after another (`orders.retry.1000ms`) may send to that one, which somebody else declares.
    """
    told: set[str] = set()
    for hop in arrivals.hops:
        by_name = queues[hop.source].dead_letter_exchange == ""
        elsewhere = by_name and hop.source.startswith(f"{hop.example.key}.")
        if not hop.targets and not elsewhere and hop.source not in told:
            told.add(hop.source)
            said = f"Dead letters of queue {hop.source!r} with the key {hop.example.key!r} reach no queue: dropped."
            yield Finding(fault="dead-letters-lost", queue=hop.source, sentence=said)


def _refused(arrivals: Arrivals, queues: dict[str, Queue]) -> Iterator[Finding]:
    """Dead letters that a full queue turns away: a publisher would hear of it, dead-lettering does not ask."""
    told: set[str] = set()
    for hop in arrivals.hops:
        asks = queues[hop.source].arguments.get("x-dead-letter-strategy") == "at-least-once"
        full = [name for name in hop.targets if _turns_away(queues[name])]
        if full and not asks and hop.source not in told:
            told.add(hop.source)
            said = f"Dead letters of queue {hop.source!r} are dropped while queue {full[0]!r} is full and rejects."
            yield Finding(fault="dead-letters-refused", queue=hop.source, sentence=said)


def _turns_away(queue: Queue) -> bool:
    """A full classic queue; a quorum queue takes in what is published without a confirm."""
    limited = queue.max_length is not None or queue.max_length_bytes is not None
    return limited and queue.overflow == "reject-publish" and queue.type == "classic"


def _circle(circle: tuple[str, ...], queues: dict[str, Queue]) -> Finding:
    """Without a rejection on the way the broker drops what comes round; with one it goes on."""
    way = " → ".join((*circle, circle[0]))
    by_hand = [name for name in circle if not _leaves_by_itself(queues[name])]
    if by_hand:
        said = f"Dead letters go round {way} for ever: nothing counts how often {by_hand[0]!r} rejects them."
        return Finding(fault="cycle-endless", queue=circle[0], sentence=said)
    said = f"Dead letters go round {way} with no rejection on the way: the broker drops them."
    return Finding(fault="cycle-dropped", queue=circle[0], sentence=said)


def _leaves_by_itself(queue: Queue) -> bool:
    """Whether messages die in this queue without a consumer who rejects them."""
    limited = queue.max_length is not None or queue.max_length_bytes is not None
    overflows = limited and queue.overflow in (None, "drop-head")
    return queue.message_ttl_ms is not None or queue.delivery_limit is not None or overflows


def _led_to_by_nothing(arrivals: Arrivals, topology: Declared) -> Iterator[Finding]:
    """Queues that only their name leads to, where every other message goes through exchanges.

    Meant to be so: a queue that delays, and one named after another (`orders.parked`, filled by the consumer
    of `orders`). Where there is no exchange at all, everything goes by name.
    """
    names = {queue.name for queue in topology.queues}
    for queue in topology.queues if topology.exchanges or topology.bindings else ():
        delays = queue.message_ttl_ms is not None and queue.dead_letter_exchange is not None
        helps = any(queue.name.startswith(f"{name}.") for name in names)
        if queue.name in arrivals.by_name_only and not (delays or helps):
            said = f"No binding and no dead letter leads to queue {queue.name!r}."
            yield Finding(fault="nothing-leads-here", queue=queue.name, sentence=said)
