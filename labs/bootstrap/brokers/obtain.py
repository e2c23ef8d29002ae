"""From a choice to the environment variables with which `labs.broker` uses that RabbitMQ and no other.

Each way ends in one sentence where it cannot be gone: not root, no Debian, no Docker, nothing in the folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from labs.bootstrap import debian
from labs.bootstrap.brokers.choice import Choice
from labs.bootstrap.brokers.home import SBIN, make_home
from labs.bootstrap.brokers.mirror import Mirror
from labs.bootstrap.brokers.root import make_root
from labs.bootstrap.programs import docker_answers
from labs.bootstrap.run import say
from labs.bootstrap.stop import Stop
from labs.broker.find import HOME_VARIABLE, IN_PREFIX
from labs.broker.lock import locked

#: What could name another broker than the chosen one.
RIVALS = (HOME_VARIABLE, "LABS_AMQP_URL", "LABS_MANAGEMENT_URL")
#: Two runs at once make one root between them; the second waits for the first.
LOCK_TIMEOUT_S = 600.0
#: The conda environment of environment.yml.
CONDA_NAME = "rabbitmq-labs"


def obtain(choice: Choice, course: Path) -> dict[str, str]:
    """The variables for ``choice``. What must be made is made below ``course``, the course's own folder.

    They take the place of all `RIVALS`. Raises `Stop` (code 2) with one sentence when there is no such broker.
    """
    if choice.kind == "debian":
        return {HOME_VARIABLE: str(_debian(choice, course / "rabbitmq" / choice.name))}
    if choice.kind == "docker":
        if not docker_answers():
            raise Stop(f"BROKER={choice.word} needs Docker, and no Docker engine answers here.", code=2)
        project = f"rabbitmq-labs-{choice.value.lower().replace('.', '-')}"
        return {"LABS_RABBITMQ_TAG": f"{choice.value}-management", "COMPOSE_PROJECT_NAME": project}
    if choice.kind == "address":
        web = os.environ.get("LABS_MANAGEMENT_URL")
        return {"LABS_AMQP_URL": choice.value} | ({"LABS_MANAGEMENT_URL": web} if web else {})
    return {HOME_VARIABLE: str(_conda() if choice.kind == "conda" else _folder(choice))}


def with_broker(environment: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with the broker that was ``found`` and no other."""
    return {name: value for name, value in environment.items() if name not in RIVALS} | dict(found)


def _debian(choice: Choice, home: Path) -> Path:
    """The suite's own RabbitMQ: this machine's, if this is that suite, else one in a folder."""
    if debian.release().get("VERSION_CODENAME") == choice.value and (own := sorted(Path("/").glob(SBIN))):
        return own[-1].parent
    if os.name != "posix" or debian.release().get("ID") != "debian":
        raise Stop(f"BROKER={choice.word} takes Debian's packages, and this is not a Debian.", code=2)
    if os.geteuid() != 0:
        raise Stop(f"BROKER={choice.word} runs in a folder that only root may enter as its root.", code=2)
    if missing := [name for name in ("apt-get", "dpkg-deb", "tar", "unshare") if not shutil.which(name)]:
        raise Stop(f"BROKER={choice.word} needs {missing[0]}, which is not here.", code=2)
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False, timeout=10)
    if tried.returncode:
        raise Stop(f"BROKER={choice.word} needs a mount namespace of its own, forbidden here.", code=2)
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / "lock", within_s=LOCK_TIMEOUT_S, why="fetching this RabbitMQ"):
        if not (home / "plugins").is_dir():
            make_root(home / "root", Mirror.of_machine(choice.value))
            say(f"RabbitMQ {make_home(home)} is ready.")
    return home


def _folder(choice: Choice) -> Path:
    folder = Path(choice.value).expanduser().resolve()
    if not (folder / "sbin" / "rabbitmq-server").is_file():
        raise Stop(f"BROKER={choice.word} is no RabbitMQ: it has no sbin/rabbitmq-server.", code=2)
    return folder


def _conda() -> Path:
    """The RabbitMQ of the active conda environment, or of the course's."""
    for prefix in _conda_prefixes():
        for pattern in IN_PREFIX:
            for sbin in sorted(prefix.glob(pattern), reverse=True):
                if (sbin / "rabbitmq-server").is_file():
                    return sbin.parent
    made = "conda env create -f environment.yml"
    raise Stop(f"BROKER=conda finds no conda environment with a RabbitMQ; `{made}` makes one.", code=2)


def _conda_prefixes() -> list[Path]:
    active = os.environ.get("CONDA_PREFIX")
    prefixes = [Path(active)] if active else []
    if conda := os.environ.get("CONDA_EXE") or shutil.which("conda") or shutil.which("mamba"):
        ask = [conda, "env", "list", "--json"]
        asked = subprocess.run(ask, capture_output=True, text=True, check=False, timeout=60)
        if asked.returncode == 0:
            listed = [Path(prefix) for prefix in json.loads(asked.stdout).get("envs", [])]
            prefixes += [prefix for prefix in listed if prefix.name == CONDA_NAME]
    return prefixes
