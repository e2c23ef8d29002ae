"""``python -m labs test``: every check of the course, in the order in which a failure is cheapest to learn.

All stages run, even after one has failed, so that one run tells everything. Those that need a broker share a
node of their own, below ``test/`` in the course's folder: your broker and your progress are not touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.authoring.gate import strict
from labs.broker.ensure import ensure_broker, main_node
from labs.cli.outcome import Outcome, read_outcome
from labs.cli.signals import signals_as_ctrl_c
from labs.errors import LabsError

#: A stage that takes longer hangs. On two busy cores the live one has taken twenty minutes.
STAGE_TIMEOUT_S = 2700
#: One more than the two cores of a small machine: much of a test is waiting.
WORKERS = 3
#: `loadfile` keeps the cells of one notebook together and in order.
PARALLEL = ("-n", str(WORKERS), "--dist", "loadfile")
PYTEST = ("-m", "pytest", "-q")
SLOWEST = ("--durations", "10", "--durations-min", "0.5")
#: import-linter has a command of its own and no ``python -m``.
IMPORT_LINTER = "from importlinter.cli import lint_imports_command as main; main()"
console = Console(highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One program to run, from the project's folder: the arguments of this Python."""

    name: str
    heading: str
    command: tuple[str, ...]
    broker: bool = False


STAGES = (
    Stage(name="ruff", heading="Style and common mistakes", command=("-m", "ruff", "check", "--quiet", ".")),
    Stage(name="mypy", heading="Types", command=("-m", "mypy")),
    Stage(name="layers", heading="Floors of the house", command=("-c", IMPORT_LINTER, "--no-logo")),
    Stage(name="unit", heading="Values and matchers, without a broker", command=(*PYTEST, "tests/unit")),
    Stage(
        name="live",
        heading="Everything that talks to a broker, a browser or a program",
        command=(
            *PYTEST, *PARALLEL, "--no-loadscope-reorder", *SLOWEST,  # in this order, the longest first
            "tests/browser", "tests/project", "tests/notebooks", "tests/course", "tests/orders",
            "tests/broker",
        ),
        broker=True,
    ),
    Stage(
        name="nbval",
        heading="The notebooks print what they show",
        command=(*strict(workers=WORKERS)[1:], "-q", *SLOWEST),
        broker=True,
    ),
)  # fmt: skip


def run_tests(
    names: Annotated[list[str] | None, typer.Argument(help="Only these stages; all when left out.")] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="Name the stages and end.")] = False,
) -> None:
    """Run every check, or the stages named."""
    if list_:
        for stage in STAGES:
            console.print(f"{stage.name:<8} {stage.heading}")
        return
    chosen = [stage for stage in STAGES if not names or stage.name in names]
    if unknown := set(names or ()) - {stage.name for stage in STAGES}:
        raise LabsError(f"There is no stage {', '.join(sorted(unknown))}.", hint="python -m labs test --list")
    if paths.project_root() is None:
        raise LabsError("The tests are not here.", hint="Run this in a clone of the project.")
    with signals_as_ctrl_c(), test_node(needed=any(stage.broker for stage in chosen)) as environment:
        outcomes = [run(stage, environment) for stage in chosen]
    raise typer.Exit(0 if report(chosen, outcomes) else 1)


@contextmanager
def test_node(*, needed: bool) -> Iterator[Mapping[str, str]]:
    """The environment for the stages, with a broker behind it that ends with the run."""
    home = paths.home() / "test"
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "LABS_HOME": str(home),
        "LABS_HOME_OF_TESTS": str(home),
        "PYTHONUNBUFFERED": "1",
    }
    if not needed:
        yield environment
        return
    for old in home.glob("progress.sqlite*"):
        old.unlink()
    try:
        with console.status("A broker for the tests is starting …"):
            ensure_broker(home=home)
        yield environment
    finally:
        main_node(home).stop()


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
        mark = "[red]✗[/]" if outcome.failed else "[green]✓[/]"
        console.print(f"{mark} {stage.name:<8} {outcome}")
    total = sum(outcomes, start=Outcome())
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return total.failed == 0
