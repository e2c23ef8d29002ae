"""``python -m labs doctor``: one screen that says what is here, which broker is used, how to mend a fault.

Exit code 0: all is well. 1: something needs mending. 2: no broker can be had on this machine.
It looks and starts nothing; the only thing it makes is a vhost that lives for a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from labs.broker.address import Broker
from labs.broker.capabilities import Capabilities
from labs.broker.docker import Docker
from labs.broker.ensure import ensure_broker, main_node
from labs.broker.find import HOW_TO_GET_ONE, find_installations
from labs.broker.management import Management
from labs.broker.ports import Ports, is_free
from labs.cli.findings import Finding, machine
from labs.errors import BrokerUnavailable, LabsError

#: The exit code of a machine on which no broker can be had.
NO_BROKER = 2


def doctor() -> None:
    """Look at this machine and say what is well, what is not, and the command that mends it."""
    console = Console(highlight=False)
    with console.status("Looking …"):
        found = [*machine()]
        about_broker = [*broker_findings()]
    table = Table(show_header=False, box=None, padding=(0, 1))
    for finding in (*found, *about_broker):
        mark = "[red]✗[/]" if finding.mend else "[green]✓[/]"
        table.add_row(mark, f"[bold]{finding.what}[/]", finding.seen)
        if finding.mend:
            table.add_row("", "", f"→ {finding.mend}")
    console.print(table)
    faults = [finding for finding in (*found, *about_broker) if finding.mend]
    if not faults:
        console.print("\nAll is well.")
        return
    console.print(f"\n{len(faults)} to mend: run what stands behind the arrow.")
    raise typer.Exit(NO_BROKER if any(finding.mend == HOW_TO_GET_ONE for finding in faults) else 1)


def broker_findings() -> Iterator[Finding]:
    """The broker that is used, or would be."""
    try:
        broker = ensure_broker(start=False)
    except BrokerUnavailable as error:
        yield from would_be_used(error)
        return
    try:
        with Management(broker) as management:
            yield from running(broker, Capabilities.probe(management))
    except LabsError as error:
        yield Finding(what="Broker", seen=str(error), mend="python -m labs broker stop")


def would_be_used(error: BrokerUnavailable) -> Iterator[Finding]:
    """Nothing answers: what would be started, and what stands in its way."""
    node = main_node()
    if node.alive():
        stuck = "its process runs but does not answer"
        yield Finding(what="Broker", seen=stuck, mend="python -m labs broker stop")
    elif "LABS_AMQP_URL" in str(error):
        yield Finding(what="Broker", seen=str(error), mend="unset LABS_AMQP_URL")
    elif installations := find_installations():
        best = installations[0]
        seen = f"RabbitMQ {best.version or '(unknown version)'} in {best.sbin.parent}, not running"
        mend = "" if best.erlang or best.launcher else "install Erlang, and put its `erl` on the PATH"
        yield Finding(what="Broker", seen=seen, mend=mend)
        yield Finding(what="Ports", seen=", ".join(planned(node.ports or Ports())))
        yield Finding(what="Abilities", seen="asked once it runs: python -m labs broker start")
    elif Docker.of_project() is not None:
        yield Finding(what="Broker", seen="none installed; Docker would run one")
    else:
        yield Finding(what="Broker", seen=str(error), mend=HOW_TO_GET_ONE)


def planned(ports: Ports) -> Iterator[str]:
    """Each port with what the next start would make of it."""
    for name, port in asdict(ports).items():
        yield f"{name} {port}" + ("" if is_free(port) else " (taken: the next free one is used)")


def running(broker: Broker, can: Capabilities) -> Iterator[Finding]:
    """A broker that answers: what it is, where it is, what it can do."""
    origin = {"environment": "named by LABS_AMQP_URL", "docker": "in a container"}
    seen = f"RabbitMQ {can.version} on Erlang {can.erlang}, {origin.get(broker.source, 'our private node')}"
    yield Finding(what="Broker", seen=f"{seen}, running as {can.node}")
    yield Finding(what="Addresses", seen=f"{broker.amqp_url}  {broker.management_url}")
    if (ports := main_node().ports) is not None and broker.source == "running":
        yield Finding(what="Ports", seen=", ".join(f"{name} {port}" for name, port in asdict(ports).items()))
    limit = can.default_delivery_limit
    abilities = {
        "quorum queues": can.quorum_queues,
        "streams": can.streams,
        "Khepri": can.khepri,
        "transient queues": can.transient_queues_permitted,
    }
    words = {True: "yes", False: "no", None: "not tried"}
    said = [f"{name}: {words[value]}" for name, value in abilities.items()]
    said.append(f"a rejected message comes back: {'without end' if limit is None else f'{limit} times'}")
    yield Finding(what="Abilities", seen="; ".join(said))
    missing = {"rabbitmq_management"} - can.plugins if can.plugins else set()
    mend = "rabbitmq-plugins enable rabbitmq_management" if missing else ""
    yield Finding(what="Plugins", seen=", ".join(sorted(can.plugins)) or "not shown to our user", mend=mend)
