"""``python -m labs test``: every check of the course, in the order in which a failure is cheapest to learn.

All stages run, even after one has failed, so that one run tells everything. Those that need a broker share a
node of their own: your broker and your progress are not touched. ``--broker`` sends the whole run to another one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.broker.find import find_installations
from labs.cli.broker_of_tests import broker_of_tests
from labs.cli.outcome import Outcome, read_outcome
from labs.cli.signals import signals_as_ctrl_c
from labs.cli.stages import OTHER, PYTEST, STAGES, Stage
from labs.errors import BrokerUnavailable, LabsError

#: A stage that takes longer hangs. On two busy cores the live one has taken forty minutes.
STAGE_TIMEOUT_S = 4200
console = Console(highlight=False)


def run_tests(
    names: Annotated[list[str] | None, typer.Argument(help="Only these stages; all when left out.")] = None,
    *,
    broker: Annotated[
        str,
        typer.Option(
            help="Run on this RabbitMQ: 4, 3.10, debian:SUITE, conda, docker:TAG, a folder, amqp://…"
        ),
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="Name the stages and end.")] = False,
) -> None:
    """Run every check, or the stages named."""
    if list_:
        for stage in STAGES:
            console.print(f"{stage.name:<9} {stage.heading}")
        return
    # A run that is sent elsewhere runs everything there; the stages on another broker have nothing to add.
    chosen = [stage for stage in STAGES if (stage.name in names if names else not (broker and stage.on))]
    if unknown := set(names or ()) - {stage.name for stage in STAGES}:
        raise LabsError(f"There is no stage {', '.join(sorted(unknown))}.", hint="python -m labs test --list")
    if paths.project_root() is None:
        raise LabsError("The tests are not here.", hint="Run this in a clone of the project.")
    with signals_as_ctrl_c():
        outcomes = [
            outcome
            for on, stages in groupby(chosen, key=lambda stage: broker or stage.on)
            for outcome in run_on(on, list(stages), must=bool(broker) or not on)
        ]
    raise typer.Exit(0 if report(chosen, outcomes) else 1)


def run_on(choice: str, stages: list[Stage], *, must: bool) -> Iterator[Outcome]:
    """Run stages on one broker. Unless it `must` be had, doing without it is said and counted as skipped."""
    try:
        if not must:
            refuse_twice()
        with broker_of_tests(needed=any(stage.broker for stage in stages), choice=choice) as environment:
            yield from [run(stage, environment) for stage in stages]
    except BrokerUnavailable as reason:
        if must:
            raise
        for stage in stages:
            console.rule(f"[bold]{stage.name}[/] · {stage.heading}", align="left")
            console.print(f"Not run: {reason}", markup=False, soft_wrap=True)
            yield Outcome(skipped=1, note=f"not run: {str(reason).splitlines()[-1]}")


def refuse_twice() -> None:
    """Raise BrokerUnavailable where the machine's own RabbitMQ is the other one: nothing new would be learnt."""
    own = [] if "LABS_AMQP_URL" in os.environ else find_installations()
    if own and own[0].version.partition(".")[0] == OTHER:
        raise BrokerUnavailable(f"this machine's own RabbitMQ is {own[0].version}, as in the stages above.")


def run(stage: Stage, environment: Mapping[str, str]) -> Outcome:
    """Run one stage, show what it says as it says it, and count what it closed with."""
    console.rule(f"[bold]{stage.name}[/] · {stage.heading}", align="left")
    began = time.monotonic()
    color = ("--color=yes",) if console.is_terminal and stage.command[:3] == PYTEST else ()
    command = [sys.executable, *stage.command, *color]
    with subprocess.Popen(
        command, cwd=paths.project_root(), env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
    ) as child:  # fmt: skip
        try:
            outcome = read_outcome(child, within_s=STAGE_TIMEOUT_S)
        except BaseException:
            child.terminate()  # pytest ends its workers and its fixtures in good order
            raise
    return replace(outcome, seconds=time.monotonic() - began)


def report(stages: list[Stage], outcomes: list[Outcome]) -> bool:
    """Print one line per stage and the sum, as pytest would; True if nothing failed."""
    console.rule("[bold]Summary[/]", align="left")
    for stage, outcome in zip(stages, outcomes, strict=True):
        mark = "[red]✗[/]" if outcome.failed else "[yellow]–[/]" if outcome.note else "[green]✓[/]"
        console.print(f"{mark} {stage.name:<9} {outcome}", soft_wrap=True)
    total = sum(outcomes, start=Outcome())
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return total.failed == 0
