"""``python -m labs broker``: the private broker by hand, for a terminal beside the notebooks.

It is the same node that the notebooks find, whoever starts it. A broker that ``LABS_AMQP_URL`` names is
somebody else's: it is shown, and never started, stopped or emptied.
"""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from labs.broker.address import Broker
from labs.broker.docker import Docker
from labs.broker.ensure import ensure_broker, main_node
from labs.broker.management import Management
from labs.cli.learn import stop_broker
from labs.errors import BrokerUnavailable, LabsError

HELP = "The private broker: start, stop, look at it, reset it."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False)
console = Console(highlight=False)


@app.command()
def start() -> None:
    """Start the broker, or find it running, and show its addresses."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("The broker is starting", total=None)
        broker = ensure_broker(progress=lambda _seconds: bar.update(task))
    show(broker)


@app.command()
def stop() -> None:
    """Stop the broker in good order. Its data stay."""
    refuse_foreign("stop")
    try:
        ensure_broker(start=False)
    except BrokerUnavailable:
        if not main_node().alive():
            console.print("No broker was running.")
            return
    with console.status("The broker is stopping …"):
        stop_broker()
    console.print("The broker has stopped. Its data stay.")


@app.command()
def status() -> None:
    """Show whether a broker runs and at which addresses. Exit code 1 when none does."""
    try:
        broker = ensure_broker(start=False)
    except BrokerUnavailable as error:
        node = main_node()
        if node.alive():
            console.print("The broker's process runs, but it does not answer (yet).")
        else:
            console.print(f"{error} {error.hint}", soft_wrap=True)
        raise typer.Exit(1) from None
    show(broker)


@app.command()
def logs(
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many lines from the end.")] = 40,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on showing new lines until Ctrl-C.")
    ] = False,
) -> None:
    """Show the end of the broker's log."""
    refuse_foreign("read the log of")
    node = main_node()
    text = node.log_tail(lines)
    if not text and node.state is None and (docker := Docker.of_project()) is not None:
        text = docker.log_tail(lines)
    if not text:
        raise LabsError("There is no log yet.", hint="Start the broker: python -m labs broker start")
    print(text)
    while follow:
        time.sleep(0.5)
        text, before = node.log_tail(1000), text.rpartition("\n")[2]
        if new := text.rpartition(before)[2].strip("\n"):
            print(new, flush=True)


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Stop the broker and delete its data: every exchange, queue and message. Your progress stays."""
    refuse_foreign("empty")
    node = main_node()
    if node.state is None and (docker := Docker.of_project()) is not None and docker.running() is not None:
        raise LabsError("The broker runs in a container.", hint="docker compose down --volumes")
    if not yes and not typer.confirm("Delete every exchange, queue and message of the private broker?"):
        console.print("Nothing was deleted.")
        raise typer.Exit(1)
    with console.status("The broker is stopping …"):
        node.reset()
    console.print("The broker is empty. The next start is its first.")


def show(broker: Broker) -> None:
    """Where the broker is, what it is, and who we are there; the password only of our own practice broker."""
    with Management(broker) as management:
        version = management.overview()["rabbitmq_version"]
    ours = broker.source != "environment"
    rows = {
        "Broker": f"RabbitMQ {version}, running" + ("" if ours else " (named by LABS_AMQP_URL)"),
        "AMQP": broker.amqp_url,
        "Management UI": broker.management_url,
        "User": f"{broker.user}, password {broker.password}" if ours else broker.user,
        "Node": broker.node or "in a container",
    }
    for name, value in rows.items():
        console.print(f"{name:<14} {value}", soft_wrap=True)


def refuse_foreign(what: str) -> None:
    """Raise LabsError when the broker in use is somebody else's."""
    if os.environ.get("LABS_AMQP_URL"):
        raise LabsError(
            f"LABS_AMQP_URL names a broker that the course did not start, so it does not {what} it.",
            hint="Unset LABS_AMQP_URL to manage the private broker.",
        )
