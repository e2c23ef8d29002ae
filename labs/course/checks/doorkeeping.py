"""Exercise 16.2: a receiver of webhooks lets in what the shop has signed just now, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from labs.course.checks.forgeries import BODY, forgeries, signed_request
from labs.course.probe import Probe, Stopped
from labs.course.verdict import Step
from labs.orders.store.webhooks import new_secret

QUEUE, GENUINE, FORGED = "from_shop", 204, 401
#: Names in a function's code by which a comparison takes as long for a right letter as for a wrong one.
STEADY = {"compare_digest", "verify"}


def keeps_the_door(probe: Probe, attempt: Callable[..., Any]) -> Iterator[Step]:
    """Genuine and forged requests, one after the other; then the answers and the queue must agree."""
    with probe.channel() as channel:
        channel.queue_declare(QUEUE, durable=True)
    secret, old = new_secret(), new_secret()
    good = signed_request("event-42", secret)
    said = probe.run(attempt, good, secret)
    yield Step(
        ok=said == GENUINE,
        text=f"a request that the shop has signed is told {GENUINE} (it was told {said!r})",
        hint="The key is what follows whsec_, out of base64. Signed are id, time and body, with dots between them.",
    )
    for what, forged, hint in forgeries(good, secret):
        before = probe.depth(QUEUE)
        try:
            said = probe.run(attempt, forged, secret)
        except Stopped as stopped:
            said = stopped.step.text
        yield Step(ok=said == FORGED, text=f"{what}: told {FORGED} (it was told {said!r})", hint=hint)
        after = probe.depth(QUEUE)
        yield Step(
            ok=after == before,
            text="and nothing came into the queue",
            hint="Verify first; only then publish.",
        )
    theirs = signed_request("event-43", old).headers["webhook-signature"]
    both = signed_request("event-43", secret)
    both.headers["webhook-signature"] = f"{theirs} {both.headers['webhook-signature']}"
    said = probe.run(attempt, both, secret)
    yield Step(
        ok=said == GENUINE,
        text=f"of two signatures, as while a secret changes, the second is right: {GENUINE} (it was told {said!r})",
        hint="The header is a list with blanks in between; one right signature is enough.",
    )
    yield from _kept(probe)
    yield from _honest(probe, attempt, secret)
    names = _names(attempt)
    yield Step(
        ok=bool(STEADY & names),
        text="signatures are compared in constant time",
        hint="== ends at the first wrong letter, and a patient forger measures that: hmac.compare_digest.",
    )


def _kept(probe: Probe) -> Iterator[Step]:
    found = probe.messages(QUEUE)
    ids = [properties.message_id for _, properties, _ in found]
    yield Step(
        ok=ids == ["event-42", "event-43"],
        text=f"{QUEUE} holds event-42 and event-43, by message_id ({', '.join(map(str, ids)) or 'nothing'})",
        hint="message_id=request.headers['webhook-id']: by it a reader knows a repeat.",
    )
    yield Step(
        ok=all(properties.delivery_mode == 2 for _, properties, _ in found)
        and all(body == BODY.decode() for *_, body in found),
        text="persistent, and their bodies are what came, byte for byte",
        hint="delivery_mode=2, and request.body as it is.",
    )


def _honest(probe: Probe, attempt: Callable[..., Any], secret: str) -> Iterator[Step]:
    """The queue is gone: whoever says 204 now has lost an event."""
    with probe.channel() as channel:
        channel.queue_delete(QUEUE)
    try:
        said = probe.run(attempt, signed_request("event-45", secret), secret)
    except Stopped as stopped:
        said = stopped.step.text
    yield Step(
        ok=said != GENUINE,
        text=f"the queue is gone, nothing can be kept: it is not told {GENUINE}",
        hint="204 means: do not send it again. confirm_delivery() and mandatory=True first; to raise is fine.",
    )


def _names(function: Callable[..., Any]) -> set[str]:
    """The names in the code of a function, in what is defined inside, and in the functions that it calls."""
    found, left = set[str](), [getattr(function, "__code__", None)]
    known = getattr(function, "__globals__", {})
    while left:
        code = left.pop()
        if not isinstance(code, CodeType):
            continue
        fresh = set(code.co_names) - found
        found |= fresh
        left += [each for each in code.co_consts if isinstance(each, CodeType)]
        left += [getattr(known.get(name), "__code__", None) for name in fresh]
    return found
