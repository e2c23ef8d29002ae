"""`python -m labs author …`: for those who write notebooks. Learners never need it."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.authoring.execute import ExecutionFailed, execute
from labs.authoring.isolation import as_a_learner_sees, isolated
from labs.authoring.navigation import refresh
from labs.authoring.normalise import Refused, normalise
from labs.authoring.page import Page
from labs.authoring.reference import require_reference
from labs.authoring.rules import RULES
from labs.authoring.rules import check as check_rules
from labs.broker.ensure import ensure_broker
from labs.cli.broker_of_tests import broker_of_tests

HELP = "Write notebooks: regenerate outputs, check the rules, renew the navigation."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False)
console = Console(highlight=False)

Numbers = Annotated[list[str] | None, typer.Argument(help="Numbers such as 03, or paths; all when left out.")]


@app.command()
def outputs(
    numbers: Numbers = None,
    cell_timeout: Annotated[int, typer.Option(help="The longest one cell may take, in seconds.")] = 60,
    broker: Annotated[str, typer.Option(help="Run on this RabbitMQ, as for `test --broker`.")] = "",
) -> None:
    """Run notebooks from the top and store their outputs in the one form that is committed."""
    with broker_of_tests(needed=True, choice=broker) if broker else nullcontext():
        raise typer.Exit(1 if store(chosen(numbers), cell_timeout) else 0)


def store(notebooks: list[Path], cell_timeout: int) -> bool:
    """Run each on the reference broker and write what came of it; True if one failed."""
    broker = ensure_broker()
    require_reference(broker)
    failed = False
    for path in notebooks:
        refresh(path)
        page = Page.read(path)
        prefix = f"author-{os.getpid()}"
        busy = console.status(f"{path.name}: running {len(page.code)} cells")
        with busy, isolated(broker, prefix=prefix) as env:
            try:
                execute(page.notebook, folder=path.parent, environment=env, timeout_s=cell_timeout)
                normalise(page.notebook, replace=as_a_learner_sees(broker, prefix=prefix))
            except (ExecutionFailed, Refused) as fault:
                failed = True
                reasons = fault.reasons if isinstance(fault, Refused) else [str(fault)]
                for reason in reasons:
                    console.print(f"{path.name}: {reason}", markup=False, style="red")
                continue
        page.write()
        size = path.stat().st_size / 1000
        console.print(f"{path.name}: {len(page.code)} cells ran, {size:.0f} KB", markup=False)
        report(path)
    return failed


@app.command()
def check(numbers: Numbers = None) -> None:
    """Hold notebooks against the rules of the house."""
    found = [report(path) for path in chosen(numbers)]
    if not found:
        console.print("There is no notebook to check.")
    raise typer.Exit(1 if any(found) or not found else 0)


@app.command()
def nav(numbers: Numbers = None) -> None:
    """Write the previous / contents / next cell of each notebook."""
    for path in chosen(numbers):
        console.print(f"{path.name}: {'renewed' if refresh(path) else 'as it was'}")


@app.command()
def rules() -> None:
    """List the rules of a notebook, one sentence each."""
    for rule in RULES:
        console.print(f"[bold]{rule.name}[/bold]  {rule.sentence}")


def chosen(numbers: list[str] | None) -> list[Path]:
    """The notebooks meant by numbers (``03``) or paths; all of the course when there are none."""
    folder = paths.notebooks() or Path("notebooks")
    if not numbers:
        return sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    found: list[Path] = []
    for number in numbers:
        named = Path(number).absolute()
        matches = [named] if named.is_file() else sorted(folder.glob(f"{Path(number).name}_*.ipynb"))
        if not matches:
            message = f"there is no notebook {number}"
            raise typer.BadParameter(message)
        found += matches
    return found


def report(path: Path) -> int:
    """Print every violation of one notebook; return how many there are."""
    violations = check_rules(Page.read(path))
    for violation in violations:
        console.print(f"{path.name}: {violation}", markup=False, soft_wrap=True)
    if not violations:
        console.print(f"{path.name}: keeps all {len(RULES)} rules", markup=False)
    return len(violations)
