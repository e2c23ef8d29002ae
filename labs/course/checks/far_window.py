"""Exercise 9.1: many orders on their way to a broker that is 5 ms away, and which of them no queue wanted."""

from __future__ import annotations

import functools
import inspect
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.distance import Distance
from labs.course.own_channel import own_channel
from labs.course.probe import Probe
from labs.course.verdict import Step

COUNT, SAMPLE = 200, 12
#: Every so many orders one has a key that nobody bound.
FAX = 33


def orders() -> list[tuple[str, str]]:
    """Ids and keys: most are `paid`, some `fax`."""
    return [(f"o-{number:03}", "paid" if number % FAX else "fax") for number in range(1, COUNT + 1)]


def sends_all(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Measure one by one, run the attempt, and compare what it reports with what is in the queue."""
    yield Step(
        ok=inspect.iscoroutinefunction(attempt),
        text="it is a coroutine function",
        hint="Begin it with `async def`, so that it can await.",
    )
    with probe.channel() as channel:
        channel.exchange_declare("shop", "direct", durable=True)
        channel.queue_declare("orders", durable=True)
        channel.queue_bind("orders", "shop", "paid")
    batch, took, groups = orders(), [0.0], []
    paid = {id_ for id_, key in batch if key == "paid"}
    with Distance(probe.url, ms=5) as far:
        one_by_one = COUNT * _sample(far.url)

        @functools.wraps(attempt)
        async def timed(_: Any) -> Any:
            started = time.perf_counter()
            try:
                return await attempt(far.url, list(batch))
            except ExceptionGroup as group:
                groups.append(group)
            finally:
                took[0] = time.perf_counter() - started

        said = probe.run(timed, within_s=30)
    yield Step(
        ok=not groups,
        text=f"it ends without an error{_why(groups)}",
        hint="An order that no queue wants is an error of that order alone: catch it in its own task, or use a "
        "ConfirmWindow and look at `failed`. A bare TaskGroup cancels all the others.",
    )
    found = [properties for _, properties, _ in probe.messages("orders")]
    there = Counter(properties.message_id for properties in found)
    yield Step(
        ok=set(there) == paid and len(found) == len(paid),
        text=f"the queue holds the {len(paid)} paid orders, each once, by their ids (it holds {len(found)})",
        hint="Publish each order once to the exchange `shop`, with its key and its message_id, and await every answer.",
    )
    transient = sum(properties.delivery_mode != 2 for properties in found)
    yield Step(
        ok=not transient,
        text=f"all of them are persistent ({transient} are not)",
        hint="aio_pika.Message is transient unless you say delivery_mode=DeliveryMode.PERSISTENT; "
        "the Message of labs.message is persistent.",
    )
    yield Step(
        ok=2 * took[0] < one_by_one,
        text="it takes less than half as long as one by one",
        hint="Each answer is 10 ms away. Do not await it before the next publish: keep many under way.",
    )
    lost = {id_ for id_, _ in batch} - paid
    named = _ids(said)
    yield Step(
        ok=named is not None,
        text=f"it returns a set of ids (it returned {type(said).__name__})",
        hint="Return the message_ids that no queue wanted: a set, or a list.",
    )
    yield Step(
        ok=lost <= (named or set()),
        text=f"it names the {len(lost)} orders that no queue wanted ({len(lost & (named or set()))} of them)",
        hint="As it comes, aio-pika returns such a message as a value and raises nothing: on_return_raises=True.",
    )
    wrong = (named or set()) - lost
    yield Step(
        ok=not wrong,
        text=f"it names no others ({len(wrong)} of those it names are in the queue)",
        hint="Decide for each order by its own answer: an error of one says nothing about its neighbours.",
    )


def _sample(url: str) -> float:
    """Seconds for one order when each waits for its confirm."""
    with own_channel(pika.URLParameters(url)) as channel:
        channel.queue_declare("check", exclusive=True)
        channel.confirm_delivery()
        started = time.perf_counter()
        for _ in range(SAMPLE):
            channel.basic_publish("", "check", b"a sample")
        return (time.perf_counter() - started) / SAMPLE


def _why(groups: list[ExceptionGroup[Exception]]) -> str:
    return f" (it raised {groups[0].message}: {type(groups[0].exceptions[0]).__name__})" if groups else ""


def _ids(said: Any) -> set[Any] | None:
    try:
        return set(said) if isinstance(said, set | frozenset | list | tuple) else None
    except TypeError:  # a list of what cannot be in a set
        return None
