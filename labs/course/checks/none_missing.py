"""Exercise 6.2: two thousand orders, while the broker closes the connection once; none may be missing."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from labs.broker.faults import Proxy
from labs.course.checks.closing_line import Closing
from labs.course.probe import Probe
from labs.course.verdict import Step

COUNT = 2000
#: So many may be there twice: a window of what was under way, and not everything from the beginning.
TWICE_AT_MOST = 300
#: What the attempt may take, in seconds, on a busy machine and one by one.
WITHIN_S = 60.0


def none_missing(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt through a proxy, close its connection on the way, and count what is in the queue."""
    with probe.channel() as channel:
        channel.queue_declare("orders", durable=True)
    ids = [f"order-{number}" for number in range(1, COUNT + 1)]
    with Proxy(probe.broker) as proxy:
        closing = Closing(probe, proxy)

        @functools.wraps(attempt)
        def through(_: Any) -> Any:
            try:
                return attempt(closing.connect(), ids, closing.connect)
            finally:
                closing.close()

        probe.run(through, within_s=WITHIN_S)
    yield Step(
        ok=closing.closed > 0,
        text=f"the check closed your connection in the middle (you published {closing.published} times)",
        hint="Publish on the channel that you are given, until it fails; then on one of connect().",
    )
    found = _read(probe)
    there = Counter(properties.message_id for properties in found)
    yield Step(
        ok=None not in there,
        text="every message has a message_id",
        hint="pika.BasicProperties(message_id=order): it is how a reader tells a duplicate from a second order.",
    )
    strange = sorted(str(id_) for id_ in there if id_ not in set(ids))
    yield Step(
        ok=not strange,
        text=f"there are no ids but those of the orders (there are {len(strange)}{_some(strange)})",
        hint="The same message_id each time: an id made anew makes a second order of a second attempt.",
    )
    missing = [id_ for id_ in ids if id_ not in there]
    yield Step(
        ok=not missing,
        text=f"none of the {COUNT} orders is missing (missing: {len(missing)}{_some(missing)})",
        hint="What was published and not confirmed when the connection was closed may never have arrived. "
        "Only a confirm lets you forget an order; the one that failed must be published again.",
    )
    twice = [id_ for id_ in ids if there[id_] > 1]
    yield Step(
        ok=len(twice) <= TWICE_AT_MOST,
        text=f"at most {TWICE_AT_MOST} are there twice ({len(twice)} are, and can be told by their id)",
        hint="What was confirmed is safe. After the new connection, go on with the first one that was not.",
    )
    transient = sum(properties.delivery_mode != 2 for properties in found)
    yield Step(
        ok=not transient,
        text=f"all of them are persistent ({transient} are not)",
        hint="delivery_mode=2; without it a confirm says only that the broker has it in its memory.",
    )


def _read(probe: Probe) -> list[Any]:
    """The properties of all that is ready in `orders`; it is taken and acknowledged."""
    found: list[Any] = []
    with probe.channel(prefetch=1000) as channel:
        for _, properties, _ in channel.consume("orders", auto_ack=True, inactivity_timeout=0.5):
            if properties is None:
                break
            found.append(properties)
    return found


def _some(ids: list[str]) -> str:
    return f": {', '.join(ids[:3])}{' …' if len(ids) > 3 else ''}" if ids else ""
