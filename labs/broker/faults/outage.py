"""A node that is away for a while: frozen, killed, or stopped in good order. Inside the block it is, after it, not.

To a client they are three different things. Stopped: the broker says goodbye, 320 CONNECTION_FORCED. Killed:
the system closes the lines. Frozen: nothing at all happens, and only heartbeats or deadlines notice.
The rule: what was confirmed, persistent and in a durable queue is there again afterwards; nothing else is promised.
https://www.rabbitmq.com/docs/heartbeats and https://www.rabbitmq.com/docs/reliability
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from labs.broker import process
from labs.broker.faults.undone import undone
from labs.broker.node import PrivateNode
from labs.broker.ports import reserved
from labs.broker.ready import is_ready
from labs.errors import BrokerUnavailable, WaitTimeout

#: A node answers 10 ms after it has been thawed; a busy machine may take longer, in seconds.
PATIENCE_S = 10.0


@contextmanager
def frozen(node: PrivateNode) -> Iterator[None]:
    """The node's process stands still (SIGSTOP) and goes on after the block (SIGCONT), as if nothing had been.

    Its ports still accept connections, which the system does for it, and nobody answers there.
    Raises BrokerUnavailable when the node does not run.
    """
    _must_run(node)
    with undone(lambda: _signal(node, signal.SIGSTOP), lambda: _thaw(node)):
        yield


@contextmanager
def killed(node: PrivateNode) -> Iterator[None]:
    """The node is gone from one moment to the next (`kill -9`), and started again after the block.

    Starting takes about ten seconds; the address stays the same. Raises BrokerUnavailable as `start` does.
    """
    with _away(node, node.kill):
        yield


@contextmanager
def restarted(node: PrivateNode) -> Iterator[None]:
    """The node is stopped in good order, and started again after the block; otherwise as `killed`.

    Stopping takes RabbitMQ 3.10 six seconds, RabbitMQ 4 one.
    """
    with _away(node, node.stop):
        yield


@contextmanager
def _away(node: PrivateNode, leave: Callable[[], None]) -> Iterator[None]:
    """The node leaves, nobody of ours takes its ports meanwhile, and it comes back."""
    _must_run(node)
    place = ExitStack()

    def begin() -> None:
        place.enter_context(reserved(node.ports))
        leave()

    def back() -> None:
        place.close()
        node.start()

    with undone(begin, back):
        yield


def _must_run(node: PrivateNode) -> None:
    if not node.alive():
        raise BrokerUnavailable("This private broker does not run.", hint="Start it: node.start().")
    node.start()  # one that is still on its way back, after an impatient ■, is awaited


def _signal(node: PrivateNode, number: signal.Signals) -> None:
    state = node.state
    if state is not None and process.is_node(state.pid, state.node):
        with suppress(ProcessLookupError):  # it ended in between
            os.kill(state.pid, number)


def _thaw(node: PrivateNode) -> None:
    _signal(node, signal.SIGCONT)
    deadline = time.monotonic() + PATIENCE_S
    while node.alive() and not is_ready(node.broker):
        if time.monotonic() > deadline:
            raise WaitTimeout(awaited="the thawed broker", seen=f"no answer in {PATIENCE_S:g} s")
        time.sleep(0.02)
