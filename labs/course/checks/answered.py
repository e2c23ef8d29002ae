"""Exercise 6.1: for each order of a batch, whether it was stored, refused or returned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.probe import Probe
from labs.course.verdict import Step

#: The ids and keys, in no helpful order. `paid` leads to a roomy queue, `gift` to one for three, `fax` nowhere.
ORDERS = (
    ("o-07", "gift"), ("o-12", "paid"), ("o-03", "fax"), ("o-10", "gift"), ("o-01", "paid"), ("o-08", "gift"),
    ("o-05", "gift"), ("o-11", "fax"), ("o-02", "gift"), ("o-09", "paid"), ("o-04", "fax"), ("o-06", "gift"),
)  # fmt: skip
ROOM = 3
#: The words that the exercise asks for, and the hint when an order should have had that word and has not.
WORDS = {
    "stored": "What basic_publish does not raise for is stored, if confirms are on and it was mandatory.",
    "refused": "The broker says nack when a queue is full, and only to a channel with confirm_delivery(): "
    "pika.exceptions.NackError.",
    "returned": "An ack alone proves nothing about routing. With mandatory=True, pika raises UnroutableError.",
}


def knows_each(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt with twelve orders, then compare its words with what lies in the queues."""
    _declare(probe)
    said = probe.run(attempt, list(ORDERS))
    probe.eventually(lambda: probe.depth("gifts"), within_s=1)
    there = [
        properties.message_id for queue in ("orders", "gifts") for _, properties, _ in probe.messages(queue)
    ]
    yield Step(
        ok=None not in there,
        text="every message in the queues has a message_id",
        hint="pika.BasicProperties(message_id=…): without it nobody can say which order lies there.",
    )
    twice = sorted({id_ for id_ in there if there.count(id_) > 1})
    wanted = {id_ for id_, key in ORDERS if key == "paid"}
    yield Step(
        ok=wanted <= set(there) and not twice and len(there) == len(wanted) + ROOM,
        text=f"orders and gifts hold {len(wanted) + ROOM} messages, each once (they hold {len(there)})",
        hint="Publish each order once, to the exchange `shop`, with its own key. "
        "What is refused or returned stays so: sending it again does not change the queue.",
    )
    ids = [id_ for id_, _ in ORDERS]
    yield Step(
        ok=isinstance(said, dict) and set(said) == set(ids),
        text=f"it says a word about each of the {len(ids)} orders (about {_about(said)})",
        hint="Return a dict: every message_id of the batch, and its word.",
    )
    for word, hint in WORDS.items():
        right = {id_ for id_, key in ORDERS if _truth(id_, key, there) == word}
        wrong = sorted(id_ for id_ in right if said[id_] != word)
        found = ", ".join(f"{id_} {said[id_]!r}" for id_ in wrong)
        text = f"{len(right)} were {word}, and it says so" + (f" (it says {found})" if wrong else "")
        yield Step(ok=not wrong, text=text, hint=hint)


def _declare(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.exchange_declare("shop", "direct", durable=True)
        limits = {"x-max-length": ROOM, "x-overflow": "reject-publish"}
        for key, queue, arguments in (("paid", "orders", None), ("gift", "gifts", limits)):
            channel.queue_declare(queue, durable=True, arguments=arguments)
            channel.queue_bind(queue, "shop", key)


def _truth(id_: str, key: str, there: list[Any]) -> str:
    if key == "fax":
        return "returned"
    return "stored" if id_ in there else "refused"


def _about(said: Any) -> str:
    return str(len(said)) if isinstance(said, dict) else f"none: it returned {type(said).__name__}"
