"""`python -m labs learn`, started as a person starts it and ended as a person ends it."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import psutil
import pytest

from labs import paths
from labs.broker.address import Broker
from labs.broker.find import HOME_VARIABLE
from labs.broker.ready import is_ready

#: A busy machine starts a broker in 25 s and JupyterLab in 15 s.
START_S = 150
END_S = 60
COMMAND = (sys.executable, "-m", "labs", "learn", "--no-browser")


class Learn:
    """A running command: what it says, line by line, and everything it has started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        assert process.stdout is not None
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put(None)

    def hear(self, pattern: str, *, within_s: float = START_S) -> str:
        """The next text that matches, or a failure that shows what was said instead."""
        deadline = time.monotonic() + within_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.said.append(line)
            if found := re.search(pattern, line):
                return found.group()
        pytest.fail(f"waited for {pattern}, heard:\n{''.join(self.said)}", pytrace=False)

    def family(self) -> list[psutil.Process]:
        """Every process below this one, the kernels included."""
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def learning(home: Path, **environment: str) -> Iterator[Learn]:
    """The command with a course folder of its own; nothing is left behind, whatever the test did."""
    foreign = {"LABS_AMQP_URL", "LABS_MANAGEMENT_URL", "LABS_HOME_OF_TESTS"}
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    process = subprocess.Popen(
        COMMAND,
        cwd=paths.project_root(),
        env={**env, "LABS_HOME": str(home), "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    learn = Learn(process)
    try:
        yield learn
    finally:
        left = learn.family() if process.poll() is None else []
        for relic in [process, *left]:
            if relic.is_running() if isinstance(relic, psutil.Process) else relic.poll() is None:
                relic.kill()
        process.wait(10)


@pytest.mark.slow
def test_ctrl_c_ends_the_server_the_kernels_and_the_broker(tmp_path: Path) -> None:
    """Start, open the first page, start a kernel, press Ctrl-C: all gone, exit code 0."""
    with learning(tmp_path / "the course") as learn:
        url = learn.hear(r"http://127\.0\.0\.1:\d+/lab/tree/notebooks/00_start_here\.ipynb\?token=\w+")
        base, token = url.partition("/lab/")[0], url.rpartition("=")[2]
        with httpx.Client(base_url=base, params={"token": token}, timeout=30, follow_redirects=True) as page:
            assert page.get(url.partition("?")[0].removeprefix(base)).status_code == httpx.codes.OK
            assert page.post("/api/kernels", json={"name": "python3"}).is_success
            first = page.get("/api/contents/notebooks/00_start_here.ipynb").json()["content"]
            settings = page.get("/lab/api/settings/@jupyterlab/apputils-extension:notification").json()
        assert httpx.get(f"{base}/api/contents", timeout=10).status_code == httpx.codes.FORBIDDEN
        assert all(cell["metadata"]["trusted"] for cell in first["cells"] if cell["cell_type"] == "code")
        assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"

        node = json.loads((tmp_path / "the course" / "broker" / "node.json").read_text(encoding="utf-8"))
        everything = [*learn.family(), psutil.Process(node["pid"])]
        assert len(everything) >= 3, "the server, a kernel and the broker"
        learn.process.send_signal(signal.SIGINT)
        learn.hear("Stopping", within_s=10)
        assert learn.process.wait(END_S) == 0
        _, alive = psutil.wait_procs(everything, timeout=10)
        assert not alive


@pytest.mark.slow
def test_a_broker_that_was_running_before_is_left_running(broker: Broker) -> None:
    """SIGTERM, as a service manager sends it, ends JupyterLab and spares the broker that others use."""
    with learning(paths.home()) as learn:
        assert learn.hear(r"running already: .*").endswith(broker.amqp_url)
        learn.hear("Ctrl-C stops")
        family = learn.family()
        learn.process.terminate()
        assert learn.process.wait(END_S) == 0
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive
    assert is_ready(broker)


def test_without_any_broker_it_says_so_in_one_sentence_and_ends_with_2(tmp_path: Path) -> None:
    """No RabbitMQ, no Docker: exit code 2, a sentence and what to do, and no traceback."""
    nowhere = {HOME_VARIABLE: str(tmp_path / "nothing"), "LABS_DOCKER": "0"}
    with learning(tmp_path, **nowhere) as learn:
        learn.hear("No broker here", within_s=60)
        learn.hear("→", within_s=10)
        assert learn.process.wait(END_S) == 2
        assert "Traceback" not in "".join(learn.said)
