"""``python -m labs learn``: a broker, JupyterLab on the first notebook, and a clean end for both.

The rule: what this command started, it stops; what was running before, it leaves running. Ctrl-C, a closed
terminal and ``kill`` all end it the same way.
"""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from labs import paths
from labs.broker.address import Broker
from labs.broker.docker import Docker
from labs.broker.ensure import ensure_broker, main_node
from labs.broker.node import PrivateNode
from labs.cli.jupyter import JupyterLab
from labs.cli.signals import signals_as_ctrl_c
from labs.errors import BrokerUnavailable, LabsError

#: Where the course begins, seen from the project's folder.
FIRST_PAGE = "notebooks/00_start_here.ipynb"
#: Nobody else on the network can connect.
LOOPBACK = "127.0.0.1"
console = Console(highlight=False)


def learn(
    *,
    browser: Annotated[bool, typer.Option(help="Open a browser, or only print the address.")] = True,
    port: Annotated[int, typer.Option(help="JupyterLab's port; the next free one if it is taken.")] = 8888,
    ip: Annotated[
        str, typer.Option(hidden=True, help="For a container, which others cannot reach.")
    ] = LOOPBACK,
) -> None:
    """Start a private broker, open the course in JupyterLab, and stop both on Ctrl-C."""
    root = paths.project_root()
    if root is None:
        raise LabsError("The notebooks are not here.", hint="Run this in a clone of the project.")
    install_here(root)
    lab = JupyterLab(root=root, home=paths.home() / "jupyter", ip=ip, port=port, page=FIRST_PAGE)
    with (
        signals_as_ctrl_c(),
        suppress(KeyboardInterrupt),
        closing(lab),
        course_broker(meanwhile=lab.start) as broker,
    ):
        try:
            with console.status("JupyterLab is starting …"):
                address = lab.address()
            if browser and has_display():
                webbrowser.open(address)
            console.print(f"[bold]Course[/]         {address}", soft_wrap=True)
            console.print(f"Management UI  {broker.management_url}  ({who(broker)})", soft_wrap=True)
            console.print("Ctrl-C stops what was started here; your notebooks and your progress stay.")
            lab.wait()
        except KeyboardInterrupt:
            console.print("\nStopping …")
        finally:
            lab.close()  # before the broker: a kernel may be talking to it


@contextmanager
def course_broker(*, meanwhile: Callable[[], None]) -> Iterator[Broker]:
    """A broker that answers. One that was started here is stopped afterwards, and the lessons' spare ones.

    ``meanwhile`` is something else to start: the broker needs seconds, and there is more than one core.
    """
    try:
        running: Broker | None = ensure_broker(start=False)
    except BrokerUnavailable:
        running = None
    meanwhile()
    try:
        if running is not None:
            console.print(f"A broker is running already: {running.amqp_url}")
            yield running
            return
        with console.status("The broker is starting …") as status:
            broker = ensure_broker(progress=lambda s: status.update(f"The broker is starting … {s:.0f} s"))
        console.print(f"Broker         {broker.amqp_url}")
        yield broker
    finally:
        if running is None:
            stop_broker()


def stop_broker() -> None:
    """Stop the nodes that belong to this course folder. Their data stay."""
    for state in (paths.home() / "spare").glob("*/node.json"):
        PrivateNode(state.parent, name="spare").stop()
    if main_node().alive():
        main_node().stop()
    elif (docker := Docker.of_project()) is not None and docker.running() is not None:
        docker.stop()


def install_here(root: Path) -> None:
    """Make ``import labs`` work for a kernel in any folder. Only conda's door comes here without it.

    conda installs the dependencies; the package itself is this checkout, installed as a link to it.
    """
    # -I leaves this folder out of the search, as it will be for a kernel that runs in notebooks/.
    found = subprocess.run([sys.executable, "-I", "-c", "import labs"], capture_output=True, check=False)
    if found.returncode == 0:
        return
    console.print("Installing the course's own package into this environment, as a link to this folder.")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*pip, "--editable", str(root)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabsError(f"pip could not install the course's package: {done.stderr.strip()[-400:]}")


def who(broker: Broker) -> str:
    """The user to log in as. The password is shown only for our own practice broker."""
    own = broker.source in {"private", "running", "docker"}
    return f"user {broker.user}, password {broker.password}" if own else f"user {broker.user}"


def has_display() -> bool:
    """Whether a browser has somewhere to open."""
    if sys.platform in {"darwin", "win32"}:
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
