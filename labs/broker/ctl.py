"""`rabbitmqctl` for a private node: the operator's own tool, in the node's own environment.

It talks to the node over Erlang's distribution, with the node's cookie and name server, so it works when AMQP
and HTTP do not (https://www.rabbitmq.com/docs/cli). Each call starts an Erlang of its own: half a second.
The rule: the tool of the installation that runs the node; another version's may not understand the answer.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from typing import Any

from labs.broker.config import environment
from labs.broker.node import PrivateNode
from labs.errors import BrokerUnavailable, LabsError, WaitTimeout

#: Longest wait for one command, in seconds; a busy machine needs three.
TIMEOUT_S = 30.0


def rabbitmqctl(node: PrivateNode, *command: str, within_s: float = TIMEOUT_S) -> str:
    """Run `rabbitmqctl COMMAND…` on `node` and return what it prints.

    Raises BrokerUnavailable when the node does not run, WaitTimeout when it does not answer within `within_s`
    seconds (it may be frozen), LabsError with the tool's own words when it says no.
    """
    if (state := node.state) is None or not node.alive():
        raise BrokerUnavailable("This private broker does not run, so rabbitmqctl has nobody to talk to.")
    installation = node.installation
    with subprocess.Popen(
        [*installation.launcher, str(installation.sbin / "rabbitmqctl"), *command],
        env=environment(node.home, state, installation),
        cwd=node.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # ■ and Ctrl-C are for us: half a command helps nobody
    ) as tool:
        try:
            said, complained = tool.communicate(timeout=within_s)
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(tool.pid, signal.SIGKILL)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            asked = f"rabbitmqctl {command[0]}"
            raise WaitTimeout(awaited=f"{asked} to end", seen=f"no answer in {within_s:g} s") from error
    if tool.returncode:
        words = (complained or said).strip() or f"exit status {tool.returncode}"
        raise LabsError(f"rabbitmqctl {' '.join(command)} failed: {words.splitlines()[0]}", hint=words)
    return said


def status(node: PrivateNode, *, within_s: float = TIMEOUT_S) -> dict[str, Any]:
    """`rabbitmqctl status`: alarms, limits, versions, as the node knows them now. Raises as `rabbitmqctl`."""
    return dict(json.loads(rabbitmqctl(node, "status", "--formatter", "json", within_s=within_s)))
