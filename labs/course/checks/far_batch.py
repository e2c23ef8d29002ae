"""Exercise 6.3: a batch for a broker that is 5 ms away, quickly, and which of it is not stored."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.distance import Distance
from labs.course.own_channel import own_channel
from labs.course.probe import Probe
from labs.course.verdict import Step

COUNT, ROOM, SAMPLE = 240, 4, 12
#: Every so many orders one goes to the small queue, or to a key that nobody bound.
GIFT, FAX = 20, 33


def orders() -> list[tuple[str, str]]:
    """Ids and keys: most are `paid`, some `gift`, some `fax`."""

    def key(number: int) -> str:
        return "fax" if number % FAX == 0 else "gift" if number % GIFT == 0 else "paid"

    return [(f"o-{number:03}", key(number)) for number in range(1, COUNT + 1)]


def sends_far(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Measure one by one, run the attempt, and compare what it reports with what is in the queues."""
    _declare(probe)
    took: list[float] = []
    with Distance(probe.url, ms=5) as far:
        one_by_one = COUNT * _sample(far.url)

        @functools.wraps(attempt)
        def timed(_: Any, batch: list[tuple[str, str]]) -> Any:
            started = time.perf_counter()
            answer = attempt(far.url, batch)
            took.append(time.perf_counter() - started)
            return answer

        said = probe.run(timed, orders(), within_s=30)
    there = [properties.message_id for _, properties, _ in probe.messages("orders") + probe.messages("gifts")]
    lost = {id_ for id_, _ in orders() if id_ not in there}
    paid = {id_ for id_, key in orders() if key == "paid"}
    yield Step(
        ok=paid <= set(there) and len(there) == len(paid) + ROOM,
        text=f"the queues hold {len(paid) + ROOM} of the {COUNT} orders, each once (they hold {len(there)})",
        hint="Publish each order once to the exchange `shop`, with its key and its message_id, "
        "and wait for the answers before you return.",
    )
    yield Step(
        ok=2 * took[0] < one_by_one,
        text="it takes less than half as long as one by one",
        hint="Each answer is 10 ms away. Do not wait for it before the next publish: keep many under way.",
    )
    named = _ids(said)
    yield Step(
        ok=named is not None,
        text=f"it returns a set of ids (it returned {type(said).__name__})",
        hint="Return the message_ids of the orders that are not stored: a set, or a list.",
    )
    unseen = sorted(lost - (named or set()))
    keys = dict(orders())
    yield Step(
        ok=not [id_ for id_ in unseen if keys[id_] == "fax"],
        text="it names those that were returned",
        hint="For a key that nobody bound, the future of ConfirmWindow ends with Unroutable.",
    )
    yield Step(
        ok=not unseen,
        text="it names those that were refused",
        hint="`gifts` has room for a few. For the others the broker said nack: their future ends with Nacked.",
    )
    wrong = (named or set()) - lost
    yield Step(
        ok=not wrong,
        text=f"it names no others ({len(wrong)} of those it names are stored)",
        hint="Decide for each order by its own future: an error of one says nothing about its neighbours.",
    )


def _declare(probe: Probe) -> None:
    with probe.channel() as channel:
        channel.exchange_declare("shop", "direct", durable=True)
        limits = {"x-max-length": ROOM, "x-overflow": "reject-publish"}
        for key, queue, arguments in (("paid", "orders", None), ("gift", "gifts", limits)):
            channel.queue_declare(queue, durable=True, arguments=arguments)
            channel.queue_bind(queue, "shop", key)


def _sample(url: str) -> float:
    """Seconds for one order when each waits for its confirm."""
    with own_channel(pika.URLParameters(url)) as channel:
        channel.queue_declare("check", exclusive=True)
        channel.confirm_delivery()
        started = time.perf_counter()
        for _ in range(SAMPLE):
            channel.basic_publish("", "check", b"a sample")
        return (time.perf_counter() - started) / SAMPLE


def _ids(said: Any) -> set[Any] | None:
    try:
        return set(said) if isinstance(said, set | frozenset | list | tuple) else None
    except TypeError:  # a list of what cannot be in a set
        return None
