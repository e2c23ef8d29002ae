"""The exercises of notebook 04: share by speed, lose nothing, leave in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labs.course.broker_words import in_words
from labs.course.checks.crew import Crew
from labs.course.checks.leaving import leaves_in_order
from labs.course.checks.losing import never_loses
from labs.course.checks.waiting_orders import consumers, fill
from labs.course.exercise import Exercise
from labs.course.probe import Probe
from labs.course.verdict import Step

#: Two slow workers and a fast one: seconds for one order.
PACE = {"slow": 0.06, "slower": 0.07, "fast": 0.003}
RUSH = 48


def fast_does_half(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Three workers run the attempt; of the orders that then arrive the fast one must do at least half."""
    fill(probe, 0)
    with Crew(probe, attempt, PACE) as crew:
        probe.eventually(lambda: crew.errors or consumers(probe) == len(PACE), within_s=3)
        listening = consumers(probe)
        if listening == len(PACE):
            fill(probe, RUSH)
            crew.wait_until_handled(RUSH)
    if crew.errors:
        sentence, hint = in_words(crew.errors[0])
        name = getattr(attempt, "__name__", "your function")
        yield Step(ok=False, text=f"{name} failed. {sentence}", hint=hint)
    yield Step(
        ok=listening == len(PACE),
        text=f"3 consumers listen at orders (the broker counts {listening})",
        hint="Ask the broker to push: channel.basic_consume('orders', your_callback). "
        "basic_get does not listen.",
    )
    yield Step(
        ok=crew.total == RUSH,
        text=f"the workers handled {RUSH} orders (handled {crew.total})",
        hint="Call handle(body) once for each order and acknowledge it afterwards. "
        "With a prefetch of n, a worker that never acknowledges gets n orders and no more.",
    )
    left = probe.eventually(lambda: probe.depth("orders"), within_s=1)
    yield Step(
        ok=left == 0,
        text=f"every order was acknowledged ({left or 0} came back when the workers hung up)",
        hint="An order without an ack belongs to the queue again as soon as its channel closes.",
    )
    fast = len(crew.handled["fast"])
    yield Step(
        ok=2 * fast >= RUSH,
        text=f"the fast worker handled at least half of them (it handled {fast} of {RUSH})",
        hint="The broker deals in turn until a worker's hands are full, and without a limit they never are. "
        "Set the limit before you consume. With auto_ack no limit counts.",
    )


EXERCISES = (
    Exercise(
        id="4.1",
        title="The fast one does more",
        check=fast_does_half,
        hints=(
            "How many orders may the broker push to a slow worker before it has finished the first?",
            "Two calls: channel.basic_qos(prefetch_count=…), then channel.basic_consume('orders', callback).",
            "The callback gets (channel, delivery, properties, body): call handle(body), then basic_ack.",
        ),
    ),
    Exercise(
        id="4.2",
        title="Never lose one",
        check=never_loses,
        hints=(
            "When may the broker forget an order: when it was sent, when it arrived, or when it is done?",
            "channel.consume('orders', inactivity_timeout=0.5) gives delivery None when nothing came.",
            "handle(body) first, then basic_ack. If handle raises, let it: without an ack the order comes back.",
        ),
    ),
    Exercise(
        id="4.3",
        title="Leave in order",
        check=leaves_in_order,
        hints=(
            "Take the loop of 4.2. An empty queue is no longer the end: only stop.is_set() is.",
            "After the loop: some orders were pushed to you that you never began. Who holds them now?",
            "channel.cancel() ends channel.consume(…) and gives back what you have not seen.",
        ),
    ),
)
