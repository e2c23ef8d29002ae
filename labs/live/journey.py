"""One message's journey: published, routed, delivered, redelivered, dead-lettered, in the order it happened.

The trace names each publish and each delivery; a death is told by the `x-death` of the next delivery, and is
marked as inferred. The rule: it tells what was seen of this message by itself. Of many that were told together,
only the first has a journey. https://www.rabbitmq.com/docs/firehose
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from labs.live.deaths import deaths

Word = Literal["published", "routed", "unroutable", "delivered", "redelivered", "dead-lettered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened at one moment: `words` say it, `node` is where."""

    word: Word
    words: str
    node: str
    #: In ms since the view began.
    at: float
    inferred: bool = False

    def __str__(self) -> str:
        return f"{self.word} {self.words}{' (inferred)' if self.inferred else ''}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Journey:
    """The steps of the message called `message` (`m:order-42`); empty when it was not seen.

    Its text holds no times, so that it can be compared with a stored one.
    """

    message: str
    steps: tuple[Step, ...] = ()

    def __repr__(self) -> str:
        lines = [f"{number}. {step}" for number, step in enumerate(self.steps, 1)]
        return "\n".join([f"Message {self.message.removeprefix('m:')}", *(lines or ["was not seen here."])])

    def __bool__(self) -> bool:
        return bool(self.steps)


def journey_of(message: str, events: Iterable[Mapping[str, Any]]) -> Journey:
    """The journey, from all events in their order."""
    steps: list[Step] = []
    died: dict[tuple[str, str], int] = {}
    for event in events:
        if event.get("message") != message:
            continue
        if event["kind"] == "dead":
            move = _name(event["queue"]), _name(event["to"])
            died[move] = died.get(move, 0) + 1
            steps.append(_death(event, *move, event.get("reason")))
        elif event["kind"] == "deliver":
            steps += _unseen_deaths(event, died)
            steps.append(_delivery(event))
        else:
            steps += _publish(event)
    return Journey(message=message, steps=tuple(steps))


def _publish(event: Mapping[str, Any]) -> Iterator[Step]:
    at, exchange = event["at"], event["exchange"]
    key = event["about"]["key"]
    to = f"to {_name(exchange) or 'the default exchange'}" + (f" with the key {key}" if key else "")
    yield Step(word="published", words=f"by {_name(event['from'])} {to}", node=event["from"], at=at)
    if event["lost"]:
        yield Step(word="unroutable", words="because no queue took it", node=exchange, at=at)
    elif event["queues"]:
        queues = ", ".join(map(_name, event["queues"]))
        yield Step(word="routed", words=f"to {queues}", node=exchange, at=at)


def _delivery(event: Mapping[str, Any]) -> Step:
    queue = _name(event["queue"])
    words = f"from {queue} to {event['to'].removeprefix(f'c:{queue}:')}"
    return Step(
        word="redelivered" if event["again"] else "delivered", words=words, node=event["to"], at=event["at"]
    )


def _unseen_deaths(event: Mapping[str, Any], died: dict[tuple[str, str], int]) -> Iterator[Step]:
    """The move that brought it to this queue, if it was only drawn as one of many or not at all."""
    found = deaths(event["about"]["headers"])
    if event["again"] or not found:
        return
    move = found[0].queue, _name(event["queue"])
    if died.get(move, 0) < found[0].count:
        died[move] = found[0].count
        yield _death(event, *move, found[0].reason)


def _death(event: Mapping[str, Any], source: str, target: str, reason: str | None) -> Step:
    words = f"from {source} to {target}" + (f": {reason}" if reason else "")
    return Step(word="dead-lettered", words=words, node=f"q:{target}", at=event["at"], inferred=True)


def _name(node: str) -> str:
    return node[2:]
