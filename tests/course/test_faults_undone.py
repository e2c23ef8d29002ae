"""■ in any cell that breaks something leaves a kernel and brokers that the next cell can use; kill -9 too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.authoring.isolation import broker_environment
from labs.broker import process
from labs.broker.address import Broker
from labs.broker.node import PrivateNode

CELLS = Path(__file__).with_name("faulty_cells.py")
#: The promise of the course, in seconds. On a machine where two cores do the work of many, a start takes longer.
PROMISE_S, START_S = 15.0, 60.0


class Kernel:
    """The program, and what a person does with it."""

    def __init__(self, broker: Broker, home: Path) -> None:
        self.home = home / "spare" / f"test-{home.name}.01_producers"
        own = {"LABS_HOME": str(home), "LABS_VHOST_PREFIX": f"test-{home.name}"}
        self.process = subprocess.Popen(
            [sys.executable, str(CELLS)],
            env=os.environ | broker_environment(broker) | own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.pid = int(self.hear("ready", within_s=90.0))

    def say(self, line: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self, word: str, *, within_s: float) -> str:
        """Wait for the line that begins with `word`; what else it says."""
        assert self.process.stdout is not None
        too_late = threading.Timer(within_s, self.process.kill)
        too_late.start()
        try:
            for line in self.process.stdout:
                if line.startswith(word):
                    return line.removeprefix(word).strip()
                assert not line.startswith("failed"), line
        finally:
            too_late.cancel()
        pytest.fail(f"the kernel ended while we waited for {word!r}")

    def interrupt(self) -> None:
        """Press ■."""
        self.process.send_signal(signal.SIGINT)

    def node(self) -> PrivateNode:
        """Its spare broker."""
        return PrivateNode(self.home, name="spare")


@pytest.fixture(scope="module")
def kernel(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all cells: a spare broker takes ten seconds to start."""
    kernel = Kernel(broker, tmp_path_factory.mktemp("kernel"))
    yield kernel
    assert kernel.process.stdin is not None
    kernel.process.stdin.close()
    assert kernel.process.wait(60.0) == 0, "the lesson closes after all that"
    assert not kernel.node().alive()


@pytest.mark.parametrize("after_s", [0.02, 0.5, 2.5], ids=["at once", "soon", "in the middle"])
@pytest.mark.parametrize(
    "cell",
    [
        "over_a_stalled_line", "waiting_in_a_full_window", "looking_for_a_broker", "publishing_under_an_alarm",
        "two_alarms_while_frozen", "frozen", "disk_alarm",
    ],
)  # fmt: skip
def test_an_interrupted_cell_leaves_kernel_and_brokers_usable(
    kernel: Kernel, cell: str, after_s: float
) -> None:
    """Pressed twice, as people do: the second time while the first is being dealt with."""
    kernel.say(cell)
    kernel.hear("running", within_s=5.0)
    time.sleep(after_s)
    began = time.monotonic()
    kernel.interrupt()
    time.sleep(0.3)
    kernel.interrupt()
    time.sleep(0.1)
    kernel.say("used up")
    kernel.pid = int(kernel.hear("usable", within_s=START_S))
    assert time.monotonic() - began < PROMISE_S


@pytest.mark.parametrize("after_s", [0.02, 1.0])
@pytest.mark.parametrize("cell", ["killed", "restarted"])
def test_an_interrupted_outage_is_over_when_the_next_cell_has_run(
    kernel: Kernel, cell: str, after_s: float
) -> None:
    """The node comes up again; the next cell waits for it no longer than a start takes."""
    kernel.say(cell)
    kernel.hear("running", within_s=5.0)
    time.sleep(after_s)
    for _ in range(3):
        kernel.interrupt()
        time.sleep(0.2)
    kernel.say("used up")
    kernel.pid = int(kernel.hear("usable", within_s=START_S))


@pytest.mark.parametrize("cell", ["frozen", "disk_alarm"])
def test_a_killed_kernel_takes_its_spare_broker_along_in_whatever_state_it_is(
    broker: Broker, tmp_path: Path, cell: str
) -> None:
    """It runs no cleaning up; the guardian does, and nothing stays frozen for good."""
    kernel = Kernel(broker, tmp_path)
    node = kernel.node()
    kernel.say(cell)
    kernel.hear("running", within_s=5.0)
    time.sleep(1.0)
    assert process.is_node(kernel.pid, node.node)
    kernel.process.kill()
    kernel.process.wait(10.0)
    deadline = time.monotonic() + PROMISE_S
    while process.is_node(kernel.pid, node.node) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not process.is_node(kernel.pid, node.node)
    node.stop()
