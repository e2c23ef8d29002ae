"""The processes of a run: real ones, which can be killed with kill -9, and which never outlive the soak.

They are forked from a small server process that has imported everything already, so that one starts in
milliseconds (Windows has no fork; there each imports for itself). A thread in each waits for the soak's end and
then ends its own process, so even a soak that is killed leaves nobody behind. Ctrl-C they leave to the soak.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.soak.job import Job

CONTEXT = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
if sys.platform != "win32":
    CONTEXT.set_forkserver_preload(["tests.soak.sync_programs", "tests.soak.aio_programs"])

#: How long a process may take to end after SIGTERM, in seconds: the deliveries in hand, and a goodbye.
STOP_WITHIN_S = 10.0


class Program:
    """One producer or consumer, started, and started again after it was killed."""

    def __init__(self, name: str, main: Callable[[Job], None], job: Job, log: Path) -> None:
        self.name = name
        self._main, self._job, self._log = main, job, log
        self._process: BaseProcess = self._new()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """Kill -9: no finally block runs, no buffer is flushed, no goodbye is said."""
        self._process.kill()
        self._process.join(STOP_WITHIN_S)

    def again(self) -> None:
        """Start it again, after it was killed."""
        self._process.close()
        self._process = self._new()

    def stop(self) -> int | None:
        """SIGTERM, and wait. Its exit code; None when it does not end."""
        self._process.terminate()
        self._process.join(STOP_WITHIN_S)
        return self._process.exitcode

    def end(self) -> None:
        """Make sure that it is gone."""
        if self._process.is_alive():
            self.kill()
        self._process.close()

    def _new(self) -> BaseProcess:
        process = CONTEXT.Process(
            target=run, args=(self._main, self._job, self._log), name=self.name, daemon=True
        )
        process.start()
        return process


def run(main: Callable[[Job], None], job: Job, log: Path) -> None:
    """What happens in the process: its own log, its parent's life, then its work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    main(job)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(3)
