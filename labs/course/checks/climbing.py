"""Exercise 8.2: a retry ladder that delays, overtakes, parks, keeps every property and survives a crash."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pika.exceptions

from labs.course.checks.desk import FAULT, PARKED, QUEUE, STEPS_S, WANTED, Desk, publish, said
from labs.course.probe import Probe, Stopped
from labs.course.verdict import Step

#: A clock may tick a little early; a delay that is shorter than this part of its step was none.
ROUGHLY = 0.9


def keeps_all_on_the_ladder(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Orders fail in turn, then the line breaks while a copy is published; nothing may be lost or changed."""
    with probe.channel() as channel:
        channel.exchange_declare("shop", exchange_type="topic", durable=True)
        channel.queue_declare(QUEUE, durable=True)
        channel.queue_bind(QUEUE, "shop", "order.*")
    for body in ("order 41", "order 43"):
        publish(probe, body)
    desk = Desk(probe)
    try:
        probe.run(attempt, desk)
    except Stopped as stopped:
        if FAULT in stopped.step.text:
            yield Step(
                ok=False,
                text=stopped.step.text,
                hint="Catch what handle raises: it is what a retry begins with.",
            )
        if not desk.endless:
            raise
    yield from _came_again(desk)
    parked = probe.messages(PARKED) if probe.depth(PARKED) is not None else None
    yield Step(
        ok=parked is not None and [body for *_, body in parked] == ["order 43"],
        text=f"order 43 is in {PARKED} after its third failure ({_list(parked)})",
        hint="After the last step the copy goes to the parking lot instead. Declare that queue, durable.",
    )
    kept = [properties for _, _, properties in desk.seen] + [properties for _, properties, _ in parked or ()]
    yield from _kept(kept)
    left = probe.depth(QUEUE)
    yield Step(
        ok=left == 0,
        text=f"nothing is left in {QUEUE} ({left} came back when the channel closed)",
        hint="Each delivery is acknowledged once: when it is done, or when its copy is safe elsewhere.",
    )
    yield from _survives(probe, attempt)


def _came_again(desk: Desk) -> Iterator[Step]:
    came = desk.bodies
    yield Step(
        ok="order 41" in came and came.count("order 43") > 1,
        text=f"handle saw order 41, and saw order 43 again ({_times(came)})",
        hint="Call handle(properties, body) for each delivery; when it raises, publish a copy to the delay queue.",
    )
    for step, (least, gap) in enumerate(zip(STEPS_S, desk.gaps("order 43"), strict=False), 1):
        yield Step(
            ok=gap >= ROUGHLY * least,
            text=f"failure {step} of order 43: it came again after {least * 1000:.0f} ms or more "
            f"(after {gap * 1000:.0f} ms)",
            hint="A requeue comes back at once. A queue with x-message-ttl that nobody reads, and whose dead "
            f"letters go back to {QUEUE}, is a delay.",
        )
    counts = {body: came.count(body) for body in dict.fromkeys(WANTED)}
    yield Step(
        ok=counts == {body: WANTED.count(body) for body in counts},
        text=f"attempts: 1 of order 41, 2 of order 42, 3 of order 43 ({_times(came)})",
        hint="Count the failures in a header of your own. x-death is the broker's: order 42 came with one that says 7, "
        "written elsewhere, and RabbitMQ 4 ignores what a client sends there.",
    )
    yield Step(
        ok=came == WANTED,
        text=f"order 42, 200 ms after its failure, overtakes order 43, which waits 1.5 s ({', '.join(came)})",
        hint="Only the head of a queue expires, and who sleeps serves nobody: one delay queue for each step.",
    )


def _kept(found: list[Any]) -> Iterator[Step]:
    for name in said(""):
        wrong = [each for each in found if getattr(each, name, None) != said(_order(each))[name]]
        yield Step(
            ok=not wrong,
            text=f"{name} is as it was published, in every attempt and in the parking lot",
            hint="Publish the copy with the properties of the delivery; change nothing but headers.",
        )
    lost = [each for each in found if _headers(each).get("customer") != "Ahmed"]
    lost += [each for each in found if _headers(each).get("lines") != 3]
    yield Step(
        ok=not lost,
        text="the headers customer and lines are as they were",
        hint="Add your header to those that are there; do not replace them.",
    )


def _survives(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """The line breaks in the moment the first copy is published."""
    publish(probe, "order 44")
    desk = Desk(probe)

    def cut(channel: Any, handle: Any) -> None:
        def broken(*_: Any, **__: Any) -> None:
            channel.connection.close()
            raise pika.exceptions.StreamLostError("the line broke")

        channel.basic_publish = broken
        attempt(channel, handle)

    with contextlib.suppress(Stopped):
        probe.run(cut, desk, within_s=10)
    back = probe.eventually(lambda: probe.depth(QUEUE) or desk.bodies.count("order 44") > 1, within_s=2)
    yield Step(
        ok=bool(back),
        text="order 44, whose copy could not be published because the line broke, is still there",
        hint="Publish first, with confirms on, and acknowledge after: then a crash in between leaves a duplicate, "
        "not a hole.",
    )


def _order(properties: Any) -> str:
    return str(getattr(properties, "message_id", None) or "order 0").replace("-", " ")


def _times(came: list[str]) -> str:
    return ", ".join(f"{came.count(body)} of {body}" for body in dict.fromkeys(came)) or "it saw nothing"


def _list(messages: list[Any] | None) -> str:
    if messages is None:
        return "there is no such queue"
    return "it holds " + (", ".join(body for *_, body in messages) or "nothing")


def _headers(properties: Any) -> dict[str, Any]:
    return getattr(properties, "headers", None) or {}
