"""Exercise 9.2: a worker is cancelled with orders in hand; each order is done, or it is in the queue."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pika

from labs.course.probe import Probe
from labs.course.verdict import Step

ORDERS = [f"o-{number:02}" for number in range(1, 17)]
#: Fails the first time.
JAMMED = "o-03"
#: So many at once, and so many done before the others take for ever.
AT_ONCE, DONE_FIRST = 4, 8
#: How long the worker may take until then, and to end when it is cancelled, in seconds.
WORK_S, END_S = 8.0, 4.0


class Scene:
    """What happened while the worker worked."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.in_hand = self.most = 0
        self.begun: list[str] = []
        self.enough = asyncio.Event()
        #: Why it ended by itself, before it was cancelled.
        self.early: str | None = None
        self.ended = False

    async def handle(self, text: str) -> None:
        """The work on one order."""
        self.begun.append(text)
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        try:
            await asyncio.sleep(0.05)
            if text == JAMMED and self.begun.count(JAMMED) == 1:
                raise OSError("the printer is out of paper")
            if len(self.done) >= DONE_FIRST:
                self.enough.set()
                await asyncio.Event().wait()  # in hand until somebody gives up
            self.done.append(text)
        finally:
            self.in_hand -= 1

    async def play(self, work: Any) -> None:
        """Let it work, and cancel it."""
        worker = asyncio.ensure_future(work)
        enough = asyncio.create_task(self.enough.wait())
        await asyncio.wait({worker, enough}, timeout=WORK_S, return_when=asyncio.FIRST_COMPLETED)
        enough.cancel()
        if worker.done():
            self.early = _why(worker)
        else:
            await asyncio.sleep(0.2)  # the others begin, too
            worker.cancel()
        self.ended = bool((await asyncio.wait({worker}, timeout=END_S))[0])
        if self.ended and not worker.cancelled():
            worker.exception()  # read, so that asyncio does not log it


def works_until_cancelled(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Run the attempt, cancel it in the middle, and count."""
    yield Step(
        ok=inspect.iscoroutinefunction(attempt),
        text="it is a coroutine function",
        hint="Begin it with `async def`, so that it can await.",
    )
    with probe.channel() as channel:
        channel.queue_declare("orders", durable=True)
        for order in ORDERS:
            channel.basic_publish("", "orders", order, pika.BasicProperties(delivery_mode=2))

    @functools.wraps(attempt)
    async def through(_: Any) -> Scene:
        scene = Scene()
        await scene.play(attempt(probe.url, scene.handle))
        return scene

    scene: Scene = probe.run(through, within_s=WORK_S + END_S + 4)
    yield Step(
        ok=scene.early is None,
        text=f"it works until it is cancelled{f' ({scene.early})' if scene.early else ''}",
        hint="An order that fails ends neither the program nor the work on the others, "
        "and a pause between two orders is no reason to go home.",
    )
    yield Step(
        ok=scene.most <= AT_ONCE,
        text=f"at most {AT_ONCE} are in hand at once (there were {scene.most})",
        hint="Only the prefetch bounds it, set before you consume: set_qos(prefetch_count=4), or Consumer(prefetch=4). "
        "It counts what is unsettled: with auto-ack, or an ack before the work, it bounds nothing.",
    )
    yield Step(
        ok=scene.most > 1,
        text=f"and more than one ({scene.most})",
        hint="Do not wait for one order before you begin the next: a task for each delivery, and a prefetch of 4.",
    )
    yield Step(
        ok=scene.ended,
        text=f"cancelled, it ends within {END_S:.0f} s",
        hint="Whoever catches CancelledError must let it go on. With labs.aio, a drain_s of half a second will do.",
    )
    waiting = _waiting(probe, len(ORDERS) - len(set(scene.done)))
    missing = [order for order in ORDERS if order not in scene.done and order not in waiting]
    yield Step(
        ok=JAMMED not in missing,
        text=f"{JAMMED}, which failed once, was done later or waits in the queue",
        hint="Whatever the handler raised, the order was taken off the queue for good: by an ack, "
        "by auto-ack, or by process(), which rejects without requeue.",
    )
    yield Step(
        ok=not missing,
        text=f"each order is done or in the queue (missing: {', '.join(missing) or 'none'})",
        hint="They were in hand when the program was cancelled. An ack before the work, auto-ack, or process() "
        "takes them off the queue; what is left unsettled goes back by itself.",
    )
    both = [order for order in ORDERS if order in scene.done and order in waiting]
    yield Step(
        ok=not both and len(waiting) == len(set(waiting)),
        text=f"none is both (done, and still in the queue: {', '.join(both) or 'none'})",
        hint="Ack each order when its handle has returned, while the channel is open.",
    )


def _waiting(probe: Probe, n: int) -> list[str]:
    """What is ready in the queue, as soon as the broker has taken back what was in hand."""
    probe.eventually(lambda: (probe.depth("orders") or 0) >= n, within_s=2)
    return probe.bodies("orders")


def _why(worker: asyncio.Future[Any]) -> str:
    if worker.cancelled():
        return "it ended with CancelledError"
    error = worker.exception()
    return f"it ended with {type(error).__name__}: {error}" if error else "it returned"
