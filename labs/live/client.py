"""The kernel's side: starts the program, reads its lines in one thread, and ends it.

The program lives as long as its standard input is open, so it ends with the kernel, however that ends.
The rule: `on_line` is called in the reading thread, one line after the other; it must be quick and must not print.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from labs.broker.address import Broker
from labs.broker.management import Management
from labs.errors import BrokerUnavailable, LabsError, WaitTimeout
from labs.live import tracing
from labs.live.order import Order

Line = dict[str, Any]

#: How long the program may take to begin and to end, in seconds.
START_S, STOP_S = 15.0, 6.0


class LiveClient:
    """Watches one vhost from `start()` to `stop()`, or in a `with` block."""

    def __init__(
        self, broker: Broker, vhost: str, *, name: str = "", on_line: Callable[[Line], None] = lambda _: None
    ) -> None:
        self._order = Order(broker=broker, vhost=vhost, name=name or vhost)
        self._on_line = on_line
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread(target=self._read, name="labs-live", daemon=True)
        self._writing = threading.Lock()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this object
        self._begun = threading.Event()
        self._awaited: dict[str, threading.Event] = {}
        #: The last status line's: "live", "polling", "lost" or "stopped"; and its sentence.
        self.state, self.text = "stopped", ""

    def start(self) -> Self:
        """Start the program; return when it watches, or says why it cannot. Raises `BrokerUnavailable`."""
        above = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [above, os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "labs.live"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        )
        self._write(self._order.as_line())
        self._reader.start()
        if not self._begun.wait(START_S) or self.state == "stopped":
            self.stop()
            raise BrokerUnavailable(f"The live view did not begin: {self._last_words()}")
        return self

    def send(self, command: Line) -> None:
        """Send a command; one that ended hears nothing."""
        self._write(json.dumps(command))

    def sync(self, within_s: float = 5.0) -> None:
        """Wait until everything that has happened up to now was told. `WaitTimeout` when that takes too long."""
        token, done = secrets.token_hex(4), threading.Event()
        self._awaited[token] = done
        try:
            self.send({"do": "sync", "token": token})
            if not done.wait(within_s) or token in self._awaited:
                seen = f"it is {self.state}: {self.text}"
                raise WaitTimeout(awaited="the live view to have told everything", seen=seen)
        finally:
            self._awaited.pop(token, None)

    def stop(self) -> None:
        """End the program, and wait until tracing is off. Safe to call twice, and with the broker gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError, ValueError):
            if process.stdin is not None:
                process.stdin.close()  # the end of its input is the end of its work
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            with contextlib.suppress(LabsError), Management(self._order.broker, timeout_s=2.0) as management:
                tracing.off_if_unheard(management, self._order.vhost)
        if self._reader is not threading.current_thread():
            self._reader.join(STOP_S)

    def _write(self, line: str) -> None:
        process = self._process
        with self._writing, contextlib.suppress(OSError, ValueError):
            if process is not None and process.stdin is not None:
                process.stdin.write(line + "\n")
                process.stdin.flush()

    def _read(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        for text in process.stdout:
            with contextlib.suppress(ValueError):
                self._take(json.loads(text))
        process.stdout.close()
        if self.state != "stopped":
            self._take({"type": "status", "state": "stopped", "text": self._last_words()})
        self._begun.set()
        for done in list(self._awaited.values()):
            done.set()  # what is still awaited will not come

    def _last_words(self) -> str:
        """Why the program ended, if it said so."""
        if self.state == "stopped" and self.text:
            return self.text
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").split("\n")
        said = next((f" Its last words: {line.strip()}" for line in reversed(lines) if line.strip()), "")
        return f"The view's program has ended: open the view again.{said}"

    def _take(self, line: Line) -> None:
        if line["type"] == "status":
            self.state, self.text = line["state"], line["text"]
        self._on_line(line)
        if line["type"] == "status":
            self._begun.set()
        if line["type"] == "synced" and (done := self._awaited.pop(line["token"], None)) is not None:
            done.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
