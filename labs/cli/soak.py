"""``python -m labs soak``: hundreds of short runs with an accident in each, and what must be true after every one.

Producers, consumers and a broker of the soak's own are killed, cut off, stalled and blocked at random moments.
Afterwards every confirmed message was processed, and its effect is recorded exactly once. A run is drawn from
its seed: the report names the first one that broke a promise, and the command that tells its story again.
Then the whole shop, in processes that are killed between two steps, with an audit at the end of every story.
"""

from __future__ import annotations

import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labs import paths
from labs.broker.docker import TAG_VARIABLE
from labs.cli.broker_of_tests import chosen
from labs.cli.signals import signals_as_ctrl_c
from labs.errors import LabsError

#: How long the soak may take to sweep up after Ctrl-C, in seconds.
SWEEP_WITHIN_S = 15.0


class LaneChoice(StrEnum):
    """Which clients."""

    SYNC = "sync"
    AIO = "aio"
    BOTH = "both"


def soak(
    *,
    runs: Annotated[int, typer.Option(min=0, help="How many runs; 300 take about fifteen minutes.")] = 300,
    cuts: Annotated[
        int,
        typer.Option(
            min=0, help="How many cuts of the whole shop, after the runs; 60 take a quarter of an hour."
        ),
    ] = 60,
    seed: Annotated[int, typer.Option(help="Of the first run; the next ones count on from it.")] = 1,
    lane: Annotated[
        LaneChoice, typer.Option(help="The pika lane, the aio-pika lane, or each by its seed.")
    ] = (LaneChoice.BOTH),
    accident: Annotated[str, typer.Option(help='Only this one, such as "consumer killed".')] = "",
    repeat: Annotated[int, typer.Option(min=1, help="Tell each story so often.")] = 1,
    broker: Annotated[
        str,
        typer.Option(help="On this RabbitMQ, as for `test --broker`: one that can be started and killed."),
    ] = "",
    bug: Annotated[str, typer.Option(help='Plant a mistake, to see it found: "no inbox", …')] = "",
) -> None:
    """Kill, cut and block at random moments, and count what is lost: nothing."""
    if (root := paths.project_root()) is None:
        raise LabsError("The soak is not here.", hint="Run this in a clone of the project.")
    command = [
        sys.executable, "-m", "tests.soak",
        "--runs", str(runs), "--cuts", str(cuts), "--seed", str(seed), "--lane", lane.value, "--repeat", str(repeat),
        *(("--accident", accident) if accident else ()),
        *(("--bug", bug) if bug else ()),
    ]  # fmt: skip
    with signals_as_ctrl_c(), chosen(broker):
        if broker and (TAG_VARIABLE in os.environ or "LABS_AMQP_URL" in os.environ):
            raise LabsError(
                "The soak kills its broker, so it needs one that is installed here: no container, no address.",
                hint="Try BROKER=4, or the folder of a RabbitMQ.",
            )
        code = run(command, root)
    raise typer.Exit(code)


def run(command: list[str], root: Path) -> int:
    """Run the soak as a process of its own; interrupted, it reports what it has, and sweeps up."""
    with subprocess.Popen(command, cwd=root, stdin=subprocess.DEVNULL) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.terminate()  # in a terminal it has heard Ctrl-C as well
            try:
                return child.wait(SWEEP_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()
                return 1
