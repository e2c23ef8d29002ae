"""Resource alarms: the broker is short of memory or disk, and stops reading from whoever publishes.

Nobody gets an error: publishers hear `connection.blocked` if they listen, and their messages do not arrive.
Consumers go on, so that queues can drain. It is lowered limits that raise the alarm here, not real need.
The rule: publish and consume on connections of their own, because a blocked one is blocked for both.
What breaks: a publisher without a deadline waits for ever. https://www.rabbitmq.com/docs/alarms
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from labs.broker.ctl import rabbitmqctl, status
from labs.broker.faults.undone import undone
from labs.broker.management import Management
from labs.broker.node import PrivateNode
from labs.errors import BrokerRefused, LabsError, WaitTimeout

#: The alarm stands when rabbitmqctl returns; the rest is for a busy machine, in seconds.
PATIENCE_S = 10.0
#: Any node uses more than this part of the machine's memory, and has fewer free bytes than a petabyte.
TOO_LITTLE_MEMORY = "0.0001"
TOO_MUCH_DISK = str(10**15)


@contextmanager
def memory_alarm(node: PrivateNode) -> Iterator[None]:
    """The node's memory alarm stands inside the block: `rabbitmqctl set_vm_memory_high_watermark 0.0001`.

    Entering and leaving take one to three seconds each. Afterwards the limit is what it was, and the alarm over.
    Raises BrokerUnavailable when the node does not run.
    """
    with _alarm(node, "set_vm_memory_high_watermark", TOO_LITTLE_MEMORY, _memory_limit):
        yield


@contextmanager
def disk_alarm(node: PrivateNode) -> Iterator[None]:
    """The node's disk alarm stands inside the block: `rabbitmqctl set_disk_free_limit`, a petabyte.

    As `memory_alarm` in everything else.
    """
    with _alarm(node, "set_disk_free_limit", TOO_MUCH_DISK, lambda known: (str(known["disk_free_limit"]),)):
        yield


def alarms(node: PrivateNode) -> bool:
    """Whether any alarm stands on the node, exactly and at once. Raises BrokerUnavailable."""
    with Management(node.broker) as management:
        try:
            management.get("/health/checks/alarms")
        except BrokerRefused as error:
            if error.reply_code != 503:  # noqa: PLR2004 - HTTP's "not healthy"
                raise
            return True
    return False


@contextmanager
def _alarm(
    node: PrivateNode, setting: str, value: str, own: Callable[[Mapping[str, Any]], tuple[str, ...]]
) -> Iterator[None]:
    """Set `setting` to `value` for the block; `own` reads the present one out of the node's status."""
    before: list[tuple[str, ...]] = []
    others: list[bool] = []

    def begin() -> None:
        others.append(alarms(node))
        before.append(own(status(node)))
        rabbitmqctl(node, setting, value)
        _wait_until(node, standing=True)

    def undo() -> None:
        if before and node.alive():  # a node that ended took its alarm along
            try:
                rabbitmqctl(node, setting, *before[0])
            except LabsError:  # once more, then it is told
                rabbitmqctl(node, setting, *before[0])
            if not others[0]:
                _wait_until(node, standing=False)

    with undone(begin, undo):
        yield


def _wait_until(node: PrivateNode, *, standing: bool) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while alarms(node) is not standing:
        if time.monotonic() > deadline:
            awaited, seen = ("an alarm", "none") if standing else ("the alarm's end", "it still stands")
            raise WaitTimeout(awaited=awaited, seen=f"{seen} after {PATIENCE_S:g} s")
        time.sleep(0.05)


def _memory_limit(known: Mapping[str, Any]) -> tuple[str, ...]:
    """The node's own setting, in rabbitmqctl's words: a part of the memory, or bytes."""
    setting = known["vm_memory_high_watermark_setting"]
    if "relative" in setting:
        return (str(setting["relative"]),)
    return ("absolute", str(setting["absolute"]))
