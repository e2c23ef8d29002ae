"""Bring a node up and wait until it answers: the only part of a node's life that takes seconds.

Choose ports, write files, spawn the process, write it down, and ask the broker until it answers.
The rule: write the process down *before* waiting: an interrupted start leaves a node that can be found.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from labs.broker import epmd, process
from labs.broker.config import environment, write_files
from labs.broker.find import Installation
from labs.broker.ports import claimed
from labs.broker.ready import is_ready
from labs.broker.reason import port_was_taken, reason
from labs.broker.state import State
from labs.errors import BrokerUnavailable

#: Hears the seconds waited, about ten times a second, while a node starts.
Progress = Callable[[float], None]
#: A start takes 7 s on a quiet machine and 25 s on a busy one; after this long something is wrong.
START_TIMEOUT_S = 90.0
#: A node that has answered before is waited for no longer than this.
ANSWER_TIMEOUT_S = 8.0
#: RabbitMQ's start scripts evaluate the paths they are given: these either hang them or run as commands.
FORBIDDEN_IN_PATH = "'\"`$\n"


def check_path(home: Path) -> None:
    """Raise BrokerUnavailable when RabbitMQ cannot live in this folder. Spaces and any letters are fine."""
    if bad := sorted(set(FORBIDDEN_IN_PATH) & set(str(home))):
        shown = " or ".join("a line break" if character == "\n" else character for character in bad)
        raise BrokerUnavailable(
            f"RabbitMQ cannot run in {home}, because its start scripts trip over {shown} in a path.",
            hint="Move the course to another folder, or set LABS_HOME to one, for example ~/rabbitmq-labs.",
        )


def bring_up(
    home: Path,
    plan: State,
    installation: Installation,
    plugins: tuple[str, ...],
    *,
    progress: Progress | None = None,
) -> None:
    """Start the node that `plan` describes, on its ports if they are free, and wait until it answers.

    A port that somebody took in the meantime is worth one second try on other ports.
    Raises BrokerUnavailable with Erlang's reason in one sentence.
    """
    epmd.end(plan.ports.epmd, of=plan.node)  # left over from a killed node; the new one brings its own
    try:
        _attempt(home, plan, installation, plugins, progress=progress)
    except OSError as error:
        raise BrokerUnavailable(
            f"The private broker cannot be started in {home}: {error.strerror or error}.",
            hint="Look at that folder's rights and disk, or set LABS_HOME to another one.",
        ) from error
    except BrokerUnavailable:
        if not port_was_taken(said(home)):
            raise
        _attempt(home, plan, installation, plugins, progress=progress)


def _attempt(
    home: Path,
    plan: State,
    installation: Installation,
    plugins: tuple[str, ...],
    *,
    progress: Progress | None,
) -> None:
    known = installation.plugins
    with claimed(plan.ports) as ports:
        state = replace(plan, ports=ports, version=installation.version, ready=False)
        write_files(home, state, tuple(plugin for plugin in plugins if plugin in known or not known))
        script = str(installation.sbin / "rabbitmq-server")
        with (home / "log" / "output.log").open("wb") as output:
            child = process.spawn(
                (*installation.launcher, script, *process.mark(plan.node)),
                env=environment(home, state, installation),
                cwd=home,
                output=output,
            )
        state = replace(state, pid=child.pid)
        state.save(home / "node.json")
        try:
            wait_for(state, home, child=child, progress=progress)
        except BrokerUnavailable:
            # Its name server is the first thing that a node starts, and stays when the node does not.
            epmd.end(ports.epmd, of=plan.node, within_s=1.0)
            raise


def wait_for(
    state: State,
    home: Path,
    *,
    child: subprocess.Popen[bytes] | None = None,
    progress: Progress | None = None,
) -> None:
    """Wait until the node answers as itself; without `child` somebody else started it, maybe just now.

    Raises BrokerUnavailable when it ends instead (and says why) or stays silent.
    """
    began, within_s = time.monotonic(), ANSWER_TIMEOUT_S if state.ready else START_TIMEOUT_S
    while not is_ready(state.broker):
        waited = time.monotonic() - began
        ended = child.poll() is not None if child is not None else not process.is_node(state.pid, state.node)
        if ended:
            raise BrokerUnavailable(f"The private broker ended while starting: {reason(said(home))}.")
        if waited > within_s:
            raise BrokerUnavailable(
                f"The private broker (process {state.pid}) runs but has not answered for {waited:.0f} s.",
                hint="Run `python -m labs broker stop`, then `python -m labs broker start`.",
            )
        if progress is not None:
            progress(waited)
        time.sleep(0.1)
    if not state.ready:
        replace(state, ready=True).save(home / "node.json")


def came_up(state: State, home: Path, *, progress: Progress | None = None) -> bool:
    """Wait for a start that somebody began; False if the node ended because it lacked a port.

    Who is interrupted in a start lets go of the ports that the node has not taken yet, and another may take them.
    """
    try:
        wait_for(state, home, progress=progress)
    except BrokerUnavailable:
        if process.is_node(state.pid, state.node) or not port_was_taken(said(home)):
            raise
        return False
    return True


def said(home: Path) -> str:
    """What the node has said since its last start: the end of its output, which holds its boot errors too."""
    try:
        return (home / "log" / "output.log").read_text(encoding="utf-8", errors="replace")[-40_000:]
    except OSError:
        return ""
