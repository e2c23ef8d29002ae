"""Faults of a whole node: alarms, freezing, killing. A start takes ten seconds, so the tests share a node."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

import pytest

from labs.broker.ctl import rabbitmqctl, status
from labs.broker.faults import disk_alarm, frozen, killed, memory_alarm, restarted
from labs.broker.faults.alarms import alarms
from labs.broker.faults.undone import Errand, undone
from labs.broker.node import PrivateNode
from labs.errors import BrokerUnavailable, ConnectionLost, LabsError, PublisherBlocked, WaitTimeout
from labs.message import Message
from labs.queue import Queue
from labs.sync import connection as sync_connection
from labs.sync.connection import connect
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.sync.window import ConfirmWindow
from labs.topology import Topology

Fault = Callable[[PrivateNode], AbstractContextManager[None]]
ORDERS = Topology(queues=(Queue(name="orders"),))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateNode]:
    """A node of this file alone."""
    node = PrivateNode(tmp_path_factory.mktemp("faults"), name="faults")
    node.start()
    yield node
    node.kill()
    node.stop()


@pytest.fixture
def node(shared: PrivateNode) -> Iterator[PrivateNode]:
    """The node, well before the test and well after it: that is the first thing all these tests are about."""
    yield shared
    assert shared.running()
    assert not alarms(shared)


def publish_42(node: PrivateNode, **settings: float) -> None:
    """One confirmed order on a connection of its own."""
    with connect(node.broker.url(), **settings) as connection:
        declare(connection, ORDERS)
        Producer(connection, "").publish(Message(body=b"42"), "orders")


class Presses(threading.Thread):
    """Press ■, as Jupyter does: SIGINT to the main thread, `times` times, `seconds` apart."""

    def __init__(self, seconds: float, times: int) -> None:
        super().__init__(daemon=True)
        self.seconds, self.times, self.over = seconds, times, threading.Event()

    def run(self) -> None:
        """Then say that no more will come: in Python 3.11 an interrupted `join()` takes the thread for ended."""
        for _ in range(self.times):
            time.sleep(self.seconds)
            os.kill(os.getpid(), signal.SIGINT)
        self.over.set()


def interrupt_after(seconds: float, *, times: int = 1) -> Presses:
    """Begin to press."""
    presses = Presses(seconds, times)
    presses.start()
    return presses


@pytest.mark.parametrize("alarm", [memory_alarm, disk_alarm])
def test_an_alarm_blocks_publishers_while_consumers_go_on_and_the_limits_are_the_nodes_own_after_it(
    node: PrivateNode, alarm: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alarm stands from the first line of the block, and is over at the first line after it."""
    monkeypatch.setattr(sync_connection, "BLOCKED_S", 0.5)
    before = status(node)
    publish_42(node)
    with alarm(node):
        assert alarms(node)
        with pytest.raises(PublisherBlocked):
            publish_42(node)
        with connect(node.broker.url()) as consumer:
            assert consumer.channel().basic_get("orders", auto_ack=True)[2] == b"42"
    assert not alarms(node)
    publish_42(node)
    after = status(node)
    for name in ("disk_free_limit", "vm_memory_high_watermark_setting"):
        assert after[name] == before[name]
    with connect(node.broker.url()) as consumer:
        consumer.channel().queue_purge("orders")


def test_a_window_under_an_alarm_is_told_that_it_is_blocked_and_nothing_waits_for_ever(
    node: PrivateNode,
) -> None:
    """Those on their way, those that find no room, and the goodbye: each ends at its deadline."""
    with connect(node.broker.url()) as connection:
        declare(connection, ORDERS)
    with ConfirmWindow(node.broker.url(), "", size=3, confirm_within_s=1.0) as window:
        window.publish(Message(body=b"before"), "orders").result(10.0)
        with memory_alarm(node):
            futures = [window.publish(Message(body=b"late"), "orders") for _ in range(3)]
            with pytest.raises((PublisherBlocked, ConnectionLost)):  # noqa: PT012 - room may come once
                for _ in range(2):
                    window.publish(Message(body=b"no room"), "orders").result(10.0)
            assert {type(future.exception(10.0)) for future in futures} == {PublisherBlocked}
            began = time.monotonic()
            window.close()
            assert time.monotonic() - began < 8.0
    with connect(node.broker.url()) as connection:
        connection.channel().queue_purge("orders")


