"""`python -m labs.live`: the order on the first line of standard input, then commands; lines of JSON come out.

A process of its own, at a lower priority and in a session of its own: it does not take the kernel's time, ■ does
not interrupt it, and when the kernel dies, however it dies, standard input ends and so does this.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any, TextIO

from labs.live.inbox import Inbox
from labs.live.order import Order
from labs.live.screen import Screen
from labs.live.watcher import OVER, Watcher

NICE = 5
#: A broker that does not answer must not keep us: so long, in seconds, we try to leave in good order.
LEAVE_S = 5.0
#: How often, in seconds, to look whether the kernel is there; an end of input tells sooner, if nobody inherited it.
PARENT_S = 1.0


def main() -> None:
    """Watch what the first line says, until told to stop."""
    began = time.monotonic()
    if hasattr(os, "nice"):
        os.nice(NICE)
    logging.getLogger("pika").addHandler(logging.NullHandler())  # what is lost is told in the status
    inbox, output = Inbox(), sys.stdout

    def now() -> float:
        return round(1000 * (time.monotonic() - began), 3)

    def write(line: dict[str, Any]) -> None:
        try:
            output.write(json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")
            output.flush()
        except OSError:  # nobody reads any more
            inbox.put(OVER)

    order = Order.read(sys.stdin.readline())
    for job in (_obey, _watch_parent):
        threading.Thread(target=job, args=(sys.stdin, inbox), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: inbox.put(OVER))
    screen = Screen(order.name, write, now)
    try:
        Watcher(order, inbox, screen, now).run()
    except Exception as error:  # noqa: BLE001 - a learner sees the sentence, whoever debugs it the rest
        traceback.print_exc()
        screen.status("stopped", f"The live view has failed, which is a fault of ours ({error!r}).")
        os._exit(1)
    os._exit(0)  # the threads wait for things that will not come


def _obey(commands: TextIO, inbox: Inbox) -> None:
    for line in commands:
        try:
            command = json.loads(line)
        except ValueError:
            continue
        inbox.put(command)
        if command.get("do") == "stop":
            _leave_in_time()
    inbox.put(OVER)
    _leave_in_time()


def _watch_parent(_: TextIO, inbox: Inbox) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(PARENT_S)
    inbox.put(OVER)
    _leave_in_time()


def _leave_in_time() -> None:
    timer = threading.Timer(LEAVE_S, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    main()
