"""A kernel for `test_faults_undone`: it runs one cell after the other, and each is interrupted from outside.

It reads a cell's name per line, runs the cell, waits until it hears `used up` (no more interrupts will come),
uses everything as the next cell of a notebook would, and says how that went.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from labs.broker.faults import alarms, disk_alarm, frozen, killed, memory_alarm, restarted
from labs.broker.node import PrivateNode
from labs.course import Lesson, open_lesson
from labs.message import Message
from labs.queue import Queue
from labs.sync.connection import connect
from labs.sync.declare import count, declare
from labs.sync.producer import Producer
from labs.sync.recovering import RecoveringProducer
from labs.sync.window import ConfirmWindow
from labs.topology import Topology

ORDERS = Topology(queues=(Queue(name="orders"),))


def tell(line: str) -> None:
    """Say it to whoever started this program."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def order(number: int) -> Message:
    """One order."""
    return Message(body=b"x", message_id=f"{number}")


def over_a_stalled_line(lesson: Lesson) -> None:
    """Several kinds of publishers, each waiting for an answer that does not come."""
    with lesson.proxy() as proxy:
        url = proxy.broker.url(lesson.vhost)
        with (
            connect(url) as connection,
            ConfirmWindow(url, "", size=3) as window,
            RecoveringProducer(url, "") as recovering,
        ):
            recovering.publish(order(0), "orders")
            proxy.stall()
            for n in range(3):
                window.publish(order(n), "orders")
            Producer(connection, "", confirm_within_s=20.0).publish(order(1), "orders")
            raise AssertionError("nothing may pass a stalled line")


def waiting_in_a_full_window(lesson: Lesson) -> None:
    """`publish` itself waits."""
    with lesson.proxy() as proxy, ConfirmWindow(proxy.broker.url(lesson.vhost), "", size=2) as window:
        proxy.stall()
        for n in range(9):
            window.publish(order(n), "orders")


def looking_for_a_broker(lesson: Lesson) -> None:
    """A producer that waits for a broker, in a proxy that nobody closes."""
    proxy = lesson.proxy()
    proxy.refuse()
    RecoveringProducer(proxy.broker.url(lesson.vhost), "").publish(order(1), "orders")


def publishing_under_an_alarm(lesson: Lesson) -> None:
    """Blocked, on the spare broker."""
    node = lesson.spare_broker()
    with memory_alarm(node), connect(node.broker.url()) as connection:
        declare(connection, ORDERS)
        Producer(connection, "", confirm_within_s=20.0).publish(order(1), "orders")


def two_alarms_while_frozen(lesson: Lesson) -> None:
    """One fault inside another."""
    node = lesson.spare_broker()
    with disk_alarm(node), frozen(node), connect(node.broker.url()):
        raise AssertionError("a frozen broker may not answer")


def while_it_is(fault: Callable[[PrivateNode], object]) -> Callable[[Lesson], None]:
    """A cell that only waits, with the spare broker in this state."""

    def cell(lesson: Lesson) -> None:
        with fault(lesson.spare_broker()):  # type: ignore[attr-defined]
            time.sleep(30.0)

    return cell


CELLS: dict[str, Callable[[Lesson], None]] = {
    "over_a_stalled_line": over_a_stalled_line,
    "waiting_in_a_full_window": waiting_in_a_full_window,
    "looking_for_a_broker": looking_for_a_broker,
    "publishing_under_an_alarm": publishing_under_an_alarm,
    "two_alarms_while_frozen": two_alarms_while_frozen,
    "frozen": while_it_is(frozen),
    "killed": while_it_is(killed),
    "restarted": while_it_is(restarted),
    "disk_alarm": while_it_is(disk_alarm),
}


def use(lesson: Lesson) -> None:
    """What the next cell does: publish and count, here and on the spare broker."""
    node = lesson.spare_broker()
    if alarms(node):
        raise AssertionError("an alarm still stands")
    for url in (lesson.url, node.broker.url()):
        with connect(url) as connection:
            declare(connection, ORDERS)
            before = count(connection, "orders")
            Producer(connection, "").publish(order(7), "orders")
            if count(connection, "orders") != before + 1:
                raise AssertionError("what was published is not there")


def main() -> None:
    """Cells, until the input ends."""
    lesson = open_lesson("01_producers")
    use(lesson)
    state = lesson.spare_broker().state
    tell(f"ready {state.pid if state else 0}")
    while name := sys.stdin.readline().strip():
        try:
            tell("running")
            CELLS[name](lesson)
        except KeyboardInterrupt:
            pass
        except Exception as error:  # noqa: BLE001 - a cell that fails is told too
            tell(f"failed {error!r}")
        while True:
            try:
                if sys.stdin.readline():
                    break
            except KeyboardInterrupt:
                continue
        use(lesson)
        state = lesson.spare_broker().state
        tell(f"usable {state.pid if state else 0}")
    lesson.close()


main()