def test_a_limit_in_bytes_comes_back_too_and_alarms_nest(node: PrivateNode) -> None:
    """What is restored is what was there, not what is usual; the inner alarm's end leaves the outer one."""
    rabbitmqctl(node, "set_vm_memory_high_watermark", "absolute", "3000000000")
    try:
        with disk_alarm(node):
            with memory_alarm(node):
                assert len(status(node)["alarms"]) == 2
            assert len(status(node)["alarms"]) == 1
        assert status(node)["vm_memory_high_watermark_setting"] == {"absolute": 3000000000}
    finally:
        rabbitmqctl(node, "set_vm_memory_high_watermark", "0.4")


def test_a_frozen_node_answers_nobody_and_goes_on_as_if_nothing_had_been(node: PrivateNode) -> None:
    """A connection from before is still good, a new one gets no answer, and rabbitmqctl neither."""
    with connect(node.broker.url(), heartbeat_s=60) as standing:
        declare(standing, ORDERS)
        with frozen(node):
            assert node.alive()
            with pytest.raises(BrokerUnavailable):
                connect(node.broker.url(), timeout_s=0.5)
            with pytest.raises(WaitTimeout):
                rabbitmqctl(node, "status", within_s=1.0)
        assert count(standing, "orders") == 0


@pytest.mark.parametrize("outage", [killed, restarted])
def test_after_an_outage_the_confirmed_message_is_there_at_the_same_address(
    node: PrivateNode, outage: Fault
) -> None:
    """Down inside the block, up after it."""
    broker = node.broker
    publish_42(node)
    with connect(broker.url()) as standing, outage(node):
        assert not node.alive()
        with pytest.raises(ConnectionLost):
            count(standing, "orders")
        with pytest.raises(BrokerUnavailable):
            connect(broker.url())
    assert node.broker == broker
    with connect(broker.url()) as again:
        assert count(again, "orders") == 1
        again.channel().queue_purge("orders")


@pytest.mark.parametrize("fault", [memory_alarm, disk_alarm, frozen])
def test_an_exception_in_the_block_is_told_and_the_fault_is_over(node: PrivateNode, fault: Fault) -> None:
    """As with any cleaning up."""
    with pytest.raises(ZeroDivisionError), fault(node):
        raise ZeroDivisionError


@pytest.mark.parametrize("fault", [memory_alarm, frozen, killed])
def test_impatient_interrupts_end_the_block_and_the_fault_is_over_all_the_same(
    node: PrivateNode, fault: Fault
) -> None:
    """■ in the block, and again and again while it is being undone."""
    pressing = interrupt_after(0.4, times=4)
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the presses that are left come right after
        with fault(node):
            time.sleep(30)
        pressing.join()
    while not pressing.over.is_set():  # a fault that is undone at once leaves presses for after the block
        with suppress(KeyboardInterrupt):
            pressing.over.wait(1.0)
    node.start()  # waits for whoever is starting it


def test_an_interrupt_while_the_fault_begins_leaves_no_fault(node: PrivateNode) -> None:
    """The block is not entered, and what had begun is undone."""
    entered = False
    pressing = interrupt_after(0.2)
    with pytest.raises(KeyboardInterrupt), memory_alarm(node):
        entered = True
    pressing.join()
    assert not entered


def test_what_has_begun_is_done_once_however_often_it_is_interrupted() -> None:
    """The errand runs to its end in its own thread; the interrupts are told afterwards."""
    done: list[str] = []

    def slowly() -> None:
        time.sleep(0.5)
        done.append("done")

    pressing = interrupt_after(0.1, times=3)
    with pytest.raises(KeyboardInterrupt):
        Errand(slowly).do()
    pressing.join()
    assert done == ["done"]


def test_undoing_waits_for_a_beginning_that_is_still_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted for good, the main thread leaves; the order of the two stays."""
    monkeypatch.setattr("labs.broker.faults.undone.AFTER_INTERRUPT_S", 0.1)
    happened: list[str] = []
    ended = threading.Event()

    def begin() -> None:
        time.sleep(0.6)
        happened.append("begun")

    def undo() -> None:
        happened.append("undone")
        ended.set()

    pressing = interrupt_after(0.1)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), undone(begin, undo):
        happened.append("entered")
    assert time.monotonic() - began < 0.55 + 0.2
    assert ended.wait(5.0)
    pressing.join()
    assert happened == ["begun", "undone"]


def test_a_fault_that_cannot_begin_says_so_and_undoes_nothing(tmp_path) -> None:
    """A node that never ran has nothing to break."""
    nobody = PrivateNode(tmp_path, name="nobody")
    for fault in (memory_alarm, frozen, killed, restarted):
        with pytest.raises(BrokerUnavailable), fault(nobody):
            pytest.fail("the block was entered")


def test_rabbitmqctl_says_what_the_tool_said(node: PrivateNode) -> None:
    """A slip in a command is readable."""
    with pytest.raises(LabsError, match="no_such_command"):
        rabbitmqctl(node, "no_such_command")
