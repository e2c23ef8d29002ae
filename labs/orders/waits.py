"""What somebody who runs the shop waits for: that it has its broker, and that an order has come through.

Every wait ends: with what was awaited, or with what was seen instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from labs.errors import BrokerUnavailable, ConnectionLost, WaitTimeout

LOOK_S = 0.02  #: How often a wait looks again, in seconds.


class Connects(Protocol):
    """A worker: whether it has the broker now, and what ended its last attempt."""

    connected: bool
    fault: Exception | None


def await_broker(workers: Iterable[Connects], *, within_s: float) -> None:
    """Return when all of them have the broker, or when it is away: then they keep trying by themselves.

    Raises the broker's refusal (no such vhost, a wrong password), for waiting cannot mend that.
    """
    everybody = tuple(workers)
    deadline = time.monotonic() + within_s
    while not all(worker.connected for worker in everybody) and time.monotonic() < deadline:
        fault = next((worker.fault for worker in everybody if worker.fault), None)
        if isinstance(fault, BrokerUnavailable | ConnectionLost):
            return
        if fault:
            raise fault
        time.sleep(LOOK_S)


def await_notification(
    notifications: Callable[[], list[dict[str, Any]]],
    status: Callable[[], Mapping[str, Any]],
    order_id: int,
    *,
    within_s: float,
) -> dict[str, Any]:
    """The notification about this order, once it is there; raises `WaitTimeout` after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        for notification in notifications():
            if notification["orderId"] == order_id:
                return notification
        time.sleep(LOOK_S)
    raise WaitTimeout(
        awaited=f"the notification about order {order_id} for {within_s:g} s",
        seen=f"{len(notifications())} about other orders; {status()['waiting']} in the outbox",
    )
