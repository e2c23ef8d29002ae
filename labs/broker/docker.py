"""A broker in a container: the way out where no RabbitMQ is installed, and the only one on Windows.

The project's own `docker-compose.yml` describes it; here it is only started, found and stopped.
The rule: ask Docker where the ports are published; a compose file may be overridden, an answer is true.
See https://docs.docker.com/reference/cli/docker/compose/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from labs import paths
from labs.broker.address import Broker
from labs.broker.ready import is_ready
from labs.broker.starting import Progress
from labs.errors import BrokerUnavailable

#: The service of docker-compose.yml that is the broker.
SERVICE = "rabbitmq"
#: The first start downloads some 150 MB.
START_TIMEOUT_S = 600.0
#: An engine that is there answers in well under a second; on a bare machine the question fails at once.
ASK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    """The compose project of one folder, on an engine that answers."""

    folder: Path
    user: str = "admin"
    password: str = "admin123"

    @classmethod
    def of_project(cls) -> Docker | None:
        """The project's compose file and an engine to run it, or None. `LABS_DOCKER=0` forbids containers."""
        folder = paths.project_root()
        if (
            os.environ.get("LABS_DOCKER") == "0"
            or folder is None
            or not (folder / "docker-compose.yml").is_file()
        ):
            return None
        if shutil.which("docker") is None:
            return None
        docker = cls(folder=folder)
        return docker if docker._ask("info", "--format", "{{.ServerVersion}}") else None

    def running(self) -> Broker | None:
        """The address of the container, if it runs and answers."""
        amqp, management = (self._published(port) for port in (5672, 15672))
        if amqp is None or management is None:
            return None
        broker = Broker(
            amqp_url=f"amqp://{amqp}",
            management_url=f"http://{management}",
            user=self.user,
            password=self.password,
            source="docker",
        )
        return broker if is_ready(broker) else None

    def start(self, *, progress: Progress | None = None) -> Broker:
        """`docker compose up -d rabbitmq`, and wait until the broker in it answers.

        Raises BrokerUnavailable with Docker's last words, or after ten minutes.
        """
        if (broker := self.running()) is not None:
            return broker
        began = time.monotonic()
        command = self._command("compose", "up", "--detach", SERVICE)
        with subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as up:
            said = ""
            while up.poll() is None:
                try:
                    said, _ = up.communicate(timeout=0.2)
                except subprocess.TimeoutExpired:
                    _tell(progress, began)
                if time.monotonic() - began > START_TIMEOUT_S:
                    up.kill()
        if up.returncode != 0:
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise BrokerUnavailable(f"`docker compose up -d {SERVICE}` failed: {last}")
        while (broker := self.running()) is None:
            _tell(progress, began)
            if time.monotonic() - began > START_TIMEOUT_S:
                raise BrokerUnavailable(
                    f"The broker's container runs but has not answered for {START_TIMEOUT_S:.0f} s.",
                    hint=f"See what it says: docker compose logs {SERVICE}",
                )
            time.sleep(0.5)
        return broker

    def stop(self) -> None:
        """Stop the container; its volume, and with it the data, stays."""
        subprocess.run(
            self._command("compose", "stop", SERVICE),
            cwd=self.folder,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def _published(self, port: int) -> str | None:
        return self._ask("compose", "port", SERVICE, str(port)) or None

    def _ask(self, *arguments: str) -> str:
        """What Docker answers, or "" when it does not."""
        try:
            answer = subprocess.run(
                self._command(*arguments),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=ASK_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return answer.stdout.strip() if answer.returncode == 0 else ""

    @staticmethod
    def _command(*arguments: str) -> list[str]:
        return ["docker", *arguments]


def _tell(progress: Progress | None, began: float) -> None:
    if progress is not None:
        progress(time.monotonic() - began)
