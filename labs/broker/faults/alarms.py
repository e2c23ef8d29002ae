"""Resource alarms: the broker is short of memory or disk, and stops reading from whoever publishes.

Nobody gets an error: publishers hear `connection.blocked` if they listen, and their messages do not arrive.
Consumers go on, so that queues can drain. It is lowered limits that raise the alarm here, not real need.
The rule: publish and consume on connections of their own, because a blocked one is blocked for both.
What breaks: a publisher without a deadline waits for ever. https://www.rabbitmq.com/docs/alarms
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from labs.broker.ctl import rabbitmqctl
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
    """The node's memory alarm stands inside the block, as after `rabbitmqctl set_vm_memory_high_watermark 0.0001`.

    Entering and leaving take about a second each. Afterwards the limit is what it was, and the alarm over.
    Raises BrokerUnavailable when the node does not run.
    """
    with _alarm(node, "vm_memory_monitor", "vm_memory_high_watermark", TOO_LITTLE_MEMORY):
        yield


@contextmanager
def disk_alarm(node: PrivateNode) -> Iterator[None]:
    """The node's disk alarm stands inside the block, as after `rabbitmqctl set_disk_free_limit 1PB`.

    As `memory_alarm` in everything else.
    """
    with _alarm(node, "rabbit_disk_monitor", "disk_free_limit", TOO_MUCH_DISK):
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
def _alarm(node: PrivateNode, monitor: str, limit: str, value: str) -> Iterator[None]:
    """Set the `limit` of one of the node's two monitors to `value` for the block.

    By `eval`, what rabbitmqctl's own commands do; but reading and setting take one Erlang instead of two.
    """
    before: list[str] = []
    others: list[bool] = []

    def begin() -> None:
        others.append(alarms(node))
        swap = f"Own = {monitor}:get_{limit}(), {monitor}:set_{limit}({value}), Own."
        before.append(rabbitmqctl(node, "eval", swap).strip())
        _wait_until(node, standing=True)

    def undo() -> None:
        if before and node.alive():  # a node that ended took its alarm along
            restore = f"{monitor}:set_{limit}({before[0]})."
            try:
                rabbitmqctl(node, "eval", restore)
            except LabsError:  # once more, then it is told
                rabbitmqctl(node, "eval", restore)
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
