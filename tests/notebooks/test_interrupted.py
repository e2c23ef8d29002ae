"""■ in the middle of any slow cell, and the broker killed under one: kernel and broker are soon usable again.

The notebooks of "Nothing lost" block publishers, freeze brokers and cut lines. Whoever loses patience and presses
■ must find everything as it was: the kernel answers, the broker takes a message and gives it back, and the same
cell runs through when it is run again.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode

from labs import paths
from labs.authoring.isolation import isolated
from labs.authoring.page import Page
from labs.broker.address import Broker
from labs.broker.ensure import main_node
from labs.broker.node import PrivateNode

pytestmark = pytest.mark.slow
NAMES = ("06_publishing_safely", "07_consuming_safely", "08_when_it_fails", "09_asyncio", "20_chaos_day")
#: A cell that is over sooner cannot be interrupted; and how long a slow one runs before ■ is pressed, in seconds.
QUICK_S = 0.5
#: The promise: usable again within so many seconds.
USABLE_WITHIN_S = 15.0
#: A cell that is left alone may take so long, in seconds.
WHOLE_S = 120.0
#: Publishes one message with a confirm and gets it back, on a connection of its own; then says so.
PROBE = """
import pika
with pika.BlockingConnection(lesson.parameters) as _connection:
    _channel = _connection.channel()
    _channel.confirm_delivery()
    _name = _channel.queue_declare("", exclusive=True).method.queue
    _channel.basic_publish("", _name, b"still here", mandatory=True)
    assert _channel.basic_get(_name, auto_ack=True)[2] == b"still here"
"""


class Kernel:
    """A kernel as a page sees it: run a cell, press ■, hear how it ended."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager, self.client = manager, client

    def begin(self, source: str) -> str:
        """Start a cell, and return the number of the request."""
        return str(self.client.execute(source, store_history=False))

    def ended(self, request: str, within_s: float) -> str | None:
        """None while it runs; "" when it ended well; else the last line of its traceback."""
        deadline, said = time.monotonic() + within_s, ""
        while (left := deadline - time.monotonic()) > 0:
            try:
                message: dict[str, Any] = self.client.get_iopub_msg(timeout=left)
            except Empty:
                return None
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "error":
                said = f"{message['content']['ename']}: {message['content']['evalue']}"
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return said
        return None

    def run(self, source: str, within_s: float = WHOLE_S) -> str:
        """Run a cell to its end."""
        said = self.ended(self.begin(source), within_s)
        assert said is not None, f"still running after {within_s:.0f} s: {source[:200]}"
        return said


@contextmanager
def kernel(environment: Mapping[str, str], folder: Path) -> Iterator[Kernel]:
    """A kernel with this environment, in this folder."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=dict(environment), cwd=str(folder), stderr=subprocess.DEVNULL)
    client: BlockingKernelClient = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def interrupted(kernel: Kernel, cell: NotebookNode) -> bool:
    """Run a cell; press ■ if it is slow, see that all is well soon, and run it again. True if ■ was pressed."""
    request = kernel.begin(cell.source)
    said = kernel.ended(request, WHOLE_S if cell.id == "setup" else QUICK_S)
    if said is not None:
        assert not said, f"{cell.id} failed: {said}"
        return False
    pressed = time.monotonic()
    kernel.manager.interrupt_kernel()
    said = kernel.ended(request, USABLE_WITHIN_S)
    assert said is not None, f"{cell.id} went on for {USABLE_WITHIN_S:.0f} s after ■"
    left = max(USABLE_WITHIN_S - (time.monotonic() - pressed), 0.1)
    probed = kernel.ended(kernel.begin(PROBE), left)
    assert probed == "", f"the broker is not usable after ■ in {cell.id}: {probed or 'no answer'}"
    again = kernel.run(cell.source)
    assert not again, f"{cell.id} fails when it is run again after ■: {again}"
    return True


def read(name: str) -> Page:
    """The notebook of that name."""
    return Page.read((paths.notebooks() or Path()) / f"{name}.ipynb")


@pytest.mark.parametrize("name", NAMES)
def test_every_slow_cell_may_be_interrupted_and_run_again(name: str, broker: Broker) -> None:
    """From the first to the last cell; each slow one is stopped once on the way."""
    page = read(name)
    lasting = [cell for cell in page.code if cell.id != "teardown"]
    with (
        isolated(broker, prefix=f"stop-{os.getpid()}") as place,
        kernel({**os.environ, **place}, page.path.parent) as running,
    ):
        pressed = [cell.id for cell in lasting if interrupted(running, cell)]
    assert pressed, "no cell was slow enough to be interrupted"


@pytest.mark.parametrize("name", NAMES)
def test_the_broker_is_killed_under_a_cell_and_the_setup_cell_brings_it_back(
    name: str, tmp_path: Path
) -> None:
    """No goodbye on any line. The cell ends by itself, in words; the setup cell starts the broker again."""
    page, node = read(name), main_node(tmp_path)
    setup = next(cell for cell in page.code if cell.id == "setup")
    environment = {**os.environ, "LABS_HOME": str(tmp_path), "LABS_VHOST_PREFIX": "killed"}
    for own in ("LABS_AMQP_URL", "LABS_MANAGEMENT_URL"):
        environment.pop(own, None)
    try:
        node.start()
        with kernel(environment, page.path.parent) as running:
            cell = killed(running, page, node)
            again = running.run(setup.source)
            assert not again, f"the setup cell fails after the broker was killed under {cell}: {again}"
            probed = running.run(PROBE)
            assert not probed, f"the broker is not usable after it was killed under {cell}: {probed}"
    finally:
        node.stop()


def killed(running: Kernel, page: Page, node: PrivateNode) -> str:
    """Run from the top and kill the broker under the first slow cell; see that the cell ends. Returns its id."""
    for cell in page.code:
        request = running.begin(cell.source)
        said = running.ended(request, WHOLE_S if cell.id == "setup" else QUICK_S)
        if said is None:
            node.kill()
            if running.ended(request, USABLE_WITHIN_S) is None:
                running.manager.interrupt_kernel()
                assert running.ended(request, USABLE_WITHIN_S) is not None, f"{cell.id} hears no ■"
            return str(cell.id)
        assert not said, f"{cell.id} failed: {said}"
    pytest.fail("no cell was slow enough to kill a broker under it")
