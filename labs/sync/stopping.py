"""Ending politely: SIGTERM becomes an event that a consumer hears between two deliveries.

Whoever stops a program (systemd, Docker, Kubernetes) sends SIGTERM, waits some seconds, and then kills. The
rule: the signal's handler does nothing but set an event. It interrupts the program at any line, in the middle
of a publish too, and a library is not made for being called from there. `Consumer.run(…, stop=stop)` then
finishes what it has in hand and gives the rest back. Without it SIGTERM ends Python on the spot; nothing is
lost, but all that was in hand comes twice. The main thread only: signals arrive there.
https://docs.python.org/3/library/signal.html · https://www.rabbitmq.com/docs/consumers
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: How often a main thread that only waits looks whether it was asked to stop, in seconds.
LOOK_S = 0.2


@contextmanager
def stop_on_signal(*signals: signal.Signals) -> Iterator[threading.Event]:
    """An event that is set by the first of these signals (SIGTERM and SIGINT, when none is named).

    The second one does what it always did, so an impatient Ctrl-C Ctrl-C still ends the program. Raises
    `ValueError` outside the main thread.
    """
    stop = threading.Event()
    before = {each: signal.getsignal(each) for each in signals or (signal.SIGTERM, signal.SIGINT)}

    def heard(number: int, _: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop.set()

    for each in before:
        signal.signal(each, heard)
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def until_stopped(stop: threading.Event) -> None:
    """Wait in the main thread for a `stop` that a signal's handler sets.

    The system may give a signal to any thread. Python runs the handler in the main one, and that one, if it waits
    without end, is not woken for it: so it looks, every `LOOK_S` seconds.
    """
    while not stop.wait(LOOK_S):
        pass
