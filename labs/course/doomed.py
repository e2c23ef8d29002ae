"""A consumer made to be killed: a process of its own, so that its end is a real crash.

A thread cannot be killed, and a connection that is closed politely is no crash. This program takes what its
prefetch allows, never answers, and waits. Killed, it says no goodbye: the broker finds out by itself, takes
back what was unacked, and gives it to somebody else. https://www.rabbitmq.com/docs/confirms#automatic-requeueing
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from typing import Self

from labs.errors import WaitTimeout

#: The whole program. The address comes on standard input, not among the arguments that everybody can read.
PROGRAM = """\
import sys, pika

url, queue, holds = sys.stdin.readline().split()
parameters = pika.URLParameters(url)
parameters.client_properties = {"connection_name": "doomed"}
channel = pika.BlockingConnection(parameters).channel()
channel.basic_qos(prefetch_count=int(holds))
for delivery, properties, body in channel.consume(queue):
    if delivery.delivery_tag == int(holds):
        print("my hands are full", flush=True)
"""
#: How long it may take to start and to fill its hands, in seconds.
PATIENCE_S = 15.0


class Doomed:
    """`with Doomed(url, queue, holds=3) as victim:` begins when three deliveries of `queue` are in its hands.

    `victim.kill()` ends it at once; leaving the block does the same. Raises `WaitTimeout` when the queue
    does not have that many, or the broker is away.
    """

    def __init__(self, url: str, queue: str, *, holds: int) -> None:
        self._first_line = f"{url} {queue} {holds}\n"
        self._awaited = f"a program that takes {holds} messages from {queue}"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._first_line)
        self._process.stdin.flush()
        too_late = threading.Timer(PATIENCE_S, self._process.kill)  # ends the readline below
        too_late.start()
        said = self._process.stdout.readline()
        too_late.cancel()
        if not said:
            self.kill()
            raise WaitTimeout(awaited=self._awaited, seen="it ended, or its hands stayed empty")
        return self

    def kill(self) -> None:
        """`kill -9`: no goodbye to the broker. Safe to call twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def __exit__(self, *_: object) -> None:
        self.kill()
