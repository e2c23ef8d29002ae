"""Places where a process of the shop can be made to die: between two steps that belong together.

A `kill -9` from outside comes at any moment, and nearly never at the bad one. So here one function of the shop is
wrapped, from outside, and the process sends SIGKILL to itself when it gets there: no `finally` runs, no buffer is
written, nobody says goodbye. The shop itself knows nothing of this; what dies is the program that is served.
The rule of every point: one step is done and cannot be taken back, the step that says so is not done.
https://man7.org/linux/man-pages/man7/signal.7.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from labs.errors import LabsError
from labs.orders.channels.payment_gateway import PaymentGateway
from labs.orders.process import saga
from labs.orders.process.effects import Effects
from labs.orders.store.deliveries import Deliveries
from labs.orders.store.intake import Intake
from labs.orders.store.outbox import Outbox
from labs.sync.window import ConfirmWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place in the part `part` of the shop: `between` says which two steps it is between.

    It is reached `before` or `after` a call of `function` of `owner`, when `counts(result, *arguments)` is true,
    of the positional arguments. Before the call there is no result, and it is None.
    """

    name: str
    part: str
    between: str
    owner: Any
    function: str
    side: Literal["before", "after"] = "after"
    counts: Callable[..., bool] = lambda *_: True


def _effect(reader: str) -> Point:
    return Point(
        name=f"{reader}.effect", part=reader, between="the commit of effect and inbox, and the ack",
        owner=Effects, function="handle_batch", counts=lambda _, effects, *__: effects.name == reader,
    )  # fmt: skip


def _called(channel: str) -> Point:
    return Point(
        name=f"{channel}.called", part=channel, between="the answer from outside, and our note of it",
        owner=Deliveries, function="sent", side="before",
        counts=lambda _, __, what: what.channel == channel,
    )  # fmt: skip


def _paid(name: str, function: str) -> Point:
    return Point(
        name=name, part="payment", between="the payment service's answer, and our note of it",
        owner=PaymentGateway, function=function,
    )  # fmt: skip


_ALL = (
    Point(
        name="web.committed", part="web", between="the commit of the order, and the answer to the customer",
        owner=Intake, function="_take_group",
        counts=lambda answers, *_: any(getattr(each, "repeated", True) is False for each in answers),
    ),
    Point(
        name="web.changed", part="web", between="the commit of a new status, and the answer to the admin",
        owner=Intake, function="change",
    ),
    Point(
        name="relay.claimed", part="relay", between="the claim of events, and their publishing",
        owner=ConfirmWindow, function="publish", side="before",
    ),
    Point(
        name="relay.confirmed", part="relay", between="the broker's confirm, and the mark",
        owner=Outbox, function="mark_sent", side="before", counts=lambda _, __, ___, ids: bool(ids),
    ),
    Point(
        name="reader.effect", part="workers", between="the commit of effect and inbox, and the ack",
        owner=Effects, function="handle_batch",
    ),
    *map(_effect, ("feed", "read_model", "analytics", "inventory", "saga")),
    Point(
        name="saga.cancelling", part="saga", between="the order's cancellation, and the commit of it",
        owner=saga, function="cancel_order",
    ),
    Point(
        name="channel.called", part="workers", between="the answer from outside, and our note of it",
        owner=Deliveries, function="sent", side="before",
    ),
    *map(_called, ("email", "sms", "webhooks", "shipping")),
    _paid("payment.prepared", "prepare"), _paid("payment.charged", "confirm"), _paid("payment.refunded", "refund"),
)  # fmt: skip

#: Every point by its name.
POINTS: Mapping[str, Point] = {point.name: point for point in _ALL}


def point(name: str) -> Point:
    """The point of this name; raises `LabsError` with the names that there are."""
    if name not in POINTS:
        raise LabsError(f"There is no point {name!r}.", hint=f"There are {', '.join(POINTS)}.")
    return POINTS[name]
