"""``python -m labs bench``: measure how fast things are on this machine, and print it.

A benchmark asserts nothing: machines differ and are shared. It measures several times, shows the spread, and
compares within one run. Each is a plain script in ``tests/bench/`` that can also be run by itself.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.cli.broker_of_tests import broker_of_tests
from labs.cli.signals import signals_as_ctrl_c
from labs.errors import LabsError

#: Each benchmark, and what it answers.
BENCHES = {
    "shop": "The order system: orders accepted a second, POST to dashboard, what an outage loses",
    "live_tap": "What watching costs: the broker, the kernel and the tap, with and without it",
    "view_fps": "Frames per second of the live view at 10, 200, 1 000 and 5 000 messages a second",
}
console = Console(highlight=False)


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Only these; all when left out.")] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="Name the benchmarks and end.")] = False,
) -> None:
    """Measure how fast things are on this machine."""
    if list_:
        for name, what in BENCHES.items():
            console.print(f"{name:<10} {what}")
        return
    if unknown := set(names or ()) - set(BENCHES):
        raise LabsError(
            f"There is no benchmark {', '.join(sorted(unknown))}.", hint="python -m labs bench --list"
        )
    if (root := paths.project_root()) is None:
        raise LabsError("The benchmarks are not here.", hint="Run this in a clone of the project.")
    with signals_as_ctrl_c(), broker_of_tests(needed=True) as environment:
        codes = []
        for name in names or BENCHES:
            console.rule(f"[bold]{name}[/] · {BENCHES[name]}", align="left")
            done = subprocess.run(
                [sys.executable, "-m", f"tests.bench.{name}"], cwd=root, env=environment, check=False
            )
            codes.append(done.returncode)
    raise typer.Exit(int(any(codes)))
