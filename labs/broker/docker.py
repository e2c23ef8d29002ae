"""A broker in a container: the way out where no RabbitMQ is installed, and the only one on Windows.

The project's own `docker-compose.yml` describes it; here it is only started, found and stopped.
The rule: ask Docker where the ports are published; a compose file may be overridden, an answer is true.
See https://docs.docker.com/reference/cli/docker/compose/.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from labs import paths
from labs.broker.address import Broker
from labs.broker.ports import is_free
from labs.broker.ready import is_ready
from labs.broker.starting import Progress
from labs.errors import BrokerUnavailable

#: The service of docker-compose.yml that is the broker.
SERVICE = "rabbitmq"
COMPOSE_FILE = "docker-compose.yml"
#: Which image the compose file takes: `4.2-management` instead of the newest 4.
TAG_VARIABLE = "LABS_RABBITMQ_TAG"
#: The first start downloads some 150 MB.
START_TIMEOUT_S = 600.0
#: An engine that is there answers in well under a second.
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
        if os.environ.get("LABS_DOCKER") == "0" or folder is None or shutil.which("docker") is None:
            return None
        docker = cls(folder=folder)
        engine = docker._ask("info", "--format", "{{.ServerVersion}}") and docker._ask("compose", "version")
        return docker if engine and (folder / COMPOSE_FILE).is_file() else None

    def running(self) -> Broker | None:
        """The address of the container, if it runs and answers."""
        amqp, management = (self._ask("compose", "port", SERVICE, str(port)) for port in (5672, 15672))
        if not amqp or not management:
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
        self._up(began, progress)
        while (broker := self.running()) is None:
            if _waited(began, progress) > START_TIMEOUT_S:
                raise BrokerUnavailable(
                    f"The broker's container runs but has not answered for {START_TIMEOUT_S:.0f} s.",
                    hint=f"See what it says: docker compose logs {SERVICE}",
                )
            time.sleep(0.5)
        return broker

    def stop(self) -> None:
        """Stop the container; its volume, and with it the data, stays."""
        self._ask("compose", "stop", SERVICE, within_s=60.0)

    def log_tail(self, lines: int = 40) -> str:
        """The end of what the broker in the container said."""
        return self._ask("compose", "logs", "--no-color", "--no-log-prefix", "--tail", str(lines), SERVICE)

    def _up(self, began: float, progress: Progress | None) -> None:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            up = subprocess.Popen(
                ["docker", "compose", "up", "--detach", SERVICE],
                cwd=self.folder,
                env=os.environ | self._other_ports(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            while up.poll() is None:
                if _waited(began, progress) > START_TIMEOUT_S:
                    up.kill()
                time.sleep(0.1)
            if up.returncode != 0:
                said.seek(0)
                last = (said.read().strip().splitlines() or ["it said nothing"])[-1]
                raise BrokerUnavailable(f"`docker compose up -d {SERVICE}` failed: {last}")

    def _other_ports(self) -> dict[str, str]:
        """The compose file's port variables (`${NAME:-5672}`) whose default is taken, moved to free ports."""
        text = (self.folder / COMPOSE_FILE).read_text(encoding="utf-8")
        variables = {name: int(port) for name, port in re.findall(r"\$\{(\w+):-(\d{4,5})\}", text)}
        return {
            name: str(next(port for port in range(default, default + 100) if is_free(port)))
            for name, default in variables.items()
            if name not in os.environ and not is_free(default)
        }

    def _ask(self, *arguments: str, within_s: float = ASK_TIMEOUT_S) -> str:
        """What Docker answers, or "" when it does not."""
        try:
            answer = subprocess.run(
                ["docker", *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=within_s,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return answer.stdout.strip() if answer.returncode == 0 else ""


def _waited(began: float, progress: Progress | None) -> float:
    waited = time.monotonic() - began
    if progress is not None:
        progress(waited)
    return waited
