"""The node's operating-system process: is it alive, is it really ours, and how to end it.

A process number says little: the system gives it to somebody else once its owner is gone.
The rule: no signal is sent unless the process carries our node's name on its command line (see `mark`).
Ignore that, and a stale state file ends a stranger's program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO


def mark(node: str) -> tuple[str, str]:
    """Arguments that Erlang ignores and that the process list shows: the node can be recognised."""
    return ("-labs_node", node)


def spawn(
    command: Sequence[str], *, env: dict[str, str], cwd: Path, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own: it hears no Ctrl-C of ours and outlives this kernel."""
    process = subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    # Somebody has to collect its exit status while we live, or the ended node stays listed as a zombie.
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
    return process


def is_node(pid: int, node: str) -> bool:
    """Whether process `pid` exists, is not a zombie, and is `node` (or the shell script that becomes it)."""
    marker = " ".join(mark(node))
    return pid > 0 and marker in _command_line(pid)


def end(pid: int, node: str, *, kill: bool = False, within_s: float) -> bool:
    """Ask the node to end (SIGTERM), or cut its power (`kill=True`); say whether it is gone `within_s`.

    Nothing is sent to a process that is not the node.
    """
    deadline = time.monotonic() + within_s
    if is_node(pid, node):
        try:
            os.kill(pid, signal.SIGKILL if kill else signal.SIGTERM)
            os.kill(pid, signal.SIGCONT)  # a lesson may have paused it, and a paused process hears no SIGTERM
        except ProcessLookupError:
            return True
    while is_node(pid, node):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _command_line(pid: int) -> str:
    """The arguments of a process with single spaces between them; empty when it is gone or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(  # macOS has no /proc
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    return listed.stdout
